from datetime import UTC, date, datetime

import pytest

from snu_analytics.days import (
    DayRange,
    consecutive,
    even_ranges,
    midnight,
    parse_day,
    years_before,
)
from snu_analytics.errors import PartitionError


def test_a_winter_day_begins_at_23_utc():
    assert midnight(date(2024, 1, 15)) == datetime(2024, 1, 14, 23, tzinfo=UTC)


def test_a_summer_day_begins_at_22_utc():
    assert midnight(date(2024, 7, 15)) == datetime(2024, 7, 14, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2024, 3, 31), 23), (date(2024, 10, 27), 25), (date(2024, 5, 1), 24)]
)
def test_a_day_lasts_as_long_as_the_clocks_say(day, hours):
    days = DayRange(day, day)
    assert (days.end - days.start).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("weights", "number", "lengths"),
    [
        ([], 2, [3, 3]),
        ([5, 1, 1, 1, 1, 1], 2, [1, 5]),
        ([1, 1, 1, 9, 1, 1], 3, [3, 3]),
        ([0, 0, 0, 0, 0, 9], 2, [5, 1]),
        ([], 9, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_range_is_cut_into_ranges_of_like_weight(weights, number, lengths):
    days = DayRange(date(2024, 1, 30), date(2024, 2, 4))
    ranges = even_ranges(days, weights, number)
    assert [len(part) for part in ranges] == lengths
    assert [day for part in ranges for day in part] == list(days)


def test_a_range_is_cut_into_chunks_of_at_most_the_size():
    days = DayRange(date(2024, 1, 30), date(2024, 2, 3))
    assert list(days.chunks(2)) == [
        DayRange(date(2024, 1, 30), date(2024, 1, 31)),
        DayRange(date(2024, 2, 1), date(2024, 2, 2)),
        DayRange(date(2024, 2, 3), date(2024, 2, 3)),
    ]


def test_a_malformed_day_is_named():
    with pytest.raises(PartitionError, match="'2024-13-01' is not a day: write it as YYYY-MM-DD"):
        parse_day("2024-13-01")


def test_the_same_day_years_before_is_the_28th_for_a_29th_of_february():
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
    assert years_before(date(2024, 2, 29), 4) == date(2020, 2, 29)


def test_days_without_a_gap_are_one_range():
    days = [date(2024, 3, 2), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 5)]
    assert consecutive(days) == [
        DayRange(date(2024, 2, 29), date(2024, 3, 2)),
        DayRange(date(2024, 3, 5), date(2024, 3, 5)),
    ]
