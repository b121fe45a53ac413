"""The days' patches and births to states, with the histories behind them."""

from dataclasses import dataclass

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.catalogue.vocabulary import OTHER
from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError
from snu_analytics.events import deidentified_states
from snu_analytics.history import (
    as_of,
    rebuild,
    snapshots,
    split_by_day,
)
from snu_analytics.source.contract import Source
from snu_analytics.steps.bench import PATCHES, SNAPSHOTS, DayCounts, Workbench, counts_by_day
from snu_analytics.steps.erased import without_erased
from snu_analytics.steps.identities import refuse_identities

# A month of 50,000 young people touches 10,000: their histories at once took 360 MB.
_DOCUMENTS_AT_ONCE = 4_000


@dataclass(frozen=True)
class Staged:
    """What the snapshots hold: counts per day, and the closed fields with an unlisted value.

    `unknown` counts the documents that have a field which no catalogue knows, by its name.

    Counts are `states`, `documents`, `conflicts` (states with one) and `other` (states with a value
    told as OTHER).
    """

    counts: DayCounts
    unlisted: list[str]
    unknown: dict[str, int]


def stage_snapshots(
    bench: Workbench,
    entity: Entity,
    days: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> Staged:
    """Stage the states before and after each of the days' patches and births.

    Reads the whole history and the current document of every document the days touch, and of those
    made on these days: what no patch created has a birth. Raises
    StagingError naming the asset to run when a day's patches are not staged.
    """
    staged = {
        day: bench.staging.read_noted((entity.name, PATCHES), day, ["ref", "defect"])
        for day in days
    }
    touched = pl.concat([frame for frame, _ in staged.values()]).filter(pl.col("defect").is_null())
    known = _opened(bench, entity, touched["ref"].unique(), days)
    born = pl.Series(source.made_between(entity, days.start, days.end), dtype=pl.String)
    refs = pl.concat([known, born.rename("ref")]).unique().sort()
    canonicaliser = bench.canonicaliser(entity, source)
    # Also for no document at all: the frame of an empty day has its columns.
    parts = [refs[at : at + _DOCUMENTS_AT_ONCE] for at in range(0, len(refs), _DOCUMENTS_AT_ONCE)]
    frame = pl.concat(
        [
            snapshots(
                rebuild(source.histories(entity, part.to_list()), entity, canonicaliser),
                days.start,
                days.end,
            )
            for part in parts or [refs]
        ]
    )
    frame = with_joined(bench, entity, source, frame)
    told = deidentified_states(frame, entity, bench.catalogue, bench.pseudonyms)
    refuse_identities(bench, entity, source, frame, told)
    told = without_erased(bench, entity, told, warehouse)
    by_day = split_by_day(told, "day")
    for day in days:
        part = by_day.get(day, told.clear())
        bench.staging.write((entity.name, SNAPSHOTS), day, part, staged[day][1])
    return Staged(
        _counts(told, entity, days),
        canonicaliser.unlisted(told),
        source.unknown_fields(entity, refs.to_list()),
    )


def _opened(bench: Workbench, entity: Entity, sealed: pl.Series, days: DayRange) -> pl.Series:
    try:
        return bench.pseudonyms.opened(sealed).rename("ref")
    except ValueError:
        raise StagingError(
            f"what is staged for {entity.name}/{PATCHES} from {days.first} to {days.last} was "
            f"staged with another key: materialise {entity.name}/{PATCHES} for these days first"
        ) from None


def _counts(frame: pl.DataFrame, entity: Entity, days: DayRange) -> DayCounts:
    closed = [name for name, kept in entity.fields.items() if kept.treatment == "closed"]
    return counts_by_day(
        frame.filter(pl.col("change_id").is_not_null()),
        days,
        states=pl.len(),
        documents=pl.col("subject_id").n_unique(),
        conflicts=pl.col("conflicts").is_not_null().sum(),
        other=pl.any_horizontal(pl.col(closed).str.starts_with(f'"{OTHER}#')).sum(),
    )


def with_joined(
    bench: Workbench, entity: Entity, source: Source, frame: pl.DataFrame
) -> pl.DataFrame:
    """The snapshots with the fields of the joined entity as of their instants, if there is one."""
    if entity.join is None:
        return frame
    other = bench.catalogue.entities[entity.join.entity]
    refs = frame[entity.join.field].unique().str.strip_chars('"')
    fields = list(dict.fromkeys(entity.joined_fields))
    histories = source.histories(
        other, refs.filter(refs != "").sort().to_list(), other.history_fields(fields)
    )
    known = rebuild(histories, other, bench.canonicaliser(other, source), fields)
    return as_of(frame, entity.join.field, known)
