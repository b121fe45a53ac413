"""Many stories at once, by all cores; the same arguments always give the same bytes."""

import io
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from multiprocessing import get_context
from random import Random
from typing import Any

import bson
import polars as pl
from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.errors import PartitionError, SourceError
from snu_analytics.simulation.application_story import Mission
from snu_analytics.simulation.campaigns import campaign_of, day_weights, stays
from snu_analytics.simulation.people import residence, word
from snu_analytics.simulation.recorder import Recorder
from snu_analytics.simulation.young_story import YoungStory

# A process takes a second to start: fewer people than this are invented here.
_PER_TASK = 500
_SHORTEST_DAYS = 14
_MISSIONS = 300

STATE_SCHEMA = {
    "ref": pl.String,
    "patch_id": pl.String,
    "date": pl.Datetime("ms", "UTC"),
    "state": pl.String,
}
EVENT_SCHEMA = {
    "ref": pl.String,
    "patch_id": pl.String,
    "date": pl.Datetime("ms", "UTC"),
    "event_name": pl.String,
    "field": pl.String,
    "from_value": pl.String,
    "to_value": pl.String,
}


@dataclass(frozen=True)
class Simulation:
    """BSON documents by collection, in the order of their writing, and the truth as frames.

    `truth` has `young_states`, `application_states` (STATE_SCHEMA: the true kept fields after each
    patch as JSON with sorted keys, absent ones left out) and `young_events`, `application_events`
    (EVENT_SCHEMA), as Parquet parts; see `frame`.
    """

    collections: dict[str, list[bytes]]
    truth: dict[str, list[bytes]]

    def frame(self, name: str) -> pl.DataFrame:
        """One table of the truth."""
        return pl.concat([pl.read_parquet(io.BytesIO(part)) for part in self.truth[name]])


@dataclass(frozen=True)
class _Part:
    documents: dict[str, list[bytes]]
    patches: dict[str, list[tuple[int, bytes]]]  # by milliseconds
    truth: dict[str, bytes]


def simulate(
    youngs: int,
    first: date,
    last: date,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """The history of so many young people, all within the Paris days `first` to `last`.

    `progress` is told how many are done, of how many. Raises PartitionError when the range is too
    short, SourceError when nobody is to be invented.
    """
    if youngs < 1:
        raise SourceError(f"{youngs} young people cannot be invented: give 1 or more")
    days = DayRange(first, last)
    if len(days) < _SHORTEST_DAYS:
        raise PartitionError(
            f"{first} to {last} is too short for a history: give {_SHORTEST_DAYS} days or more"
        )
    tasks = [range(n, min(n + _PER_TASK, youngs)) for n in range(0, youngs, _PER_TASK)]
    parts = []
    for part in _told(tasks, days, seed):
        parts.append(part)
        if progress:
            progress(tasks[len(parts) - 1].stop, youngs)
    return _joined(parts, days, seed)


def _told(tasks: list[range], days: DayRange, seed: int) -> Iterable[_Part]:
    if len(tasks) == 1:
        yield _part(tasks[0], days, seed)
        return
    workers = min(os.cpu_count() or 1, len(tasks))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_part, tasks, [days] * len(tasks), [seed] * len(tasks))


def _part(numbers: range, days: DayRange, seed: int) -> _Part:
    missions = _missions(seed)
    calendar, weights = list(days), day_weights(days)
    told: dict[str, list[Recorder]] = {"young": [], "application": []}
    for number in numbers:
        random = Random(f"{seed}/{number}")
        (day,) = random.choices(calendar, weights)
        story = YoungStory(random, number, day, days.end, missions)
        story.tell()
        told["young"] += [story.young] if story.young.document else []
        told["application"] += [record for record in story.applications if record.document]
    truth = {}
    for name, records in told.items():
        truth[f"{name}_states"] = _parquet([r.states for r in records], STATE_SCHEMA)
        truth[f"{name}_events"] = _parquet([r.events for r in records], EVENT_SCHEMA)
    return _Part(
        {f"{name}s": [bson.encode(r.document) for r in records] for name, records in told.items()},
        {
            f"{name}_patches": [
                (_milliseconds(p["date"]), bson.encode(p)) for r in records for p in r.patches
            ]
            for name, records in told.items()
        },
        truth,
    )


def _parquet(rows: list[list[tuple]], schema: dict[str, Any]) -> bytes:
    frame = pl.DataFrame([row for some in rows for row in some], schema, orient="row")
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _joined(parts: list[_Part], days: DayRange, seed: int) -> Simulation:
    collections: dict[str, list[bytes]] = {}
    for name in list(parts[0].documents):
        collections[name] = [doc for part in parts for doc in part.documents.pop(name)]
    for name in list(parts[0].patches):
        dated = [patch for part in parts for patch in part.patches.pop(name)]
        dated.sort(key=lambda patch: patch[0])
        collections[name] = [patch for _, patch in dated]
    collections["cohorts"] = [bson.encode(cohort) for cohort in _cohorts(days)]
    missions = _missions(seed)
    collections["missions"] = [bson.encode(_mission_document(m)) for m in missions]
    structures = sorted({m.structure_id for m in missions})
    collections["structures"] = [
        bson.encode({"_id": ObjectId(s), "status": "VALIDATED"}) for s in structures
    ]
    truth = {name: [part.truth[name] for part in parts] for name in parts[0].truth}
    return Simulation(collections, truth)


def _missions(seed: int) -> list[Mission]:
    random = Random(f"{seed}/missions")
    structures = [f"{random.getrandbits(96):024x}" for _ in range(_MISSIONS // 3)]
    made = []
    for _ in range(_MISSIONS):
        place = residence(random)
        made.append(
            Mission(
                f"{random.getrandbits(96):024x}",
                random.choice(structures),
                f"Aider {word(random, 3)}",
                place.department,
                place.region,
                random.choice(("true", "false")),
                random.choice((28, 42, 84, 84)),
            )
        )
    return made


def _mission_document(mission: Mission) -> dict[str, Any]:
    return {
        "_id": ObjectId(mission.mission_id),
        "name": mission.name,
        "status": "VALIDATED",
        "structureId": mission.structure_id,
        "department": mission.department,
        "region": mission.region,
        "isJvaMission": mission.jva,
        "duration": str(mission.hours),
    }


def _cohorts(days: DayRange) -> list[dict[str, Any]]:
    made = []
    for year in range(days.first.year, campaign_of(days.last) + 2):
        for source in ("VOLONTAIRE", "CLE"):
            for name, start in stays(year, source).items():
                random = Random(name)
                begins = datetime.combine(start, time(), UTC)
                own = ObjectId(f"{random.getrandbits(96):024x}")
                made.append({"_id": own, "name": name, "type": source, "dateStart": begins})
    return made


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
