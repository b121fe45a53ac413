"""`snu-analytics publish`, as a person types it, and as a person or a server stops it."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.main import main
from snu_analytics.days import DayRange, month_of
from snu_analytics.settings import ensure_key
from snu_analytics_tests.fixtures.histories import write_dump
from snu_analytics_tests.fixtures.pipeline import rows

NOVEMBER = month_of(date(2022, 11, 1))
DECEMBER = month_of(date(2022, 12, 1))
CLOSED = "SELECT month::text FROM published.closed_month ORDER BY 1"
CLOSING = (
    "SELECT FROM pg_locks WHERE relation = 'analytics.named_lock'::regclass AND granted "
    "AND mode = 'ShareUpdateExclusiveLock'"
)


@pytest.fixture
def environment(monkeypatch, warehouse_url):
    """The migrated warehouse, an empty source and a key; what commands export is taken back."""
    for name in ("SNU_STAGING_URL", "SNU_DAGSTER_URL", "SNU_START_DATE", "SNU_PSEUDONYM_KEY_FILE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    home = Path(os.environ["SNU_HOME"])
    ensure_key(home)
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(home / "empty"))


def load(url: str, days: DayRange, events: int) -> None:
    """Load the days of every entity, with inscriptions all over the country and the days."""
    entities = [entity for entity in load_catalogue().entities.values() if entity.figures]
    with psycopg.connect(url) as connection:
        for entity in entities:
            connection.cursor().executemany(
                "INSERT INTO analytics.day_load (relation, day, row_count) VALUES (%s, %s, 1)",
                [(entity.table, day) for day in days],
            )
        connection.execute(
            """
            INSERT INTO analytics.young_event (event_id, change_id, subject_id, event_date,
                event_order, phase, event_name, state_before, state_after, gender, age, region,
                department, cohort, quality)
            SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s::date + n %% %s,
                1, 'inscription', 'inscription_created', '{}', '{}',
                CASE n %% 2 WHEN 0 THEN 'female' ELSE 'male' END, 14 + n %% 5, home.region,
                home.department, 'Juillet 2023', 'recorded'
            FROM generate_series(1, %s) n
            JOIN (SELECT row_number() OVER (ORDER BY department) - 1 AS number, count(*) OVER (), *
                  FROM published.dim_department) home
              ON home.number = (n::bigint * n * 7 / 100) %% home.count
            """,
            [days.first, len(days), events],
        )


def publish(first: date, last: date) -> Result:
    return CliRunner().invoke(main, ["publish", str(first), str(last)])


def test_totals_are_published_and_the_months_that_are_loaded_whole_closed(
    environment, warehouse_url
):
    load(warehouse_url, NOVEMBER, 300)
    load(warehouse_url, DayRange(DECEMBER.first, date(2022, 12, 30)), 10)
    result = publish(NOVEMBER.first, date(2022, 12, 30))
    assert result.exit_code == 0, result.output
    assert rows(warehouse_url, CLOSED) == [("2022-11-01",)]
    assert rows(warehouse_url, "SELECT DISTINCT kind FROM published.breakdown ORDER BY 1") == [
        ("month",),
        ("week",),
    ]
    days = "SELECT count(DISTINCT day) FROM published.daily_total"
    assert rows(warehouse_url, days) == [(60,)]


def test_days_that_are_not_loaded_are_named_and_end_with_1(environment, warehouse_url):
    load(warehouse_url, DayRange(NOVEMBER.first, date(2022, 11, 29)), 10)
    result = publish(NOVEMBER.first, NOVEMBER.last)
    assert result.exit_code == 1
    assert "the first is 2022-11-30" in " ".join(result.output.split())
    assert rows(warehouse_url, "SELECT max(day)::text FROM published.daily_total") == [
        ("2022-11-29",)
    ]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_2_s_of_a_signal_and_leaves_the_former_tables(
    environment, warehouse_url, sent
):
    load(warehouse_url, NOVEMBER, 20_000)
    command = [sys.executable, "-m", "snu_analytics", "publish", "2022-11-01", "2022-11-30"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        while not connection.execute(CLOSING).fetchall():
            assert process.poll() is None
            time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(sent)
    _, printed = process.communicate(timeout=30)
    assert time.monotonic() - began < 2
    assert process.returncode not in (0, 1)
    assert "Traceback" not in printed
    assert rows(warehouse_url, "SELECT FROM published.breakdown") == []
    assert rows(warehouse_url, CLOSED) == []
