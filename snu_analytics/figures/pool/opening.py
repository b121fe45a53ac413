"""The opening stock: who was there before the first partition, counted by cell on its eve."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.days import DayRange, midnight
from snu_analytics.events import column_values, pseudonymised, treated
from snu_analytics.figures.pool.cells import (
    CELL,
    identifiers,
    movements_frame,
    table_of,
    with_cells,
)
from snu_analytics.figures.pool.stocks import known_until
from snu_analytics.history import Timeline, rebuild
from snu_analytics.pipeline import PipelineContext, without_erased
from snu_analytics.source import Source
from snu_analytics.warehouse import copy_rows, copy_text, lock_day

# As the snapshots of a month: the histories of 10,000 documents at once took 360 MB.
_DOCUMENTS_AT_ONCE = 4_000

# The first stays were those of June 2019: no patch is older than the application.
_FIRST_PATCHES = date(2018, 1, 1)
_DAYS_AT_ONCE = 31


def load_opening(
    context: PipelineContext,
    entity: Entity,
    start: date,
    source: Source,
    warehouse: psycopg.Connection,
) -> int:
    """How many subjects were there at the midnight before a day; they become the opening stock.

    Reads the whole histories of all documents made before it, some thousands at a time. They are
    stored as counts of cells on the eve.
    """
    counts = pl.DataFrame(schema={**dict.fromkeys(CELL, pl.String), "entries": pl.Int64})
    for frame in _openings(context, entity, start, source):
        cells = without_erased(context, entity, frame, warehouse).select(CELL)
        counts = pl.concat([counts, cells.with_columns(entries=pl.lit(1, pl.Int64))])
        counts = counts.group_by(CELL).agg(pl.col("entries").sum())
    eve = start - timedelta(days=1)
    moves = counts.with_columns(day=pl.lit(eve), exits=pl.lit(0, pl.Int64))
    replace_opening(warehouse, entity.name, eve, movements_frame(entity.name, moves))
    return int(counts["entries"].sum())


def _openings(
    context: PipelineContext, entity: Entity, start: date, source: Source
) -> Iterator[pl.DataFrame]:
    """`subject_id`, CELL and the owner of the documents that were there at the start of a day."""
    owners = [entity.join.field] if entity.join else []
    fields = list(dict.fromkeys([*entity.pool.values(), *owners]))
    to_read = entity.history_fields(fields)
    canonicaliser = context.canonicaliser(entity, source)
    refs = sorted(_old_refs(entity, start, source))
    for at in range(0, len(refs), _DOCUMENTS_AT_ONCE):
        histories = source.histories(entity, refs[at : at + _DOCUMENTS_AT_ONCE], to_read)
        timeline = rebuild(histories, entity, canonicaliser, fields)
        rows = _standing(timeline, midnight(start))
        states = {field: timeline.tracks[field].at(rows) for field in fields}
        subjects = timeline.refs.gather(timeline.document_of[rows])
        columns = {"subject_id": context.pseudonyms.series(entity.name, subjects)}
        for part, field in entity.pool.items():
            texts = treated(entity.fields[field], states[field])
            columns[part] = column_values(texts, "text", ())
        for owner in owners:
            columns[owner] = pseudonymised(entity.fields[owner], states[owner], context.pseudonyms)
        yield with_cells(pl.DataFrame(columns))


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


def replace_opening(
    connection: psycopg.Connection, entity: str, eve: date, rows: pl.DataFrame
) -> None:
    """Make `rows` (columns of `pool_movement`) the entity's opening stock, on the eve.

    A former opening stock, and what was counted of days before, go.
    """
    with connection.transaction(), connection.cursor() as cursor:
        lock_day(connection, "pool_movement", eve, {"entity": [entity]})
        former = cursor.execute(
            "DELETE FROM analytics.pool_load WHERE entity = %s AND (opening OR day <= %s) "
            "RETURNING day",
            [entity, eve],
        ).fetchall()
        cursor.execute(
            "DELETE FROM analytics.pool_movement "
            "WHERE entity = %s AND (day <= %s OR day = ANY(%s))",
            [entity, eve, [day for (day,) in former]],
        )
        copy_rows(connection, sql.Identifier("analytics", "pool_movement"), copy_text(rows))
        cursor.execute("INSERT INTO analytics.pool_load VALUES (%s, %s, true)", [entity, eve])


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
        if other.pool and (until := known_until(warehouse, name)):
            warehouse.execute(
                _leave_query(other, column), {"subjects": list(subjects), "known": until}
            )


def _leave_query(entity: Entity, column: str) -> sql.Composed:
    """SQL that takes the subjects of which `column` is among %(subjects)s out of the opening stock.

    Of it are those whose first event up to %(known)s is no creation; they had the state before it.
    """
    states = [
        sql.SQL("state_before ->> {} AS {}").format(field, sql.Identifier(part))
        for part, field in entity.pool.items()
    ]
    return sql.SQL(
        "MERGE INTO analytics.pool_movement AS cell USING ("
        "SELECT {parts}, count(*) AS subjects FROM ("
        "SELECT DISTINCT ON (subject_id) event_name, {states} FROM {table} "
        "WHERE {column} = ANY(%(subjects)s::uuid[]) AND event_date <= %(known)s "
        "ORDER BY subject_id, event_date, event_order) AS first "
        "WHERE event_name <> {creation} GROUP BY {parts}) AS share "
        "ON cell.entity = {entity} AND ({cell}) IS NOT DISTINCT FROM ({share}) AND cell.day = "
        "(SELECT day FROM analytics.pool_load WHERE entity = {entity} AND opening) "
        "WHEN MATCHED AND entries <= subjects THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET entries = entries - subjects"
    ).format(
        parts=identifiers(entity.pool),
        states=sql.SQL(", ").join(states),
        table=table_of(entity),
        column=sql.Identifier(column),
        creation=sql.Literal(entity.creation.event),
        entity=sql.Literal(entity.name),
        cell=sql.SQL(", ").join(sql.Identifier("cell", part) for part in entity.pool),
        share=sql.SQL(", ").join(sql.Identifier("share", part) for part in entity.pool),
    )
