"""The calendar of campaigns: when people register, for which stays, and when these take place."""

from datetime import date, timedelta
from math import exp
from random import Random

from snu_analytics.days import DayRange

# Monday to Sunday: forms are filled on school days, staff works on weekdays.
_WEEKDAYS = (1.25, 1.15, 1.2, 1.05, 0.9, 0.65, 0.8)

# Share of the hours of a day, in Paris: evenings lead, some save just around midnight.
HOURS = (4, 2, 1, 1, 1, 1, 2, 6, 12, 16, 18, 16, 14, 18, 18, 18, 20, 24, 26, 24, 24, 22, 16, 9)


def campaign_of(day: date) -> int:
    """The year of the stays for which people register on that day."""
    return day.year + (day.month >= 9)


def day_weights(days: DayRange) -> list[float]:
    """How many register on each day, relative to each other: two waves a campaign, fewer on
    weekends and at Christmas."""
    return [_weight(day) for day in days]


def _weight(day: date) -> float:
    opened = (day - date(campaign_of(day) - 1, 9, 1)).days
    wave = exp(-(((opened - 75) / 30) ** 2)) + 0.6 * exp(-(((opened - 165) / 35) ** 2)) + 0.03
    holidays = (day.month, day.day) >= (12, 21) or (day.month, day.day) <= (1, 3)
    return wave * _WEEKDAYS[day.weekday()] * (0.35 if holidays else 1.0)


def stays(year: int, source: str) -> dict[str, date]:
    """The cohorts of a campaign with the first day of their stay."""
    if source == "CLE":
        if year <= 2024:
            return {
                f"CLE {year - 2001}-{year - 2000}": date(year, 4, 2),
                f"CLE mars {year} 1": date(year, 3, 11),
                f"CLE mai {year}": date(year, 5, 13),
                f"CLE GE1 {year}": date(year, 3, 25),
            }
        return {
            f"{year - 1} CLE 06 - Novembre": date(year - 1, 11, 18),
            f"{year} CLE 03 Fevrier": date(year, 2, 10),
            f"{year} CLE Globale": date(year, 5, 12),
        }
    if year <= 2021:
        return {str(year): date(year, 6, 21)}
    if year == 2022:
        return {
            "Février 2022": date(2022, 2, 13),
            "Juin 2022": date(2022, 6, 12),
            "Juillet 2022": date(2022, 7, 3),
        }
    if year <= 2024:
        return {
            f"Février {year} - C": date(year, 2, 19),
            f"Avril {year} - A": date(year, 4, 9),
            f"Avril {year} - B": date(year, 4, 16),
            f"Juin {year}": date(year, 6, 11),
            f"Juillet {year}": date(year, 7, 5),
        }
    return {
        f"{year} HTS 02 - Avril": date(year, 4, 14),
        f"{year} HTS 04 - Juillet": date(year, 7, 3),
    }


def choose_stay(random: Random, year: int, source: str, after: date) -> tuple[str, date]:
    """A cohort of the campaign that begins late enough, else the last one, and its first day."""
    offered = stays(year, source)
    open_ones = [c for c, day in offered.items() if day > after + timedelta(days=35)]
    cohort = random.choice(open_ones) if open_ones else max(offered, key=lambda c: offered[c])
    return cohort, offered[cohort]


def classes_exist(year: int) -> bool:
    """Whole classes take part since the school year 2023-2024."""
    return year >= 2024
