"""The days' movements between statuses and groups, and the stock that they begin with."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.days import DayRange, midnight
from snu_analytics.events import column_values, pseudonymised, treated
from snu_analytics.figures.pool.loads import known_until, note_counted, replace_opening
from snu_analytics.figures.pool.queries import (
    CELL,
    NEGATIVE_QUERY,
    imbalance_query,
    movement_query,
    opening_share_query,
    pool_query,
    recount_query,
    region_of,
)
from snu_analytics.history import Timeline, rebuild
from snu_analytics.pipeline import PipelineContext, require_loaded, without_erased
from snu_analytics.source import Source
from snu_analytics.warehouse import replace_days

if TYPE_CHECKING:
    import pandas as pd

# As the snapshots of a month: the histories of 10,000 documents at once took 360 MB.
_DOCUMENTS_AT_ONCE = 4_000

# The first stays were those of June 2019: no patch is older than the application.
_FIRST_PATCHES = date(2018, 1, 1)
_DAYS_AT_ONCE = 31

_MOVEMENTS = {
    "entity": pl.String,
    "day": pl.Date,
    **dict.fromkeys(CELL, pl.String),
    "entries": pl.Int64,
    "exits": pl.Int64,
}


class Moved(NamedTuple):
    """What moved on a day, over all cells (counts)."""

    entries: int
    exits: int


def load_pool(entity: Entity, days: DayRange, warehouse: psycopg.Connection) -> dict[date, Moved]:
    """Replace the days' movements by those of their events; what moved on each day.

    Nothing is done for an entity without a pool. Raises WarehouseError naming the asset to run when
    the events of a day were never loaded.
    """
    if not entity.pool:
        return {}
    require_loaded(entity, days, warehouse)
    found = warehouse.execute(movement_query(entity), _bounds(days)).fetchall()
    rows = pl.DataFrame(found, _MOVEMENTS, orient="row")
    replace_days(warehouse, "pool_movement", "day", days, rows, {"entity": [entity.name]})
    note_counted(warehouse, entity.name, list(days))
    sums = rows.group_by("day").agg(pl.col("entries", "exits").sum())
    return dict.fromkeys(days, Moved(0, 0)) | {day: Moved(*moved) for day, *moved in sums.rows()}


def load_opening(
    context: PipelineContext,
    entity: Entity,
    start: date,
    source: Source,
    warehouse: psycopg.Connection,
) -> int:
    """Count who was there before the first partition, as of that midnight; how many they were.

    Reads the whole histories of all documents made before it, some thousands at a time. They are
    kept as counts of cells on the eve.
    """
    cells: Counter[tuple[str | None, ...]] = Counter()
    for frame in _openings(context, entity, start, source):
        told = without_erased(context, entity, frame, warehouse)
        cells.update(told.select(CELL).iter_rows())
    eve = start - timedelta(days=1)
    lines = [(entity.name, eve, *cell, count, 0) for cell, count in cells.items()]
    replace_opening(warehouse, entity.name, eve, pl.DataFrame(lines, _MOVEMENTS, orient="row"))
    return cells.total()


def _openings(
    context: PipelineContext, entity: Entity, start: date, source: Source
) -> Iterator[pl.DataFrame]:
    """`subject_id`, CELL and the owner of the documents that were there at the start of a day."""
    owners = [entity.join.field] if entity.join else []
    fields = list(dict.fromkeys([*entity.pool.values(), *owners]))
    read = entity.history_fields(fields)
    canonicaliser = context.canonicaliser(entity, source)
    refs = sorted(_old_refs(entity, start, source))
    for at in range(0, len(refs), _DOCUMENTS_AT_ONCE):
        histories = source.histories(entity, refs[at : at + _DOCUMENTS_AT_ONCE], read)
        timeline = rebuild(histories, entity, canonicaliser, fields)
        rows = _standing(timeline, midnight(start))
        told: dict[str, pl.Series] = {
            part: column_values(
                treated(entity.fields[field], timeline.tracks[field].at(rows)), "text", ()
            )
            for part, field in entity.pool.items()
        }
        if "region" not in told and "department" in told:
            told["region"] = pl.Series(
                [region_of(name) for name in told["department"]], dtype=pl.String
            )
        nothing = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
        owner = {
            field: pseudonymised(
                entity.fields[field], timeline.tracks[field].at(rows), context.pseudonyms
            )
            for field in owners
        }
        yield pl.DataFrame(
            {
                "subject_id": context.pseudonyms.series(
                    entity.name, timeline.refs.gather(timeline.document_of[rows])
                ),
                **{part: told.get(part, nothing) for part in CELL},
                **owner,
            }
        )


def _old_refs(entity: Entity, start: date, source: Source) -> set[str]:
    """The documents made before a day, and those whose patches alone remain of then."""
    before = DayRange(_FIRST_PATCHES, start - timedelta(days=1))
    refs = set(source.made_between(entity, datetime(1970, 1, 1, tzinfo=UTC), before.end))
    for days in before.chunks(_DAYS_AT_ONCE):
        heads = source.day_patches(entity, days.start, days.end).heads
        refs.update(heads.filter(pl.col("defect").is_null())["ref"])
    return refs


def _standing(timeline: Timeline, moment: datetime) -> np.ndarray:
    """The row of each document's state at a moment; none for what came to be later."""
    patches = np.flatnonzero(timeline.patch_of >= 0)
    before = patches[(timeline.heads["date"] < moment).to_numpy()]
    documents = timeline.document_of[before]
    last = np.append(documents[1:] != documents[:-1], True)[: len(documents)]
    later = timeline.document_of[np.setdiff1d(timeline.creation, before)]
    return before[last & ~np.isin(documents, later)]


def leave_opening(
    entity: Entity,
    subjects: Sequence[str],
    dependents: Mapping[str, tuple[str, str]],
    catalogue: Catalogue,
    warehouse: psycopg.Connection,
) -> None:
    """Take subjects about to be erased, and what depends on them, out of the opening stocks.

    To be called while their events stand, in the transaction that erases them; `dependents` as of
    `erase_subjects`.
    """
    columns = {entity.name: "subject_id"} | {name: c for name, (_, c) in dependents.items()}
    for name, column in columns.items():
        other = catalogue.entities[name]
        until = known_until(warehouse, name) if other.pool else None
        if until:
            warehouse.execute(
                opening_share_query(other, column),
                {"subjects": list(subjects), "known": until},
            )


class Balance(NamedTuple):
    """The days whose movements are not what events tell, and those that end below nothing.

    Stocks are looked at when every day up to the last is counted: `known`. `astray` are the
    statuses whose stock at the end of the last counted day, if that is among the days, is not that
    of each subject's latest event.
    """

    unbalanced: list[date]
    negative: list[date]
    astray: list[str | None]
    known: bool


def balance(entity: Entity, days: DayRange, warehouse: psycopg.Connection) -> Balance:
    """Hold the days' movements against their events, and stocks against zero and a recount."""
    until = known_until(warehouse, entity.name)
    known = until is not None and until >= days.last
    astray = []
    if until == days.last:
        stock = closing_by_status(warehouse, entity, until)
        told = recount(entity, until, warehouse)
        astray = [s for s in {**stock, **told} if stock.get(s) != told.get(s)]
    unbalanced = warehouse.execute(imbalance_query(entity), _bounds(days)).fetchall()
    negative = []
    if known:
        asked = {"entity": entity.name, "first": days.first}
        negative = warehouse.execute(NEGATIVE_QUERY, asked).fetchall()
    return Balance(
        [day for (day,) in unbalanced],
        [day for (day,) in negative if until and day <= until],
        astray,
        known,
    )


def recount(entity: Entity, day: date, warehouse: psycopg.Connection) -> dict[str | None, int]:
    """The stock per status at the end of a day, by each subject's latest event."""
    return dict(warehouse.execute(recount_query(entity), {"day": day}).fetchall())


def pool(
    warehouse: psycopg.Connection,
    entity: Entity,
    days: DayRange,
    by: Sequence[str] = (),
) -> "pd.DataFrame":
    """The stocks of the days: day, status, `by`, opening, entries, exits, closing (Int64 counts).

    `by` are groups of CELL. Opening and closing are null on and after a day that was not counted,
    and where the opening stock is not known because the first partition was never materialised.
    """
    import pandas as pd  # 45 MB that the processes of a backfill never need

    keys = [part for part in CELL if part in by and part != "status"]
    parameters = {
        **_bounds(days),
        "entity": entity.name,
        "known": known_until(warehouse, entity.name) or date.min,
    }
    rows = warehouse.execute(pool_query(by), parameters).fetchall()
    counts = ["opening", "entries", "exits", "closing"]
    frame = pd.DataFrame(rows, columns=["day", "status", *keys, *counts])
    return frame.astype(dict.fromkeys(counts, "Int64"))


def closing_by_status(
    warehouse: psycopg.Connection, entity: Entity, day: date
) -> dict[str | None, int]:
    """The stock per status at the end of a day, by the movements."""
    return dict(
        warehouse.execute(
            "SELECT status, sum(entries - exits) FROM analytics.pool_movement "
            "WHERE entity = %s AND day <= %s GROUP BY status "
            "HAVING sum(entries - exits) <> 0 ORDER BY status",
            [entity.name, day],
        ).fetchall()
    )


class Difference(NamedTuple):
    """The stock of a status against the documents of it in the source (counts)."""

    status: str | None
    closing: int
    live: int


class Explained(NamedTuple):
    """The differences, and what is known of their causes.

    `unrecorded` counts the documents whose status is not that of their history, as the audit of
    `month` found; `erased` the subjects that were taken out.
    """

    differences: list[Difference]
    unrecorded: int
    month: date | None
    erased: int


def compare_live(
    context: PipelineContext,
    entity: Entity,
    day: date,
    source: Source,
    warehouse: psycopg.Connection,
) -> Explained:
    """Hold the stock at the end of a day against a count in the source; kept in pool_difference."""
    closing = closing_by_status(warehouse, entity, day)
    live = _live(context, entity, source)
    statuses = sorted({*closing, *live}, key=lambda status: (status is None, status))
    found = [Difference(s, int(closing.get(s, 0)), live.get(s, 0)) for s in statuses]
    lines = [(day, entity.name, *one) for one in found]
    schema = {"day": pl.Date, "entity": pl.String, "status": pl.String}
    schema |= {"closing": pl.Int64, "live": pl.Int64}
    rows = pl.DataFrame(lines, schema, orient="row")
    replace_days(warehouse, "pool_difference", "day", [day], rows, {"entity": [entity.name]})
    audited = warehouse.execute(
        "SELECT month, sum(count) FILTER (WHERE measure = 'drift' AND field = %s) "
        "FROM analytics.history_audit WHERE entity = %s GROUP BY month "
        "ORDER BY month DESC LIMIT 1",
        [entity.pool["status"], entity.name],
    ).fetchone()
    (erased,) = warehouse.execute(
        "SELECT coalesce(sum(subjects), 0) FROM analytics.erasure_log WHERE entity = %s",
        [entity.name],
    ).fetchone() or (0,)
    month, unrecorded = audited or (None, None)
    return Explained(found, int(unrecorded or 0), month, int(erased))


def _live(context: PipelineContext, entity: Entity, source: Source) -> dict[str | None, int]:
    field = entity.pool["status"]
    counts = source.counts(entity, field)
    texts = pl.Series(list(counts), dtype=pl.String)
    told = context.canonicaliser(entity, source).series(field, texts)
    names = column_values(treated(entity.fields[field], told), "text", ())
    live: Counter[str | None] = Counter()
    for name, count in zip(names, counts.values(), strict=True):
        live[name] += count
    return dict(live)


def _bounds(days: DayRange) -> dict[str, date]:
    return {"first": days.first, "last": days.last}
