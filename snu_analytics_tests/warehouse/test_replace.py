import threading
from collections.abc import Iterator

import pytest

from snu_analytics.warehouse import connect, replace_day
from snu_analytics_tests.warehouse.lines import COLUMNS, DAY, NEXT_DAY, event, rows, stored, until

WAITING = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def replace(url: str, blocks, day=DAY) -> int:
    with connect(url) as connection:
        return replace_day(connection, "young_event", "event_date", day, COLUMNS, blocks)


def test_a_day_is_written(warehouse_url):
    assert replace(warehouse_url, [event(1), event(2, "cohort_changed")]) == 2
    assert stored(warehouse_url) == [
        ("2024-03-01", 1, "inscription_created"),
        ("2024-03-01", 2, "cohort_changed"),
    ]


def test_a_day_written_again_is_the_same(warehouse_url):
    replace(warehouse_url, [event(1), event(2)])
    assert replace(warehouse_url, [event(1), event(2)]) == 2
    assert stored(warehouse_url) == [
        ("2024-03-01", 1, "inscription_created"),
        ("2024-03-01", 2, "inscription_created"),
    ]


def test_rows_that_are_gone_from_the_source_go(warehouse_url):
    replace(warehouse_url, [event(1), event(2)])
    replace(warehouse_url, [event(2, "cohort_changed")])
    assert stored(warehouse_url) == [("2024-03-01", 2, "cohort_changed")]


def test_an_empty_day_empties_the_day(warehouse_url):
    replace(warehouse_url, [event(1)])
    assert replace(warehouse_url, []) == 0
    assert stored(warehouse_url) == []


def test_the_other_days_stand(warehouse_url):
    replace(warehouse_url, [event(1)])
    replace(warehouse_url, [event(2, day=NEXT_DAY)], NEXT_DAY)
    replace(warehouse_url, [])
    assert stored(warehouse_url) == [("2024-03-02", 2, "inscription_created")]


def test_blocks_may_end_anywhere(warehouse_url):
    text = event(1) + event(2)
    assert replace(warehouse_url, [text[:50], text[50:51], text[51:]]) == 2


def test_a_fault_while_the_rows_are_made_leaves_the_former_ones(warehouse_url):
    def broken() -> Iterator[bytes]:
        yield event(2)
        raise ZeroDivisionError

    replace(warehouse_url, [event(1)])
    with pytest.raises(ZeroDivisionError):
        replace(warehouse_url, broken())
    assert stored(warehouse_url) == [("2024-03-01", 1, "inscription_created")]


def test_a_part_of_a_table_is_replaced_by_itself(warehouse_url):
    columns = ["day", "phase", "figure", "value"]
    mission = b"2024-03-01\tmission\tcreated\t7\n"
    with connect(warehouse_url) as connection:
        for phase, line in (
            ("mission", mission),
            ("inscription", b"2024-03-01\tinscription\tcreated\t1\n"),
            ("inscription", b"2024-03-01\tinscription\tcreated\t2\n"),
        ):
            replace_day(
                connection, "daily_figure", "day", DAY, columns, [line], where={"phase": [phase]}
            )
    assert rows(
        warehouse_url, "SELECT phase, value FROM analytics.daily_figure ORDER BY phase"
    ) == [("inscription", 2), ("mission", 7)]


def test_two_at_once_for_one_day_follow_each_other(warehouse_url):
    second = threading.Thread(target=replace, args=(warehouse_url, [event(1, "second")]))

    def rows_of_the_first() -> Iterator[bytes]:
        yield event(1, "first")
        second.start()
        until(warehouse_url, WAITING)

    replace(warehouse_url, rows_of_the_first())
    second.join()
    assert stored(warehouse_url) == [("2024-03-01", 1, "second")]


def test_two_days_at_once_do_not_wait(warehouse_url):
    def rows_of_the_first() -> Iterator[bytes]:
        yield event(1)
        replace(warehouse_url, [event(2, day=NEXT_DAY)], NEXT_DAY)

    replace(warehouse_url, rows_of_the_first())
    assert len(stored(warehouse_url)) == 2


def test_readers_see_the_former_rows_until_the_new_ones_are_whole(warehouse_url):
    seen = []

    def new_rows() -> Iterator[bytes]:
        yield event(2)
        seen.append(stored(warehouse_url))

    replace(warehouse_url, [event(1)])
    replace(warehouse_url, new_rows())
    assert seen == [[("2024-03-01", 1, "inscription_created")]]
    assert stored(warehouse_url) == [("2024-03-01", 2, "inscription_created")]


def test_an_open_transaction_is_refused(warehouse_url):
    with connect(warehouse_url) as connection:
        connection.autocommit = False
        connection.execute("SELECT 1")
        with pytest.raises(ValueError, match="a transaction of its own"):
            replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [])
