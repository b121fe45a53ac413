"""What is said of a night: days that lack, counts out of the ordinary, months, ages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from snu_analytics.days import DayRange
from snu_analytics.monitoring import Surroundings, gaps, missing_days, watch_night
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import CATALOGUE
from snu_analytics_tests.fixtures.pipeline import rows

YESTERDAY = date(2024, 3, 10)
DAYS = DayRange(date(2024, 1, 1), YESTERDAY)
NOW = datetime(2024, 3, 11, 7, tzinfo=UTC)
WELL = Surroundings(now=NOW, erased=NOW - timedelta(hours=3))
TABLES = {name: entity.table for name, entity in CATALOGUE.entities.items()}


@pytest.fixture
def loaded(warehouse_url):
    """A database in which every entity was loaded on every day of March so far."""
    with connect(warehouse_url) as connection:
        for table in TABLES.values():
            connection.execute(
                "INSERT INTO analytics.day_load (relation, day, row_count) "
                "SELECT %s, day, 0 FROM generate_series(date '2024-03-01', %s, '1 day') AS day",
                [table, YESTERDAY],
            )
        yield connection


def lose(connection, *entities: str, first: str, last: str) -> None:
    connection.execute(
        "DELETE FROM analytics.day_load WHERE relation = ANY(%s) AND day BETWEEN %s AND %s",
        [[TABLES[entity] for entity in entities], first, last],
    )


def sentences(connection, surroundings: Surroundings = WELL) -> tuple[str, ...]:
    return watch_night(CATALOGUE, DAYS, surroundings, connection).sentences


def test_a_night_of_which_nothing_is_to_be_said_is_a_row_without_sentences(loaded, warehouse_url):
    assert sentences(loaded) == ()
    query = "SELECT day::text, missing_days, open_months, sentences FROM analytics.watch"
    assert rows(warehouse_url, query) == [("2024-03-10", 0, 0, "")]


def test_days_that_lack_are_named_with_their_entities(loaded):
    lose(loaded, *TABLES, first="2024-03-09", last="2024-03-10")
    lose(loaded, "young", first="2024-03-04", last="2024-03-04")
    assert sentences(loaded) == (
        "not loaded, 2024-03-04: young: asked for",
        f"not loaded, 2024-03-09 to 2024-03-10 (2 days): {', '.join(TABLES)}: asked for",
    )


def test_days_before_the_first_that_was_loaded_are_not_missed(loaded):
    assert missing_days(CATALOGUE, YESTERDAY, loaded) == {}


def test_where_nothing_was_loaded_nothing_is_missed(warehouse_url):
    with connect(warehouse_url) as connection:
        assert missing_days(CATALOGUE, YESTERDAY, connection) == {}


def test_more_days_than_a_run_takes_are_left_to_a_person(loaded):
    loaded.execute(
        "INSERT INTO analytics.day_load (relation, day, row_count) VALUES ('young_event', %s, 0)",
        [date(2024, 1, 1)],
    )
    assert (
        "not loaded, 2024-01-02 to 2024-02-29 (59 days): "
        f"{', '.join(TABLES)}: run `snu-analytics backfill 2024-01-02 2024-02-29`"
    ) in sentences(loaded)


def test_gaps_of_different_entities_stand_apart():
    first, second = date(2024, 3, 1), date(2024, 3, 2)
    lacking = gaps({"young": [first, second], "application": [second]})
    assert [str(gap) for gap in lacking] == ["2024-03-01: young", "2024-03-02: young, application"]
    assert [gap.command for gap in lacking] == [
        "snu-analytics materialize 2024-03-01",
        "snu-analytics materialize 2024-03-02",
    ]


def test_withheld_values_out_of_the_ordinary_are_said(loaded):
    loaded.execute(
        "INSERT INTO analytics.withheld SELECT day, 'young', 'region', 'telephone number', "
        "CASE WHEN day = %s THEN 9 ELSE 3 END "
        "FROM generate_series(date '2024-02-11', %s, '1 day') AS day",
        [YESTERDAY, YESTERDAY],
    )
    assert sentences(loaded) == ()
    loaded.execute("UPDATE analytics.withheld SET count = 10 WHERE day = %s", [YESTERDAY])
    assert sentences(loaded) == (
        "2024-03-10: 10 values withheld, 3.0 a day in the four weeks before",
    )


def test_an_erasure_that_has_not_run_for_days_is_said(loaded):
    late = Surroundings(now=NOW, erased=NOW - timedelta(days=3))
    assert sentences(loaded, late) == (
        "the job `erasure` last ended well 3 days ago: run `snu-analytics erase`",
    )


def test_a_backup_is_looked_at_where_a_folder_was_named(loaded):
    without = Surroundings(now=NOW, erased=NOW, backups=True)
    assert sentences(loaded, without) == ("the last backup in SNU_BACKUP_FOLDER was written never",)


def test_a_night_looked_at_again_replaces_its_row(loaded, warehouse_url):
    sentences(loaded, Surroundings(now=NOW))
    sentences(loaded)
    assert rows(warehouse_url, "SELECT count(*), max(sentences) FROM analytics.watch") == [(1, "")]
