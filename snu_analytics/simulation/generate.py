"""Many people's histories, made by all cores; the same arguments always give the same bytes."""

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import accumulate
from multiprocessing import get_context
from random import Random
from typing import Any, TypedDict, Unpack

import bson
import polars as pl
from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.errors import PartitionError, SourceError
from snu_analytics.simulation import young_story
from snu_analytics.simulation.campaigns import (
    NOWHERE,
    campaign_of,
    cohort_id,
    day_weights,
    stays,
)
from snu_analytics.simulation.class_story import class_record
from snu_analytics.simulation.classes import PUPILS, school_class
from snu_analytics.simulation.damage import check_profile, inflict
from snu_analytics.simulation.fields import COLLECTIONS
from snu_analytics.simulation.life import Life
from snu_analytics.simulation.messy import check_share, make_messy, messy_records
from snu_analytics.simulation.missions import missions
from snu_analytics.simulation.objectives import level, objectives
from snu_analytics.simulation.offer_story import offers
from snu_analytics.simulation.recorder import Recorder
from snu_analytics.simulation.truth import oddities_of, truth_of

# A process takes a second to start: fewer people than this are invented here. A multiple of PUPILS.
_PER_TASK = 500
_SHORTEST_DAYS = 14
_KNOWN = DayRange(date(2021, 6, 18), date(2027, 12, 31))


@dataclass(frozen=True)
class Simulation:
    """An invented database and its truth.

    `collections` holds BSON documents by collection, in the order of their insertion. `truth` has
    `young_states`, `application_states` and so on (`fields.STATE_FIELDS` after each patch, as JSON
    with sorted keys, absent ones left out) and `young_events`, `application_events` and so on, as
    Parquet parts with the columns of `truth.SCHEMAS`; see `frame`. An event without a patch has a
    null `patch_id`: the creation of documents that are older than the history, and what damage
    has lost. In a damaged history a patch that changed nothing has the unchanged state. In a messy
    one states and events hold what the written values must become, and `oddities` has a row for
    every odd value of a document: its model, ref and field, what is written and what it becomes as
    JSON text, and its kind: spelling, unlisted, personal, type or blank.
    """

    collections: dict[str, list[bytes]]
    truth: dict[str, list[bytes]]

    def frame(self, name: str) -> pl.DataFrame:
        """One table of the truth."""
        return pl.concat([pl.read_parquet(io.BytesIO(part)) for part in self.truth[name]])


class Flaws(TypedDict, total=False):
    """What is wrong with the documents and patches of a history, on purpose.

    `damage` names one of `damage.PROFILES`: documents and patches are damaged, the truth is not.
    `messy` is about the share of documents that each sort of odd writing hits, after the damage.
    """

    damage: str | None
    messy: float


def simulate(
    youngs: int,
    first: date,
    last: date,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    **flaws: Unpack[Flaws],
) -> Simulation:
    """The history of so many young people, all within the Paris days `first` to `last`.

    `progress` is called with the number of people done and that of all. Raises PartitionError when
    the range is too short or outside the years with a calendar, SourceError when nobody is to be
    invented, there is no such damage or `messy` is no share.
    """
    check_profile(flaws.get("damage"))
    check_share(flaws.get("messy", 0.0))
    if youngs < 1:
        raise SourceError(f"{youngs} young people cannot be invented: give 1 or more")
    if (last - first).days + 1 < _SHORTEST_DAYS:
        raise PartitionError(
            f"{first} to {last} is too short for a history: give {_SHORTEST_DAYS} days or more"
        )
    if first < _KNOWN.first or last > _KNOWN.last:
        raise PartitionError(
            f"{first} to {last} cannot be invented: give days from {_KNOWN.first} to {_KNOWN.last}"
        )
    days = DayRange(first, last)
    tasks = [range(n, min(n + _PER_TASK, youngs)) for n in range(0, youngs, _PER_TASK)]
    parts = []
    for task, part in zip(tasks, _parts(tasks, days, seed, flaws), strict=True):
        parts.append(part)
        if progress:
            progress(task.stop, youngs)
    return _joined(parts, youngs, days, seed, flaws)


_Part = tuple[dict[str, list[bytes]], dict[str, bytes]]
"""Collections and truth of some people."""


def _parts(tasks: list[range], days: DayRange, seed: int, flaws: Flaws) -> Iterable[_Part]:
    part = partial(_part, days=days, seed=seed, flaws=flaws)
    if len(tasks) == 1:
        yield part(tasks[0])
        return
    workers = min(os.cpu_count() or 1, len(tasks))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(part, tasks)


def _part(numbers: range, days: DayRange, seed: int, flaws: Flaws) -> _Part:
    lives = invent_lives(numbers, days, seed)
    damage, messy = flaws.get("damage"), flaws.get("messy", 0.0)
    if damage is not None:
        # By rows, so that nobody's damage depends on who else is invented by this process.
        for start in range(0, len(lives), PUPILS):
            random = Random(f"{seed}/damage/{numbers[start] // PUPILS}")
            inflict(lives[start : start + PUPILS], damage, random)
    records = {
        "young": [life.young for life in lives],
        "application": [record for life in lives for record in life.applications],
        "classe": _classes(lives, days, seed),
        "mission_equivalence": [record for life in lives for record in life.equivalences],
    }
    tables = {}
    if messy:
        strays, rows = make_messy(lives, numbers.start, days, seed, messy)
        records["young"] += strays
        rows += messy_records(records["classe"], seed, messy)
        tables = oddities_of(rows)
    profiles = {life.young.ref: life.profiles for life in lives}
    return _stored(records), truth_of(records, profiles) | tables


def _classes(lives: list[Life], days: DayRange, seed: int) -> list[Recorder]:
    """The classes of these people: all pupils of a class are invented together."""
    pupils: dict[str, list[Life]] = {}
    for life in lives:
        if life.group:
            pupils.setdefault(life.group.class_id, []).append(life)
    return [
        class_record(Random(f"{seed}/class/{class_id}"), group, members, days)
        for class_id, members in pupils.items()
        if (group := members[0].group)
    ]


def _stored(records: Mapping[str, Sequence[Recorder]]) -> dict[str, list[bytes]]:
    """The collections of documents and patches, by the model of their records."""
    collections = {}
    for model, made in records.items():
        documents, patches = COLLECTIONS[model]
        collections[documents] = [bson.encode(r.document) for r in made if r.document]
        collections[patches] = [bson.encode(patch) for r in made for patch in r.patches]
    return collections


def invent_lives(
    numbers: Iterable[int], days: DayRange, seed: int, variation: float = 0
) -> list[Life]:
    """The lives of the people with these numbers, each from a generator of its own.

    `variation` is by how much the campaigns differ in when people come, see `campaigns.waves_of`.
    """
    calendar = list(days)
    weights = list(accumulate(day_weights(days, seed, variation)))
    lives = []
    for number in numbers:
        row, pupil = divmod(number, PUPILS)
        random = Random(f"{seed}/row/{row}")
        (day,) = random.choices(calendar, cum_weights=weights)
        group = school_class(random, day)
        random = Random(f"{seed}/{number}")
        if group is None:
            (day,) = random.choices(calendar, cum_weights=weights)
        life = Life(random, number, day, days.end, missions(seed, days))
        life.group = group
        young_story.write_history(life, group, pupil)
        lives.append(life)
    return lives


def _joined(parts: list[_Part], youngs: int, days: DayRange, seed: int, flaws: Flaws) -> Simulation:
    collections: dict[str, list[bytes]] = {}
    for name in list(parts[0][0]):
        collections[name] = [document for part, _ in parts for document in part.pop(name)]
        if name.endswith("_patches"):
            collections[name].sort(key=_inserted)
    collections["cohorts"] = [bson.encode(cohort) for cohort in _cohorts(days, seed)]
    collections["inscriptiongoals"] = [bson.encode(g) for g in objectives(youngs, days, seed)]
    truth = {name: [part[1][name] for part in parts] for name in parts[0][1]}
    offered = offers(seed, days)
    if messy := flaws.get("messy"):
        rows = [row for made in offered.values() for row in messy_records(made, seed, messy)]
        truth["oddities"].append(oddities_of(rows)["oddities"])
    collections |= _stored(offered)
    for model in offered:
        collections[COLLECTIONS[model][1]].sort(key=_inserted)
    truth |= {name: [table] for name, table in truth_of(offered, {}).items()}
    return Simulation(collections, truth)


def _inserted(patch: bytes) -> bytes:
    """The sort key of an encoded patch: the bytes of its `date` and its `_id`.

    After its length every patch begins with `_id`, `ref` and `date`: type, name and value, of 12,
    12 and 8 bytes.
    """
    return patch[44:52][::-1] + patch[9:21]


def _cohorts(days: DayRange, seed: int) -> list[dict[str, Any]]:
    years = range(days.first.year, campaign_of(days.last) + 2)
    made = []
    for stay in [NOWHERE, *(stay for year in years for stay in stays(year))]:
        document = {
            "_id": ObjectId(cohort_id(stay.cohort)),
            "name": stay.cohort,
            "type": stay.source,
        }
        document["objectifLevel"] = level(stay.cohort, seed)
        if stay is not NOWHERE:
            document["dateStart"] = datetime.combine(stay.start, time(), UTC)
            document["dateEnd"] = datetime.combine(stay.end, time(), UTC)
        opened = datetime.combine(days.first, time(), UTC)
        made.append({**document, "createdAt": opened, "updatedAt": opened})
    return made
