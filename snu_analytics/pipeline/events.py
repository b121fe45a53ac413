"""The days' states to event rows in the warehouse."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError
from snu_analytics.events import build_events
from snu_analytics.history import (
    split_by_day,
)
from snu_analytics.pipeline.context import PATCHES, SNAPSHOTS, PipelineContext
from snu_analytics.warehouse import (
    SourceFingerprint,
    claim_key,
    copy_blocks,
    copy_text,
    replace_day,
)

# Two states of about 1 kB an event: more at once takes memory, fewer a look at each column anew.
_SNAPSHOTS_RENDERED_AT_ONCE = 25_000


@dataclass(frozen=True)
class Loaded:
    """What became of the days' events: rows per day as computed and as written.

    `by_name` counts the events of each name over all days.
    """

    computed: dict[date, int]
    written: dict[date, int]
    by_name: dict[str, int]


def load_events(
    context: PipelineContext, entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> Loaded:
    """Replace the days' event rows by the events of the staged snapshots.

    Raises StagingError naming the asset to run when a day's snapshots are not staged,
    WarehouseError when the tables hold rows made with another key, and LeakError where a value is
    none that a treatment makes.
    """
    claim_key(warehouse, context.pseudonyms.fingerprint)
    computed: dict[date, int] = {}
    written: dict[date, int] = {}
    names: Counter[str] = Counter()
    for batch in _batches(context, entity, days):
        events = _built(context, entity, {day: frame for day, (frame, _) in batch.items()})
        by_day = split_by_day(copy_text(events), "event_date")
        for day, (_, notes) in batch.items():
            part = by_day.get(day, events.clear())
            computed[day] = len(part)
            written[day] = replace_day(
                warehouse,
                entity.table,
                "event_date",
                day,
                part.columns,
                copy_blocks(part),
                origin=SourceFingerprint(int(notes["patches"]), notes["digest"], notes["key_id"]),
            )
        names.update(dict(events["event_name"].value_counts().iter_rows()))
    return Loaded(computed, written, dict(sorted(names.items())))


def _built(
    context: PipelineContext, entity: Entity, frames: dict[date, pl.DataFrame]
) -> pl.DataFrame:
    snapshots = pl.concat(frames.values())
    return build_events(snapshots, entity, context.catalogue, context.pseudonyms)


def _batches(
    context: PipelineContext, entity: Entity, days: DayRange
) -> Iterator[dict[date, tuple[pl.DataFrame, dict[str, str]]]]:
    """The days' staged snapshots with their notes, as many at a time as are rendered at once."""
    batch: dict[date, tuple[pl.DataFrame, dict[str, str]]] = {}
    for day in days:
        batch[day] = frame, notes = context.staging.read_noted((entity.name, SNAPSHOTS), day)
        older = "key_id" not in notes or "doubts" not in frame.columns
        if older or notes["key_id"] != context.pseudonyms.fingerprint:
            raise StagingError(
                f"what is staged for {entity.name}/{SNAPSHOTS} on {day} is of "
                f"{'an older version' if older else 'another pseudonym key'}: "
                f"materialise {entity.name}/{PATCHES} and what follows for that day"
            )
        if sum(len(frame) for frame, _ in batch.values()) >= _SNAPSHOTS_RENDERED_AT_ONCE:
            yield batch
            batch = {}
    if batch:
        yield batch
