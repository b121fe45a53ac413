"""The calendar of campaigns: when people register, for which stays, and when these take place."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import exp
from random import Random

from snu_analytics.days import DayRange

VOLONTAIRE, CLE = "VOLONTAIRE", "CLE"

# Monday to Sunday: forms are filled on school days.
_WEEKDAYS = (1.25, 1.15, 1.2, 1.05, 0.9, 0.65, 0.8)
_BANK_HOLIDAYS = {(5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11)}

# Registration for a stay closes so many days before.
_CLOSES = timedelta(days=35)


@dataclass(frozen=True)
class Stay:
    """A cohort with the first and last day of its stay, and who takes part."""

    cohort: str
    start: date
    end: date
    source: str


NOWHERE = Stay("à venir", date.max, date.max, VOLONTAIRE)
"""The cohort of those who wait for a session."""


def campaign_of(day: date) -> int:
    """The year of the stays for which people register on that day."""
    return day.year + (day.month >= 9)


@dataclass(frozen=True)
class Waves:
    """How a campaign draws people: the days after 1 September on which its two waves are highest.

    `late` is the height of the second one relative to the first, `volume` that of all days relative
    to the yearly growth.
    """

    first: float
    second: float
    late: float
    volume: float


def waves_of(campaign: int, seed: int, variation: float) -> Waves:
    """The waves of a campaign, always the same for a seed.

    A variation of 0 makes all campaigns alike. One of 1 makes them begin a week earlier or later
    (standard deviation), moves the second wave by another week against the first and makes it a
    quarter lower or higher, and everything 15 % less or more.
    """
    random = Random(f"{seed}/campaign/{campaign}")
    moved, apart = variation * random.gauss(0, 7), variation * random.gauss(0, 7)
    late, volume = variation * random.gauss(0, 0.25), variation * random.gauss(0, 0.15)
    return Waves(75 + moved, 165 + moved + apart, 0.6 * exp(late), exp(volume))


def day_weights(days: DayRange, seed: int = 0, variation: float = 0) -> list[float]:
    """How many register on each day, relative to each other.

    Two waves a campaign, see `waves_of`; fewer on weekends, bank holidays, in summer and at
    Christmas.
    """
    campaigns = {campaign_of(day) for day in days}
    waves = {campaign: waves_of(campaign, seed, variation) for campaign in campaigns}
    return [_weight(day, waves[campaign_of(day)]) for day in days]


def _weight(day: date, waves: Waves) -> float:
    opened = (day - date(campaign_of(day) - 1, 9, 1)).days
    first, second = ((opened - waves.first) / 30) ** 2, ((opened - waves.second) / 35) ** 2
    wave = exp(-first) + waves.late * exp(-second) + 0.03
    # Every campaign draws more people than the one before.
    growth = waves.volume * 1.12 ** (campaign_of(day) - 2023)
    calm = (day.month, day.day) in _BANK_HOLIDAYS
    christmas = (day.month, day.day) >= (12, 21) or (day.month, day.day) <= (1, 3)
    return wave * growth * _WEEKDAYS[day.weekday()] * (0.35 if calm or christmas else 1.0)


@cache
def stays(year: int) -> tuple[Stay, ...]:
    """The stays of a campaign, by their first day."""
    starts = _SPECIAL.get(year) or _usual(year)
    return tuple(
        Stay(cohort, start, start + timedelta(days=12), _source(cohort))
        for cohort, start in sorted(starts.items(), key=lambda stay: stay[1])
    )


_SPECIAL = {
    2021: {"2021": date(2021, 6, 21)},
    2022: {
        "Février 2022": date(2022, 2, 13),
        "Juin 2022": date(2022, 6, 12),
        "Juillet 2022": date(2022, 7, 3),
    },
    2023: {
        "Février 2023 - C": date(2023, 2, 19),
        "Avril 2023 - A": date(2023, 4, 9),
        "Avril 2023 - B": date(2023, 4, 16),
        "Juin 2023": date(2023, 6, 11),
        "Juillet 2023": date(2023, 7, 5),
    },
    2024: {
        "Février 2024 - C": date(2024, 2, 12),
        "CLE mars 2024 1": date(2024, 3, 11),
        "CLE GE1 2024": date(2024, 3, 25),
        "CLE 23-24": date(2024, 4, 2),
        "Avril 2024 - A": date(2024, 4, 15),
        "Avril 2024 - B": date(2024, 4, 22),
        "CLE mai 2024": date(2024, 5, 13),
        "Juin 2024": date(2024, 6, 17),
        "Juillet 2024": date(2024, 7, 3),
        "Toussaint 2024": date(2024, 10, 21),
    },
}


def _usual(year: int) -> dict[str, date]:
    return {
        f"{year - 1} CLE 06 - Novembre": date(year - 1, 11, 18),
        f"{year} CLE 03 Fevrier": date(year, 2, 10),
        f"{year} HTS 02 - Avril": date(year, 4, 14),
        f"{year} CLE Globale": date(year, 5, 12),
        f"{year} HTS 04 - Juillet": date(year, 7, 3),
    }


def _source(cohort: str) -> str:
    return CLE if "CLE" in cohort else VOLONTAIRE


def open_stays(source: str, today: date, other_than: str = "") -> list[Stay]:
    """The stays of this campaign, else of the next, for which that source can still register.

    None of them has the cohort that they are to be other than.
    """
    campaign = campaign_of(today)
    for year in (campaign, campaign + 1):
        open_ones = [
            stay
            for stay in stays(year)
            if stay.source == source and stay.start > today + _CLOSES and stay.cohort != other_than
        ]
        if open_ones:
            return open_ones
    return []


def choose_stay(random: Random, source: str, today: date, other_than: str = "") -> Stay:
    """A stay drawn from the open ones, NOWHERE when there is none."""
    offered = open_stays(source, today, other_than)
    return random.choice(offered) if offered else NOWHERE


def classes_exist(day: date) -> bool:
    """Whole classes take part since the school year 2023-2024."""
    return campaign_of(day) >= 2024


@cache
def cohort_id(cohort: str) -> str:
    """The id of the cohort's document, the same in every invented database."""
    return f"{Random(cohort).getrandbits(96):024x}"
