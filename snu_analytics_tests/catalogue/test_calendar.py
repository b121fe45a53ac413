"""The calendar on days that are known."""

from datetime import date

import pytest

from snu_analytics.catalogue import calendar_days
from snu_analytics.catalogue.calendar import (
    CALENDAR,
    CalendarDay,
    public_holidays,
    school_holidays,
)
from snu_analytics.days import DayRange


def row(text: str) -> CalendarDay:
    day = date.fromisoformat(text)
    return next(calendar_days(DayRange(day, day)))


def zones(text: str) -> str:
    day = row(text)
    off = (day.school_holiday_a, day.school_holiday_b, day.school_holiday_c)
    return "".join(zone for zone, holiday in zip("ABC", off, strict=True) if holiday)


def test_every_day_from_2019_to_2027_has_its_line():
    assert [day.day for day in calendar_days()] == list(CALENDAR)
    assert len(CALENDAR) == 2922


def test_a_day_has_its_week_month_and_campaign():
    assert row("2024-03-02")[:6] == (
        date(2024, 3, 2),
        date(2024, 2, 26),
        date(2024, 3, 1),
        2024,
        6,
        True,
    )
    assert [row(day).campaign for day in ("2023-08-31", "2023-09-01")] == [2023, 2024]


@pytest.mark.parametrize(
    ("year", "monday", "ascension", "whit_monday"),
    [
        (2019, "04-22", "05-30", "06-10"),
        (2021, "04-05", "05-13", "05-24"),
        (2022, "04-18", "05-26", "06-06"),
        (2024, "04-01", "05-09", "05-20"),
        (2025, "04-21", "05-29", "06-09"),
        (2027, "03-29", "05-06", "05-17"),
    ],
)
def test_movable_holidays_follow_easter(year, monday, ascension, whit_monday):
    days = DayRange(date(year, 1, 1), date(year, 12, 31))
    named = {name: f"{day:%m-%d}" for day, name in public_holidays(days).items()}
    assert len(named) == 11
    assert (named["Lundi de Pâques"], named["Ascension"], named["Lundi de Pentecôte"]) == (
        monday,
        ascension,
        whit_monday,
    )


def test_the_fixed_holidays_bear_the_names_of_dim_calendar():
    days = DayRange(date(2024, 1, 1), date(2024, 12, 31))
    movable = {"Lundi de Pâques", "Ascension", "Lundi de Pentecôte"}
    named = sorted(public_holidays(days).items())
    assert [(f"{day:%m-%d}", name) for day, name in named if name not in movable] == [
        ("01-01", "Jour de l'an"),
        ("05-01", "Fête du travail"),
        ("05-08", "Victoire 1945"),
        ("07-14", "Fête nationale"),
        ("08-15", "Assomption"),
        ("11-01", "Toussaint"),
        ("11-11", "Armistice 1918"),
        ("12-25", "Noël"),
    ]


@pytest.mark.parametrize(
    ("day", "off", "name"),
    [
        ("2019-10-18", "", None),
        ("2019-10-19", "ABC", "Vacances de la Toussaint"),
        ("2020-02-10", "C", "Vacances d'hiver"),
        ("2020-02-17", "BC", "Vacances d'hiver"),
        ("2021-04-12", "ABC", "Vacances de printemps"),
        ("2021-05-03", "", None),
        ("2021-07-06", "", None),
        ("2021-09-01", "ABC", "Vacances d'été"),
        ("2022-07-07", "", None),
        ("2023-01-02", "ABC", "Vacances de Noël"),
        ("2023-01-03", "", None),
        ("2024-02-26", "AB", "Vacances d'hiver"),
        ("2024-05-10", "ABC", "Pont de l'Ascension"),
        ("2025-04-21", "ABC", "Vacances de printemps"),
        ("2026-02-23", "BC", "Vacances d'hiver"),
        ("2027-08-31", "ABC", "Vacances d'été"),
    ],
)
def test_school_holidays_are_those_of_the_zones(day, off, name):
    assert (zones(day), row(day).school_holiday) == (off, name)


def test_each_zone_has_two_weeks_in_winter_and_in_spring_of_every_school_year():
    for name in ("Vacances d'hiver", "Vacances de printemps"):
        for zone in "ABC":
            mine = [h for h in school_holidays() if h.name == name and zone in h.zones]
            assert [h.first.year for h in mine] == list(range(2020, 2028))
            assert {(h.last - h.first).days + 1 for h in mine} <= {16, 17}
