"""Which documents are hit by which oddities: each draws from a generator of its own."""

from collections.abc import Callable, Sequence
from random import Random

from snu_analytics.days import DayRange
from snu_analytics.errors import SourceError
from snu_analytics.simulation.fields import EVENTS
from snu_analytics.simulation.life import Life, Profile
from snu_analytics.simulation.messy import structural
from snu_analytics.simulation.messy.kinds import KINDS
from snu_analytics.simulation.messy.rewriting import Oddity, Rewriting, oddities, rewrite
from snu_analytics.simulation.messy.sorts import SORTS, rewriting
from snu_analytics.simulation.recorder import Recorder

# Of the share: what takes a history away, or makes it long, is rarer than another spelling.
_RARER = 5
_SELDOM = 20

# Hit documents whose field is one that figures are made of, else any.
_OF_FIGURES = 0.5
_IN_FIGURES = {"status", "gender", "academy", "grade", "birthdateAt", "missionRegion",
               "missionDepartment", "youngDepartment", "youngCohort"}  # fmt: skip

_WHOLE: dict[Callable[[Random, Recorder], object], float] = {
    structural.unknown_fields: 1,
    structural.odd_texts: 1,
    structural.many_operations: 1 / _SELDOM,
}


def check_share(messy: float) -> None:
    """Raises SourceError when it is no share."""
    if not 0 <= messy <= 1:
        raise SourceError(f"{messy} is no share of messy documents: give a number from 0 to 1")


def make_messy(
    lives: Sequence[Life], first: int, days: DayRange, seed: int, share: float
) -> tuple[list[Recorder], list[Oddity]]:
    """Write the documents of people numbered from `first` on in odd ways.

    Gives documents and patches of young people beside them, and a row for every odd value.
    """
    strays, rows = [], []
    numbers = _large(seed)
    for number, life in enumerate(lives, first):
        random = Random(f"{seed}/messy/{number}")
        fate = random.random() * _RARER
        if fate < share:
            structural.insert_whole(life)
        elif fate < 2 * share:
            structural.remove(life.young)
        if number in numbers:
            structural.large(random, life.young)
        if random.random() * _RARER < share:
            strays.append(structural.bare(random, days))
        if random.random() * _RARER < share:
            strays.append(structural.orphan(random, days))
        rows += _of_young(life, random, share)
        for record in (*life.applications, *life.equivalences):
            rows += messy_record(record, random, share)
            if random.random() * _RARER < share:
                structural.remove(record)
    return strays, rows


def messy_records(records: Sequence[Recorder], seed: int, share: float) -> list[Oddity]:
    """A row for every odd value that documents of no young person are written with."""
    rows = []
    for record in records:
        random = Random(f"{seed}/messy/{record.model}/{record.ref}")
        rows += messy_record(record, random, share)
        if random.random() * _RARER < share:
            structural.remove(record)
    return rows


def messy_record(record: Recorder, random: Random, share: float) -> list[Oddity]:
    """A row for every odd value that the document is written with."""
    return oddities(record, _written_anew(record, random, share))


def _written_anew(record: Recorder, random: Random, share: float) -> dict[str, Rewriting]:
    chosen = _rewritings(record, random, share)
    rewrite(record, chosen)
    for make, rate in _WHOLE.items():
        if random.random() < share * rate:
            make(random, record)
    return chosen


def _rewritings(record: Recorder, random: Random, share: float) -> dict[str, Rewriting]:
    chosen: dict[str, Rewriting] = {}
    kinds = KINDS[record.model]
    in_figures = _IN_FIGURES | EVENTS[record.model].keys()
    for sort, (of, _) in SORTS.items():
        if random.random() >= share:
            continue
        fields = [field for field, kind in kinds.items() if kind in of and field not in chosen]
        random.shuffle(fields)
        if random.random() < _OF_FIGURES:
            fields.sort(key=lambda field: field not in in_figures)
        if sort == "birth_copied" and "birthdateAt" in chosen:
            continue
        for field in fields:
            written = rewriting(random, record, field, kinds[field], sort)
            if written.entries:
                chosen[field] = written
                if sort == "birth_copied":
                    # The date of birth has to stay one, or nobody could see the copy.
                    chosen.setdefault("birthdateAt", Rewriting({}, dates=True))
                break
    return chosen


def _of_young(life: Life, random: Random, share: float) -> list[Oddity]:
    chosen = _written_anew(life.young, random, share)
    none = Rewriting({})
    life.profiles = [
        (
            at,
            Profile(
                chosen.get("gender", none).becomes(profile.gender),
                chosen.get("birthdateAt", none).becomes(profile.birthdate),
                chosen.get("region", none).becomes(profile.region),
                chosen.get("department", none).becomes(profile.department),
            ),
        )
        for at, profile in life.profiles
    ]
    return oddities(life.young, chosen)


def _large(seed: int) -> set[int]:
    """The numbers of the few people whose documents are very large."""
    random = Random(f"{seed}/messy/large")
    return {random.randrange(10), random.randrange(100, 400)}
