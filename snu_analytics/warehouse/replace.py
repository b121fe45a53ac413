"""A day's rows are replaced whole: lock, delete, insert, commit. Nothing is seen in between."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.schema import ANALYTICS

# A part of a table: for each column the values its rows may have, such as the phases of an entity.
Part = Mapping[str, Sequence[str]]


class SourceFingerprint(NamedTuple):
    """The patches that a day's rows were made of: how many, and a digest of what they say.

    `key_id` is the fingerprint of the key of the digest and of the rows' pseudonyms.
    """

    patches: int
    digest: str
    key_id: str


def replace_day(
    connection: psycopg.Connection,
    table: str,
    day_column: str,
    day: date,
    columns: Sequence[str],
    rows: Iterable[bytes],
    where: Part | None = None,
    origin: SourceFingerprint | None = None,
) -> int:
    """Replace a day's rows by those in `rows`, blocks of COPY text; the number of rows written.

    `where` narrows what is deleted to the rows whose columns have one of the given values; without
    it the day is noted in `day_load` with its `origin`, an empty one too. Another call for the same
    table, day and `where` waits. Blocks of about 1 MB are fastest and may end anywhere. Raises
    WarehouseUnavailable when the server is lost and WarehouseError when it refuses a row; then the
    former rows stand.
    """
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        _table(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with _replacing(connection, table, day_column, day, where) as cursor:
        written, blocks = 0, iter(rows)
        if first := next(blocks, None):  # an empty day, as most are, needs no COPY
            with cursor.copy(copy) as stream:
                for block in chain([first], blocks):
                    stream.write(block)
            written = cursor.rowcount
        return _noted(cursor, table, day, where, written, origin)


@contextmanager
def _replacing(
    connection: psycopg.Connection, table: str, day_column: str, day: date, where: Part | None
) -> Iterator[psycopg.Cursor]:
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("a day is replaced in a transaction of its own: commit the open one first")
    part = where or {}
    conditions = [sql.SQL("{} = %s").format(sql.Identifier(day_column))]
    conditions += [sql.SQL("{} = ANY(%s)").format(sql.Identifier(name)) for name in part]
    values = [day, *(list(allowed) for allowed in part.values())]
    delete = sql.SQL("DELETE FROM {} WHERE {}").format(
        _table(table), sql.SQL(" AND ").join(conditions)
    )
    with mapped_errors(), connection.transaction(), connection.cursor() as cursor:
        lock_day(connection, table, day, part)
        cursor.execute(delete, values)
        yield cursor


def lock_day(
    connection: psycopg.Connection, table: str, day: date, part: Part | None = None
) -> None:
    """Keep others from replacing the day, or the part of it, until the transaction ends."""
    parts = sorted((column, sorted(values)) for column, values in (part or {}).items())
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{table} {parts} {day}"]
    )


def _noted(
    cursor: psycopg.Cursor,
    table: str,
    day: date,
    where: Part | None,
    written: int,
    origin: SourceFingerprint | None,
) -> int:
    if not where:
        loads = _table("day_load")
        cursor.execute(
            sql.SQL("DELETE FROM {} WHERE relation = %s AND day = %s").format(loads), [table, day]
        )
        cursor.execute(
            sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s)").format(loads),
            [table, day, written, *(origin or (None, None, None))],
        )
    return written


def _table(table: str) -> sql.Identifier:
    return sql.Identifier(ANALYTICS, table)
