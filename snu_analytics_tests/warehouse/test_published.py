"""What is published is replaced period by period, by one at a time."""

import threading
from datetime import date

import polars as pl
import psycopg
import pytest

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse import connect
from snu_analytics.warehouse.published import (
    Publication,
    Revisions,
    publications,
    published_cells,
    publishing,
    replace_publications,
)
from snu_analytics_tests.warehouse.lines import rows, until

DAY = date(2024, 3, 1)
TOLD = Publication("day", DAY, "mission", "created", 1, 1, False, 11, "abc", 40)
NONE = dict.fromkeys(("gender", "age", "region", "department", "cohort"))


def cells(*values: int | None, figure: str = "created") -> pl.DataFrame:
    """A total and then genders with these values."""
    lines = [
        {
            "period": DAY,
            "phase": "mission",
            "figure": figure,
            **NONE,
            "breakdown": "gender" if n else "total",
            "gender": f"gender {n}" if n else None,
            "value": value,
            "masked": value is None,
        }
        for n, value in enumerate(values)
    ]
    texts = ("phase", "figure", "breakdown", *NONE)
    schema = {"period": pl.Date, **dict.fromkeys(texts, pl.String)}
    return pl.DataFrame(lines, schema | {"value": pl.Int64, "masked": pl.Boolean})


def changes(former: int, value: int) -> pl.DataFrame:
    """A change of the total."""
    line = {"phase": "mission", "figure": "created", "breakdown": "total", **NONE}
    return pl.DataFrame([line | {"former": former, "value": value, "cause": "erasure"}])


def logged(url: str) -> list[tuple]:
    return rows(
        url,
        "SELECT kind, period, figure, breakdown, former, value, cause FROM published.revision "
        "ORDER BY value",
    )


TOTAL = [("mission", "created", "total")]


def test_cells_and_their_notes_are_written_and_read(warehouse_url):
    with connect(warehouse_url) as connection:
        replace_publications(connection, [TOLD], cells(20, None))
        found = published_cells(connection, "day", DAY, DAY)
        assert publications(connection, DAY, DAY) == [TOLD]
    assert found.select("breakdown", "gender", "value", "masked").sort("breakdown").rows() == [
        ("gender", "gender 1", None, True),
        ("total", None, 20, False),
    ]


def test_the_rows_of_another_figure_stand(warehouse_url):
    other = TOLD._replace(figure="completed")
    with connect(warehouse_url) as connection:
        replace_publications(connection, [other], cells(50, figure="completed"))
        replace_publications(connection, [TOLD], cells(20))
        replace_publications(connection, [TOLD], cells(30))
    assert rows(warehouse_url, "SELECT figure, value FROM published.daily ORDER BY 1") == [
        ("completed", 50),
        ("created", 30),
    ]


def test_a_row_that_is_refused_leaves_the_former_ones(warehouse_url):
    twice = pl.concat([cells(30), cells(40)])
    with connect(warehouse_url) as connection:
        replace_publications(connection, [TOLD], cells(20))
        with pytest.raises(WarehouseError):
            replace_publications(connection, [TOLD], twice)
        assert publications(connection, DAY, DAY) == [TOLD]
    assert rows(warehouse_url, "SELECT value FROM published.daily") == [(20,)]


def test_the_log_takes_up_changes_and_keeps_those_that_stand(warehouse_url):
    with connect(warehouse_url) as connection:
        for former, value in ((20, 31), (31, 45)):
            told = Revisions(changes(former, value), TOTAL)
            replace_publications(connection, [TOLD], cells(value), told)
    assert logged(warehouse_url) == [
        ("day", DAY, "created", "total", 20, 31, "erasure"),
        ("day", DAY, "created", "total", 31, 45, "erasure"),
    ]


def test_the_log_lets_go_of_what_does_not_stand_of_the_figures_told_alone(warehouse_url):
    other = changes(50, 61).with_columns(figure=pl.lit("completed"))
    both = [TOLD, TOLD._replace(figure="completed")]
    with connect(warehouse_url) as connection:
        replace_publications(
            connection, both, cells(31), Revisions(pl.concat([changes(20, 31), other]), [])
        )
        replace_publications(connection, [TOLD], cells(7))
    assert logged(warehouse_url) == [("day", DAY, "completed", "total", 50, 61, "erasure")]


def test_a_row_that_is_refused_leaves_the_log_as_it_was(warehouse_url):
    twice = pl.concat([cells(30), cells(40)])
    with connect(warehouse_url) as connection:
        replace_publications(connection, [TOLD], cells(31), Revisions(changes(20, 31), TOTAL))
        with pytest.raises(WarehouseError):
            replace_publications(connection, [TOLD], twice, Revisions(changes(31, 45), []))
    assert logged(warehouse_url) == [("day", DAY, "created", "total", 20, 31, "erasure")]


def test_one_publishes_at_a_time(warehouse_url):
    order = []

    def second() -> None:
        with connect(warehouse_url) as connection, publishing(connection):
            order.append("second")

    with connect(warehouse_url) as connection, publishing(connection):
        waiting = threading.Thread(target=second)
        waiting.start()
        until(
            warehouse_url,
            "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'relation' AND NOT granted",
        )
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_readers_do_not_see_what_a_publication_was_made_of(warehouse_url):
    with psycopg.connect(warehouse_url) as connection:
        connection.execute("SET ROLE snu_reader")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT digest FROM analytics.publication_input")
