from datetime import date

import polars as pl

from snu_analytics.catalogue.breakdowns import categorised, days_of_period, period_of, tables

DIMENSIONS = ("gender", "age", "region", "department", "cohort")


def breakdowns(kind: str, *dimensions: str) -> list[str]:
    return [table.breakdown for table in tables(dimensions) if table.kind == kind]


def test_a_day_is_told_by_one_dimension_at_a_time():
    assert breakdowns("day", *DIMENSIONS) == ["total", *DIMENSIONS]


def test_a_week_is_told_by_nine_pairs_since_a_department_lies_in_its_region():
    pairs = breakdowns("week", *DIMENSIONS)
    assert len(pairs) == 1 + 9
    assert "gender × region" in pairs
    assert "region × department" not in pairs


def test_a_month_is_told_by_seven_triples():
    assert breakdowns("month", *DIMENSIONS) == [
        "total",
        "gender × age × region",
        "gender × age × department",
        "gender × age × cohort",
        "gender × region × cohort",
        "gender × department × cohort",
        "age × region × cohort",
        "age × department × cohort",
    ]


def test_a_figure_without_persons_is_told_by_place_alone():
    assert breakdowns("day", "region", "department") == ["total", "region", "department"]
    assert breakdowns("week", "region", "department") == ["total"]


def test_ages_become_groups_and_null_becomes_unknown():
    ages = [14, 15, 17, 18, 30, None, 12]
    fine = pl.DataFrame(
        {
            "day": [date(2024, 4, 1)] * 7,
            "gender": ["female"] * 6 + [None],
            "age": ages,
            "region": ["Normandie"] * 7,
            "department": ["Orne"] * 7,
            "cohort": ["2021"] * 7,
            "value": [1, 2, 3, 4, 5, 6, 7],
        }
    )
    assert categorised(fine).select("gender", "age", "value").rows() == [
        ("female", "15", 2),
        ("female", "17", 3),
        ("female", "18 and over", 9),
        ("female", "under 15", 1),
        ("female", "unknown", 6),
        ("unknown", "under 15", 7),
    ]


def test_a_week_begins_on_monday_and_ends_on_sunday():
    sunday = date(2024, 3, 31)
    assert period_of("week", sunday) == date(2024, 3, 25)
    assert days_of_period("week", date(2024, 3, 25)).last == sunday


def test_a_month_ends_with_its_last_day():
    assert days_of_period("month", period_of("month", date(2024, 2, 10))).last == date(2024, 2, 29)
