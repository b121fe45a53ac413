"""The days' patches and inferred creations to states, with the histories behind them."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError
from snu_analytics.events import deidentified_states, marked_values
from snu_analytics.history import as_of, rebuild, snapshots, split_by_day
from snu_analytics.pipeline.context import (
    PATCHES,
    SNAPSHOTS,
    DayCounts,
    PipelineContext,
    counts_by_day,
)
from snu_analytics.pipeline.erased import without_erased
from snu_analytics.source import Source
from snu_analytics.warehouse import replace_notes

# A month of 50,000 young people touches 10,000: their histories at once took 360 MB. Their states
# are laid together with their texts as codes.
_DOCUMENTS_AT_ONCE = 4_000


class _Part(NamedTuple):
    """De-identified states of some documents, and their unlisted values (MARKED_SCHEMA)."""

    states: pl.DataFrame
    marked: pl.DataFrame


@dataclass(frozen=True)
class Staged:
    """Counts of the states that were staged.

    `counts` by day: `states`, `documents`, `conflicts` (states with one), `other` (values that are
    on no list, once per document and field) and `withheld` (of these, what looks like a person's).
    `unlisted` counts them by field over all days, `withheld` by field and kind. `unknown` counts,
    by its name, the documents and patches with a field that is in no catalogue.
    """

    counts: DayCounts
    unlisted: dict[str, int]
    withheld: dict[str, int]
    unknown: dict[str, int]


def stage_snapshots(
    context: PipelineContext,
    entity: Entity,
    days: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> Staged:
    """Counts of the states that are staged: before and after each patch and inferred creation.

    Reads the whole history and the current document of every document the days touch, and of those
    made on these days: what no patch created has an inferred creation. Counts of values withheld
    are written to analytics.withheld. Raises StagingError naming the asset to run when a day's
    patches are not staged.
    """
    staged = {
        day: context.staging.read_noted((entity.name, PATCHES), day, ["ref", "defect"])
        for day in days
    }
    touched = pl.concat([frame for frame, _ in staged.values()]).filter(pl.col("defect").is_null())
    patched = _opened(context, entity, touched["ref"].unique(), days)
    made = pl.Series(source.made_between(entity, days.start, days.end), dtype=pl.String)
    refs = pl.concat([patched, made.rename("ref")]).unique().sort()
    canonicaliser = context.canonicaliser(entity, source)

    def read(part: pl.Series) -> _Part:
        timeline = rebuild(source.histories(entity, part.to_list()), entity, canonicaliser)
        frame = snapshots(timeline, days.start, days.end)
        frame = with_joined(context, entity, source, frame)
        states = deidentified_states(frame, entity, context.catalogue, context.pseudonyms)
        states = without_erased(context, entity, states, warehouse)
        marked = marked_values(states, entity, canonicaliser)
        return _Part(states.with_columns(_listed(entity).cast(pl.Categorical)), marked)

    # Also for no document at all: the frame of an empty day has its columns.
    parts = [refs[at : at + _DOCUMENTS_AT_ONCE] for at in range(0, len(refs), _DOCUMENTS_AT_ONCE)]
    frames = zip(*map(read, parts or [refs]), strict=True)
    states, marked = (pl.concat(part) for part in frames)
    marked = marked.group_by("day", "field", "kind").agg(pl.col("count").sum())
    marked = marked.sort("day", "field", "kind")
    withheld = marked.filter(pl.col("kind").is_not_null())
    replace_notes(warehouse, "withheld", entity.name, days, withheld)
    by_day = split_by_day(states.sort("subject_id", maintain_order=True), "day")
    for day in days:
        part = by_day.get(day, states.clear()).with_columns(pl.col(pl.Categorical).cast(pl.String))
        context.staging.write((entity.name, SNAPSHOTS), day, part, staged[day][1])
    return Staged(
        _counts(states, marked, days),
        _totals(marked, pl.col("field")),
        _totals(withheld, pl.col("field") + ": " + pl.col("kind")),
        _unknown(source.unknown_fields(entity, refs.to_list()), [n for _, n in staged.values()]),
    )


def _listed(entity: Entity) -> pl.Expr:
    """The columns of texts that repeat: as codes they take a quarter of the memory."""
    listed = [n for n, field in entity.staged_fields.items() if field.treatment != "pseudonym"]
    return pl.col("doubts", "role", *listed)


def _opened(
    context: PipelineContext, entity: Entity, sealed: pl.Series, days: DayRange
) -> pl.Series:
    try:
        return context.pseudonyms.opened(sealed).rename("ref")
    except ValueError:
        raise StagingError(
            f"what is staged for {entity.name}/{PATCHES} from {days.first} to {days.last} was "
            f"staged with another key: materialise {entity.name}/{PATCHES} for these days first"
        ) from None


def _counts(states: pl.DataFrame, marked: pl.DataFrame, days: DayRange) -> DayCounts:
    counts = counts_by_day(
        states.filter(pl.col("change_id").is_not_null()),
        days,
        states=pl.len(),
        documents=pl.col("subject_id").n_unique(),
        conflicts=pl.col("conflicts").is_not_null().sum(),
    )
    values = counts_by_day(
        marked,
        days,
        other=pl.col("count").sum(),
        withheld=pl.col("count").filter(pl.col("kind").is_not_null()).sum(),
    )
    return {day: counts[day] | values[day] for day in days}


def _unknown(in_documents: dict[str, int], notes: list[dict[str, str]]) -> dict[str, int]:
    """The unknown fields of the documents and, by the notes of their days, of the patches."""
    total = Counter(in_documents)
    for note in notes:
        total.update(json.loads(note.get("unknown", "{}")))
    return dict(sorted(total.items()))


def _totals(marked: pl.DataFrame, name: pl.Expr) -> dict[str, int]:
    totals = marked.group_by(name.alias("name")).agg(pl.col("count").sum()).sort("name")
    return dict(totals.iter_rows())


def with_joined(
    context: PipelineContext, entity: Entity, source: Source, frame: pl.DataFrame
) -> pl.DataFrame:
    """The snapshots with the fields of the joined entity as of their instants, if there is one."""
    if entity.join is None:
        return frame
    other = context.catalogue.entities[entity.join.entity]
    refs = frame[entity.join.field].unique().str.strip_chars('"')
    fields = list(dict.fromkeys(entity.joined_fields))
    histories = source.histories(
        other, refs.filter(refs != "").sort().to_list(), other.history_fields(fields)
    )
    timeline = rebuild(histories, other, context.canonicaliser(other, source), fields)
    return as_of(frame, entity.join.field, timeline)
