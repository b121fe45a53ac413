"""What is published is written whole or not at all, by one process at a time."""

from datetime import date
from threading import Thread

import polars as pl
import pytest

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse import (
    BREAKDOWN_COLUMNS,
    closed_months,
    connect,
    published_cells,
    published_totals,
    publishing,
    replace_totals,
    write_closed_month,
    write_revision,
)
from snu_analytics_tests.fixtures.pipeline import rows

MONTH = date(2024, 4, 1)
CELL = {"kind": "month", "period": MONTH, "phase": "inscription", "figure": "created"}
CELL |= {"breakdown": "gender", "gender": "female", "value": 20, "masked": False}


def totals(value: int) -> pl.DataFrame:
    line = {"phase": "inscription", "figure": "created", "day": MONTH, "value": value}
    return pl.DataFrame([line])


def cells(*lines: dict) -> pl.DataFrame:
    return pl.DataFrame(list(lines), BREAKDOWN_COLUMNS)


def test_a_closed_month_is_read_as_it_was_written(warehouse_url):
    masked = CELL | {"gender": "male or unknown", "value": None, "masked": True, "mask": "cell"}
    with connect(warehouse_url) as connection:
        write_closed_month(connection, MONTH, MONTH, 11, totals(23), cells(CELL, masked))
        assert closed_months(connection) == {MONTH: 11}
        assert published_cells(connection, MONTH, MONTH).sort("gender").equals(cells(CELL, masked))
        assert published_totals(connection, MONTH, MONTH)["value"].to_list() == [23]


def test_a_month_that_the_server_refuses_leaves_nothing(warehouse_url):
    with (
        pytest.raises(WarehouseError, match="UniqueViolation"),
        connect(warehouse_url) as connection,
    ):
        write_closed_month(connection, MONTH, MONTH, 11, totals(23), cells(CELL, CELL))
    with connect(warehouse_url) as connection:
        assert closed_months(connection) == {}
    assert rows(warehouse_url, "SELECT FROM published.daily_total") == []


def test_totals_take_the_place_of_the_former(warehouse_url):
    with connect(warehouse_url) as connection:
        replace_totals(connection, totals(23))
        replace_totals(connection, totals(24))
        assert published_totals(connection, MONTH, MONTH)["value"].to_list() == [24]


def test_a_revision_changes_what_is_shown_and_is_logged(warehouse_url):
    with connect(warehouse_url) as connection:
        write_closed_month(connection, MONTH, MONTH, 11, totals(20), cells(CELL))
        former = pl.lit(20).alias("former")
        changed = cells(CELL | {"value": 40}).with_columns(former)
        write_revision(connection, MONTH, totals(40).with_columns(former), changed)
        assert published_cells(connection, MONTH, MONTH)["value"].to_list() == [40]
        assert published_totals(connection, MONTH, MONTH)["value"].to_list() == [40]
    assert rows(
        warehouse_url,
        "SELECT revised_in, kind, breakdown, gender, former, value FROM published.revised_cell "
        "ORDER BY kind",
    ) == [
        (MONTH, "day", "total", None, 20, 40),
        (MONTH, "month", "gender", "female", 20, 40),
    ]


def test_a_second_publisher_waits_for_the_first(warehouse_url):
    order = []

    def second() -> None:
        with connect(warehouse_url) as connection, publishing(connection):
            order.append("second")

    with connect(warehouse_url) as connection:
        with publishing(connection):
            thread = Thread(target=second)
            thread.start()
            thread.join(0.5)
            order.append("first")
        thread.join()
    assert order == ["first", "second"]
