"""Objectives: how many young people each department may validate for each cohort."""

from collections import defaultdict
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.simulation import classes
from snu_analytics.simulation.campaigns import (
    CLE,
    VOLONTAIRE,
    Stay,
    campaign_of,
    classes_exist,
    cohort_id,
    day_weights,
    open_stays,
    stays,
)
from snu_analytics.simulation.people import identifier
from snu_analytics.simulation.places import PLACES, Place

# Validated for a stay in the end, of those who chose it when they registered: measured on 20,000
# people in five campaigns, 0.63 to 0.81 for each stay of volunteers, 0.67 for those of classes.
_VALIDATED = 0.74

# An objective relative to what is expected, so that some are reached and some are not.
_LEAST, _MOST = 0.85, 1.25

_UNLIMITED = 0.03
_REGIONAL = 0.2


def objectives(youngs: int, days: DayRange, seed: int) -> list[dict[str, Any]]:
    """The documents of `inscriptiongoals` for a history of so many people.

    One per cohort and department, for the cohorts of the campaigns of `days` and of the next one
    for which people can register. `max` is about a department's equal share of those that the
    whole campaign validates, or None for a few; where that is less than a person, the cohort's
    objectives are of that sum and some departments have none. `fillingRate` is a percentage that
    was true on some earlier day: the application no longer updates it.
    """
    registered = registrations(youngs, days)
    years = range(campaign_of(days.first), campaign_of(days.last) + 2)
    opened = datetime.combine(days.first, time(), UTC)
    made = []
    for stay in (stay for year in years for stay in stays(year) if stay in registered):
        random = Random(f"{seed}/objectives/{stay.cohort}")
        expected = registered[stay] * _VALIDATED / len(PLACES)
        goals = (_objective(random, stay, place, expected, opened) for place in PLACES)
        made += [goal for goal in goals if goal["max"] != 0]
    return made


def _whole(random: Random, share: float) -> int:
    """The share as a whole number that is the share on average: 0.3 is 1 in three cases of ten."""
    return round(share) if share >= 1 else int(random.random() < share)


def level(cohort: str, seed: int) -> str:
    """Whether the departments' objectives of that cohort count, or their region's sum alone."""
    regional = Random(f"{seed}/objectives/{cohort}/level").random() < _REGIONAL
    return "regional" if regional else "departemental"


def registrations(youngs: int, days: DayRange) -> dict[Stay, float]:
    """How many are expected to choose each stay when they register.

    `youngs` are those who register within `days`; on later days, until the next campaign ends, as
    many are expected as the waves of the campaigns bring.
    """
    until_next = DayRange(days.first, date(campaign_of(days.last) + 1, 8, 31))
    weights = day_weights(until_next)
    known = list(zip(days, weights, strict=False))
    total = sum(weight for _, weight in known)
    in_classes = sum(weight for day, weight in known if classes_exist(day)) / total * classes.SHARE
    expected: defaultdict[Stay, float] = defaultdict(float)
    for day, weight in zip(until_next, weights, strict=True):
        pupils = classes.SHARE if classes_exist(day) else 0.0
        # Within `days`, those whom no class took spread over all of them.
        alone = 1 - (in_classes if day <= days.last else pupils)
        for source, share in ((CLE, pupils), (VOLONTAIRE, alone)):
            offered = open_stays(source, day)
            for stay in offered:
                expected[stay] += youngs * weight / total * share / len(offered)
    return expected


def _objective(
    random: Random, stay: Stay, place: Place, expected: float, opened: datetime
) -> dict[str, Any]:
    objective_id = identifier(random)
    most = _whole(random, expected * random.uniform(_LEAST, _MOST))
    filled = 100 * random.randrange(most + 1) / most if most else 0
    unlimited = random.random() < _UNLIMITED
    return {
        "_id": ObjectId(objective_id),
        "department": place.department,
        "region": place.region,
        "academy": place.academy,
        "max": None if unlimited and most else most,
        "cohort": stay.cohort,
        "cohortId": cohort_id(stay.cohort),
        "fillingRate": 0 if unlimited else filled,
        "createdAt": opened,
        "updatedAt": opened,
    }
