"""School classes that take part as a whole: their pupils share school, session and fate."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from snu_analytics.simulation.campaigns import CLE, Stay, choose_stay, classes_exist
from snu_analytics.simulation.clock import Clock
from snu_analytics.simulation.people import identifier, identifier_at, school, somewhere
from snu_analytics.simulation.places import Place

PUPILS = 25

# Of PUPILS people at a time, while classes exist.
SHARE = 0.28
_WITHDRAWN = 0.05
_AHEAD = timedelta(days=24)


@dataclass(frozen=True)
class SchoolClass:
    """A class; `withdrawn_at` is the instant at which it gave up, if it does.

    `declared_at` is when its own document is made, some weeks before its pupils register.
    """

    class_id: str
    school_id: str
    school: dict[str, str]
    place: Place
    stay: Stay
    declared_at: datetime
    begun_at: datetime
    imported: bool
    withdrawn_at: datetime | None


def school_class(random: Random, day: date) -> SchoolClass | None:
    """The class that begins on that day, where one does."""
    if not classes_exist(day) or random.random() > SHARE:
        return None
    stay, place = choose_stay(random, CLE, day), somewhere(random)
    clock = Clock(random, day, staff=True)
    begun = clock.now
    withdrawn = random.random() < _WITHDRAWN
    declared = begun - _AHEAD
    return SchoolClass(
        identifier_at(identifier(random), declared),
        identifier(random),
        school(random, place),
        place,
        stay,
        declared,
        begun,
        random.random() < 0.6,
        clock.office(40) if withdrawn else None,
    )
