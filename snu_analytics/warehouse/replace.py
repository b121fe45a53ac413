"""A day's rows are replaced whole: lock, delete, insert, commit. Nothing is seen in between."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import polars as pl
import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from snu_analytics.warehouse.copy_text import copy_rows, copy_text
from snu_analytics.warehouse.locks import lock_name
from snu_analytics.warehouse.schema import ANALYTICS

# A part of a table: for each column the values its rows may have, such as the phases of an entity.
Part = Mapping[str, Sequence[str]]


class SourceFingerprint(NamedTuple):
    """The patches that a day's rows were made of: how many, and a digest of their content.

    `key_id` is the fingerprint of the key of the digest and of the rows' pseudonyms.
    """

    patches: int
    digest: str
    key_id: str


def replace_days(
    connection: psycopg.Connection,
    table: str,
    day_column: str,
    days: Iterable[date] | Mapping[date, SourceFingerprint],
    frame: pl.DataFrame | Mapping[str, pl.DataFrame],
    part: Part | None = None,
) -> dict[date, int]:
    """The number of rows written on each of the days: those of the frame in place of the former.

    `frame` has columns of the table, by name, `day_column` (Date) among them; what it has of other
    days is not written. Each day is a transaction of its own, an empty one too: another one that
    replaces the same day waits for its end, and where a row is refused the former rows of its day
    stand. With `part` only the rows of that part are deleted; without it the whole table is loaded
    for the day, which is noted in `day_load` with its fingerprint, if `days` maps it to one. Of
    frames by table each replaces the days of its own table, in the same transactions; `table` is
    the one that is counted and noted.
    """
    fingerprints = days if isinstance(days, Mapping) else {}
    frames = {table: frame} if isinstance(frame, pl.DataFrame) else frame
    texts = {name: copy_text(rows) for name, rows in frames.items()}
    by_day = {name: _by_day(rows, day_column) for name, rows in texts.items()}
    written = {}
    for day in days:
        with replacing(connection, table, day_column, day, part):
            for name in frames.keys() - {table}:
                _delete_day(connection, name, day_column, day)
            counts = {
                name: copy_rows(connection, _table(name), by_day[name].get(day, rows.clear()))
                for name, rows in texts.items()
            }
            written[day] = counts[table]
            if not part:
                _note_load(connection, table, day, written[day], fingerprints.get(day))
    return written


def replace_all(connection: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    """Make the frame's rows all that a table holds, in one transaction."""
    with connection.transaction():
        lock_name(connection, table)
        connection.execute(sql.SQL("DELETE FROM {}").format(_table(table)))
        copy_rows(connection, _table(table), copy_text(frame))


@contextmanager
def replacing(
    connection: psycopg.Connection, table: str, day_column: str, day: date, part: Part | None = None
) -> Iterator[None]:
    """The transaction in which a day is replaced: locked, its former rows deleted."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("a day is replaced in a transaction of its own: commit the open one first")
    with connection.transaction():
        lock_day(connection, table, day, part)
        _delete_day(connection, table, day_column, day, part)
        yield


def _by_day(rows: pl.DataFrame, day_column: str) -> dict[date, pl.DataFrame]:
    parts = rows.partition_by(day_column, as_dict=True, maintain_order=True)
    return {day: part for (day,), part in parts.items()}


def _delete_day(
    connection: psycopg.Connection, table: str, day_column: str, day: date, part: Part | None = None
) -> None:
    condition, values = part_condition(part)
    connection.execute(
        sql.SQL("DELETE FROM {} WHERE {} = %s AND {}").format(
            _table(table), sql.Identifier(day_column), condition
        ),
        [day, *values],
    )


def lock_day(
    connection: psycopg.Connection, table: str, day: date, part: Part | None = None
) -> None:
    """Keep others from replacing the day, or the part of it, until the transaction ends."""
    parts = sorted((column, sorted(values)) for column, values in (part or {}).items())
    lock_name(connection, f"{table} {parts} {day}")


def part_condition(part: Part | None) -> tuple[sql.Composable, list[list[str]]]:
    """The SQL condition of the rows of a part, true without one, and its parameters."""
    conditions = [sql.SQL("{} = ANY(%s)").format(sql.Identifier(column)) for column in part or {}]
    return (
        sql.SQL(" AND ").join([sql.SQL("true"), *conditions]),
        [list(values) for values in (part or {}).values()],
    )


def _note_load(
    connection: psycopg.Connection,
    table: str,
    day: date,
    row_count: int,
    fingerprint: SourceFingerprint | None,
) -> None:
    connection.execute(
        "DELETE FROM analytics.day_load WHERE relation = %s AND day = %s", [table, day]
    )
    connection.execute(
        "INSERT INTO analytics.day_load VALUES (%s, %s, %s, %s, %s, %s)",
        [table, day, row_count, *(fingerprint or (None, None, None))],
    )


def _table(table: str) -> sql.Identifier:
    return sql.Identifier(ANALYTICS, table)
