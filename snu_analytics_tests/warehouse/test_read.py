from datetime import UTC, date, datetime

from snu_analytics.days import DayRange
from snu_analytics.warehouse import (
    SourceFingerprint,
    changed_days,
    connect,
    figures,
    loaded_days,
    server_clock,
    server_version,
    source_fingerprints,
)
from snu_analytics.warehouse.read import days_with_rows
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.warehouse.lines import DAY, NEXT_DAY, load

TWO_DAYS_ON = date(2024, 3, 3)
DAYS = DayRange(DAY, TWO_DAYS_ON)


def test_a_day_loaded_empty_is_loaded(warehouse_url):
    with connect(warehouse_url) as connection:
        load(connection, day=NEXT_DAY)
        assert loaded_days(connection, "young_event", DAY, TWO_DAYS_ON) == {NEXT_DAY}
        assert loaded_days(connection, "application_event", DAY, TWO_DAYS_ON) == set()


def test_days_with_rows_of_one_entity(warehouse_url):
    execute(
        warehouse_url,
        "INSERT INTO analytics.quarantine VALUES "
        "('young', '2024-03-01', gen_random_uuid(), 'date'), "
        "('application', '2024-03-02', gen_random_uuid(), 'date')",
    )
    with connect(warehouse_url) as connection:
        assert days_with_rows(connection, "quarantine", "day", DAYS, {"entity": ["young"]}) == {DAY}


def test_days_have_changed_where_the_digests_of_one_key_differ(warehouse_url):
    for statement in (
        "INSERT INTO analytics.pseudonym_key VALUES ('first', now(), 'current')",
        "INSERT INTO analytics.day_load (relation, day, row_count, digest, key_id) VALUES "
        "('young_event', '2024-03-01', 1, 'a', 'first'), "
        "('young_event', '2024-03-02', 1, 'a', 'second'), "
        "('young_event', '2024-03-03', 1, 'a', NULL), "
        "('young_event', '2024-03-04', 1, 'a', 'first')",
        "INSERT INTO analytics.audited_day (entity, day, patch_count, digest, key_id) VALUES "
        "('young', '2024-03-01', 1, 'b', 'first'), ('young', '2024-03-02', 1, 'b', 'first'), "
        "('young', '2024-03-03', 1, 'b', 'first'), ('young', '2024-03-04', 1, 'a', 'first')",
    ):
        execute(warehouse_url, statement)
    with connect(warehouse_url) as connection:
        assert changed_days(connection) == [("young", DAY, "b"), ("young", TWO_DAYS_ON, "b")]


def test_days_are_fingerprinted_with_one_key(warehouse_url):
    for statement in (
        "INSERT INTO analytics.pseudonym_key VALUES ('first', now(), 'current')",
        "INSERT INTO analytics.day_load VALUES ('young_event', '2024-03-01', 1, 7, 'a', 'first'), "
        "('young_event', '2024-03-02', 1, 8, 'b', 'second'), "
        "('young_event', '2024-03-03', 1, 9, 'c', NULL)",
    ):
        execute(warehouse_url, statement)
    with connect(warehouse_url) as connection:
        assert source_fingerprints(connection, "young_event", DAYS, "first") == {
            DAY: SourceFingerprint(7, "a", "first"),
            TWO_DAYS_ON: SourceFingerprint(9, "c", "first"),
        }


def test_figures_are_summed_over_their_groups(warehouse_url):
    execute(
        warehouse_url,
        "INSERT INTO analytics.daily_figure (day, phase, figure, gender, value) VALUES "
        "('2024-03-01', 'inscription', 'created', 'female', 2), "
        "('2024-03-01', 'inscription', 'created', 'male', 3), "
        "('2024-03-01', 'mission', 'created', 'male', 1)",
    )
    with connect(warehouse_url) as connection:
        frame = figures(connection, DAY, DAY)
    assert frame.to_dict("split", index=False) == {
        "columns": ["day", "phase", "figure", "value"],
        "data": [[DAY, "inscription", "created", 5], [DAY, "mission", "created", 1]],
    }


def test_the_server_has_a_version_and_a_clock(warehouse_url):
    with connect(warehouse_url) as connection:
        assert server_version(connection) == 18
        assert abs((server_clock(connection) - datetime.now(UTC)).total_seconds()) < 60
