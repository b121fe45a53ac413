"""MongoDB and a dump of it are one source: the tables come out the same."""

from datetime import date

import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.simulation import load_into_mongo, simulate, write_dump
from snu_analytics.warehouse import migrate
from snu_analytics_tests.pipeline import contents, run_days


def test_one_history_through_both_gives_identical_tables(
    tmp_path, mongo_url, warehouse_url, empty_database_url
):
    migrate(empty_database_url, load_catalogue())
    history = simulate(25, date(2023, 11, 1), date(2024, 8, 31), seed=3)
    write_dump(history, tmp_path / "dump")
    load_into_mongo(history, mongo_url)
    days = ("2024-03-01", "2024-05-31")
    run_days(tmp_path / "a", f"bson://{tmp_path}/dump", warehouse_url, *days)
    run_days(tmp_path / "b", mongo_url, empty_database_url, *days)
    assert contents(empty_database_url) == contents(warehouse_url)
    with psycopg.connect(warehouse_url) as connection:
        for table in ("young_event", "application_event"):
            assert connection.execute(f"SELECT FROM analytics.{table} LIMIT 1").fetchone() == ()
