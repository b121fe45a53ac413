"""The days from 2019 to 2027: week, month, campaign, public and school holidays."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import NamedTuple

from snu_analytics.days import DayRange, campaign_of

CALENDAR = DayRange(date(2019, 9, 1), date(2027, 8, 31))
ZONES = ("A", "B", "C")

# Names that the package `holidays` spells otherwise than dim_calendar has them.
_HOLIDAY_NAMES = {
    "Fête du Travail": "Fête du travail",
    "Fête de la Victoire": "Victoire 1945",
    "Armistice": "Armistice 1918",
}


class CalendarDay(NamedTuple):
    """A row of dim_calendar; names of holidays are in French, None on any other day."""

    day: date
    iso_week_monday: date
    month: date
    campaign: int
    weekday: int
    is_weekend: bool
    public_holiday: str | None
    school_holiday_a: bool
    school_holiday_b: bool
    school_holiday_c: bool
    school_holiday: str | None


class SchoolHoliday(NamedTuple):
    """Days without school in some zones, both ends included."""

    first: date
    last: date
    zones: str
    name: str


def calendar_days(days: DayRange = CALENDAR) -> Iterator[CalendarDay]:
    """Each day of the range, which must lie within CALENDAR for its school holidays to be known."""
    public = public_holidays(days)
    off = {
        (day, zone): holiday.name
        for holiday in school_holidays()
        for day in DayRange(holiday.first, holiday.last)
        for zone in holiday.zones
    }
    for day in days:
        a, b, c = (off.get((day, zone)) for zone in ZONES)
        yield CalendarDay(
            day,
            iso_week_monday=day - timedelta(days=day.weekday()),
            month=day.replace(day=1),
            campaign=campaign_of(day),
            weekday=day.isoweekday(),
            is_weekend=day.isoweekday() > 5,
            public_holiday=public.get(day),
            school_holiday_a=a is not None,
            school_holiday_b=b is not None,
            school_holiday_c=c is not None,
            school_holiday=a or b or c,
        )


def public_holidays(days: DayRange) -> dict[date, str]:
    """The French names of the public holidays of metropolitan France on the days, by day."""
    import holidays  # 0.3 s that the start of a command does without

    france = holidays.France(years=range(days.first.year, days.last.year + 1), language="fr")
    return {day: _HOLIDAY_NAMES.get(name, name) for day, name in france.items()}


def school_holidays() -> Iterator[SchoolHoliday]:
    """The school holidays of the three zones, of school_holidays.csv.

    A holiday begins on the day after the last lessons, for which the Saturday is taken where the
    ministry's calendar names one, and ends on the eve of the return. Spring 2021 is as it was moved
    to one date for all. Where zones begin apart, each has a line.
    """
    with (files(__package__) / "school_holidays.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            first, last = date.fromisoformat(line["first"]), date.fromisoformat(line["last"])
            yield SchoolHoliday(first, last, line["zones"], line["name"])
