import threading
from datetime import timedelta

import polars as pl
import pytest

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse import (
    SourceFingerprint,
    address,
    connect,
    replace_all,
    replace_days,
)
from snu_analytics.warehouse.replace import replacing
from snu_analytics_tests.warehouse.lines import (
    DAY,
    NEXT_DAY,
    NO_EVENTS,
    event,
    load,
    load_day,
    rows,
    stored,
    until,
)

WAITING = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"


def test_a_day_is_written(warehouse_url):
    assert load_day(warehouse_url, event(1), event(2, "cohort_changed")) == 2
    assert stored(warehouse_url) == [
        ("2024-03-01", 1, "inscription_created"),
        ("2024-03-01", 2, "cohort_changed"),
    ]


def test_a_day_written_again_is_the_same(warehouse_url):
    load_day(warehouse_url, event(1), event(2))
    assert load_day(warehouse_url, event(1), event(2)) == 2
    assert stored(warehouse_url) == [
        ("2024-03-01", 1, "inscription_created"),
        ("2024-03-01", 2, "inscription_created"),
    ]


def test_rows_that_are_gone_from_the_source_go(warehouse_url):
    load_day(warehouse_url, event(1), event(2))
    load_day(warehouse_url, event(2, "cohort_changed"))
    assert stored(warehouse_url) == [("2024-03-01", 2, "cohort_changed")]


def test_an_empty_day_empties_the_day(warehouse_url):
    load_day(warehouse_url, event(1))
    assert load_day(warehouse_url) == 0
    assert stored(warehouse_url) == []


def test_the_other_days_stand(warehouse_url):
    load_day(warehouse_url, event(1))
    load_day(warehouse_url, event(2, day=NEXT_DAY), day=NEXT_DAY)
    load_day(warehouse_url)
    assert stored(warehouse_url) == [("2024-03-02", 2, "inscription_created")]


def test_many_days_are_replaced_at_once_the_empty_ones_too(warehouse_url):
    third = NEXT_DAY + timedelta(days=1)
    load_day(warehouse_url, event(1, day=NEXT_DAY), day=NEXT_DAY)
    events = pl.concat([event(2), event(3, day=third), event(4)])
    with connect(warehouse_url) as connection:
        written = replace_days(
            connection, "young_event", "event_date", [DAY, NEXT_DAY, third], events
        )
    assert written == {DAY: 2, NEXT_DAY: 0, third: 1}
    assert [(day, number) for day, number, _ in stored(warehouse_url)] == [
        ("2024-03-01", 2),
        ("2024-03-01", 4),
        ("2024-03-03", 3),
    ]


def test_each_day_is_noted_with_its_fingerprint_the_empty_one_too(warehouse_url):
    days = {
        DAY: SourceFingerprint(7, "digest", "first"),
        NEXT_DAY: SourceFingerprint(0, "d", "first"),
    }
    with connect(warehouse_url) as connection:
        replace_days(connection, "young_event", "event_date", days, event(1))
    assert rows(
        warehouse_url,
        "SELECT relation, day, row_count, patch_count, digest, key_id "
        "FROM analytics.day_load ORDER BY day",
    ) == [
        ("young_event", DAY, 1, 7, "digest", "first"),
        ("young_event", NEXT_DAY, 0, 0, "d", "first"),
    ]


def test_texts_arrive_as_they_are(warehouse_url):
    name = "tab\t, backslash \\N, line\nand return\r"
    load_day(warehouse_url, event(1, name))
    assert stored(warehouse_url) == [("2024-03-01", 1, name)]


def test_a_refused_row_leaves_the_former_ones_of_its_day(warehouse_url):
    load_day(warehouse_url, event(1))
    load_day(warehouse_url, event(2, day=NEXT_DAY), day=NEXT_DAY)
    events = pl.concat([event(3), event(4, day=NEXT_DAY), event(5, day=NEXT_DAY, age="old")])
    with pytest.raises(WarehouseError), connect(warehouse_url) as connection:
        replace_days(connection, "young_event", "event_date", [DAY, NEXT_DAY], events)
    assert stored(warehouse_url) == [
        ("2024-03-01", 3, "inscription_created"),
        ("2024-03-02", 2, "inscription_created"),
    ]


def test_the_fault_of_a_row_names_the_host_and_its_place(warehouse_url):
    with pytest.raises(WarehouseError) as caught:
        load_day(warehouse_url, event(1), event(2, age="MARKER"))
    assert str(caught.value) == (
        f"{address(warehouse_url)}: refused (22P02 InvalidTextRepresentation), "
        "COPY young_event, line 2, column age"
    )


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([event(1, age="MARKER")], id="malformed value"),
        pytest.param([event(1, quality="MARKER")], id="broken check"),
        pytest.param([event(1, state_after='{"MARKER')], id="malformed json"),
        pytest.param([event(1, "MARKER"), event(1, "MARKER")], id="key twice"),
        pytest.param([event(1, "MARKER").drop("phase")], id="too few columns"),
    ],
)
def test_no_content_of_a_row_is_in_the_fault(warehouse_url, events):
    with pytest.raises(WarehouseError) as caught:
        load_day(warehouse_url, *events)
    assert "MARKER" not in str(caught.value)
    assert "00000000-0000" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_part_of_a_table_is_replaced_by_itself(warehouse_url):
    with connect(warehouse_url) as connection:
        for phase, value in (("mission", 7), ("inscription", 1), ("inscription", 2)):
            figures = pl.DataFrame(
                {"day": [DAY], "phase": [phase], "figure": ["created"], "value": [value]}
            )
            replace_days(connection, "daily_figure", "day", [DAY], figures, part={"phase": [phase]})
    assert rows(
        warehouse_url, "SELECT phase, value FROM analytics.daily_figure ORDER BY phase"
    ) == [("inscription", 2), ("mission", 7)]


def test_a_whole_table_is_replaced(warehouse_url):
    with connect(warehouse_url) as connection:
        for department in ("Ain", "Aisne"):
            objective = {"cohort": ["Été"], "department": [department], "region": ["Région"]}
            replace_all(connection, "objective", pl.DataFrame(objective | {"level": ["regional"]}))
    assert rows(warehouse_url, "SELECT department FROM analytics.objective") == [("Aisne",)]


def test_two_at_once_for_one_day_follow_each_other(warehouse_url):
    second = threading.Thread(target=load_day, args=(warehouse_url, event(1, "second")))
    with (
        connect(warehouse_url) as connection,
        replacing(connection, "young_event", "event_date", DAY),
    ):
        second.start()
        until(warehouse_url, WAITING)
        assert stored(warehouse_url) == []
    second.join()
    assert stored(warehouse_url) == [("2024-03-01", 1, "second")]


def test_two_days_at_once_do_not_wait(warehouse_url):
    with (
        connect(warehouse_url) as connection,
        replacing(connection, "young_event", "event_date", DAY),
    ):
        load_day(warehouse_url, event(2, day=NEXT_DAY), day=NEXT_DAY)
    assert len(stored(warehouse_url)) == 1


def test_readers_see_the_former_rows_until_the_day_is_whole(warehouse_url):
    load_day(warehouse_url, event(1))
    with (
        connect(warehouse_url) as connection,
        replacing(connection, "young_event", "event_date", DAY),
    ):
        assert stored(warehouse_url) == [("2024-03-01", 1, "inscription_created")]
    assert stored(warehouse_url) == []


def test_an_open_transaction_is_refused(warehouse_url):
    with connect(warehouse_url) as connection:
        connection.autocommit = False
        connection.execute("SELECT 1")
        with pytest.raises(ValueError, match="a transaction of its own"):
            load(connection, NO_EVENTS)
