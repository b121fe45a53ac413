"""The days from 2019 to 2027: week, month, campaign, public and school holidays."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import NamedTuple

from snu_analytics.days import DayRange

CALENDAR = DayRange(date(2019, 9, 1), date(2027, 8, 31))
ZONES = ("A", "B", "C")


class CalendarDay(NamedTuple):
    """A day; names of holidays in French, None when it is none."""

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
    public = {
        d: n for y in range(days.first.year, days.last.year + 1) for d, n in public_holidays(y)
    }
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
            campaign=day.year + (day.month >= 9),
            weekday=day.isoweekday(),
            is_weekend=day.isoweekday() > 5,
            public_holiday=public.get(day),
            school_holiday_a=a is not None,
            school_holiday_b=b is not None,
            school_holiday_c=c is not None,
            school_holiday=a or b or c,
        )


def public_holidays(year: int) -> Iterator[tuple[date, str]]:
    """The eleven public holidays of metropolitan France (Code du travail, article L3133-1)."""
    easter = _easter(year)
    yield date(year, 1, 1), "Jour de l'an"
    yield easter + timedelta(days=1), "Lundi de Pâques"
    yield date(year, 5, 1), "Fête du travail"
    yield date(year, 5, 8), "Victoire 1945"
    yield easter + timedelta(days=39), "Ascension"
    yield easter + timedelta(days=50), "Lundi de Pentecôte"
    yield date(year, 7, 14), "Fête nationale"
    yield date(year, 8, 15), "Assomption"
    yield date(year, 11, 1), "Toussaint"
    yield date(year, 11, 11), "Armistice 1918"
    yield date(year, 12, 25), "Noël"


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


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Oudin's computation (1940)."""
    century = year // 100
    golden = year % 19
    k = (century - 17) // 25
    i = (century - century // 4 - (century - k) // 3 + 19 * golden + 15) % 30
    i -= (i // 28) * (1 - (i // 28) * (29 // (i + 1)) * ((21 - golden) // 11))
    j = (year + year // 4 + i + 2 - century + century // 4) % 7
    offset = i - j
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))
