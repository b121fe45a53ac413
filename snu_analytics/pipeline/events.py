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
from snu_analytics.pipeline.context import PATCHES, SNAPSHOTS, PipelineContext
from snu_analytics.warehouse import SourceFingerprint, claimed_key, replace_days

# Two states of about 1 kB an event: more at once takes memory, fewer a look at each column anew.
_SNAPSHOTS_RENDERED_AT_ONCE = 25_000


@dataclass(frozen=True)
class Loaded:
    """The number of event rows written of each day, and of each event of all days."""

    written: dict[date, int]
    by_name: dict[str, int]


def load_events(
    context: PipelineContext, entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> Loaded:
    """The counts of the days' event rows, which are replaced by the events of what is staged.

    Rows are written by event_id, a keyed hash: their place in a table shows nothing of the order of
    patches or documents. Memberships are replaced with the events, in the same transaction.
    Raises StagingError naming the asset to run when a day's snapshots are not staged,
    WarehouseError when the tables hold rows made with another key, and LeakError where a value is
    none that a treatment makes.
    """
    written: dict[date, int] = {}
    names: Counter[str] = Counter()
    with claimed_key(warehouse, context.pseudonyms.fingerprint):
        for frames, fingerprints in _batches(context, entity, days):
            snapshots = pl.concat(frames)
            rows = build_events(snapshots, entity, context.catalogue, context.pseudonyms)
            events, memberships = (frame.sort("event_id") for frame in rows)
            tables = {entity.table: events}
            if entity.membership_columns:
                tables[entity.membership_table] = memberships
            written |= replace_days(warehouse, entity.table, "event_date", fingerprints, tables)
            names.update(dict(events["event_name"].value_counts().iter_rows()))
    return Loaded(written, dict(sorted(names.items())))


def _batches(
    context: PipelineContext, entity: Entity, days: DayRange
) -> Iterator[tuple[list[pl.DataFrame], dict[date, SourceFingerprint]]]:
    """The days' staged snapshots and fingerprints, as many at a time as are rendered at once."""
    frames: list[pl.DataFrame] = []
    fingerprints: dict[date, SourceFingerprint] = {}
    for day in days:
        frame, notes = context.staging.read_noted((entity.name, SNAPSHOTS), day)
        older = "key_id" not in notes or "doubts" not in frame.columns
        if older or notes["key_id"] != context.pseudonyms.fingerprint:
            raise StagingError(
                f"what is staged for {entity.name}/{SNAPSHOTS} on {day} is of "
                f"{'an older version' if older else 'another pseudonym key'}: "
                f"materialise {entity.name}/{PATCHES} and what follows for that day"
            )
        frames.append(frame)
        fingerprints[day] = SourceFingerprint(
            int(notes["patches"]), notes["digest"], notes["key_id"]
        )
        if sum(map(len, frames)) >= _SNAPSHOTS_RENDERED_AT_ONCE:
            yield frames, fingerprints
            frames, fingerprints = [], {}
    if frames:
        yield frames, fingerprints
