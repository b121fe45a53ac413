"""Which days of the pool are counted, the opening stock they begin with, and the objectives."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import psycopg
from psycopg import sql

from snu_analytics.warehouse import lock_day, mapped_errors

_MOVEMENTS = "pool_movement"


def replace_opening(
    connection: psycopg.Connection,
    entity: str,
    eve: date,
    columns: Sequence[str],
    rows: Iterable[bytes],
) -> None:
    """Make `rows`, blocks of COPY text, the entity's opening stock, held by the eve.

    A former opening stock, and what was counted of days before, go.
    """
    copy = sql.SQL("COPY analytics.pool_movement ({}) FROM STDIN").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with mapped_errors(), connection.transaction(), connection.cursor() as cursor:
        lock_day(connection, _MOVEMENTS, eve, {"entity": [entity]})
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
        with cursor.copy(copy) as writer:
            for block in rows:
                writer.write(block)
        cursor.execute("INSERT INTO analytics.pool_load VALUES (%s, %s, true)", [entity, eve])


def note_counted(connection: psycopg.Connection, entity: str, days: Collection[date]) -> None:
    """Note the days whose movements were counted."""
    with mapped_errors(), connection.transaction():
        connection.execute(
            "DELETE FROM analytics.pool_load WHERE entity = %s AND day = ANY(%s)",
            [entity, list(days)],
        )
        connection.cursor().executemany(
            "INSERT INTO analytics.pool_load VALUES (%s, %s, false)",
            [(entity, day) for day in days],
        )


def known_until(connection: psycopg.Connection, entity: str) -> date | None:
    """The last day up to which every day from the opening stock on is counted; None without one."""
    with mapped_errors():
        row = connection.execute(
            "WITH counted AS (SELECT day, row_number() OVER (ORDER BY day) AS place "
            "FROM analytics.pool_load WHERE entity = %(entity)s AND day >= "
            "(SELECT max(day) FROM analytics.pool_load WHERE entity = %(entity)s AND opening)) "
            "SELECT max(day) FROM counted "
            "WHERE day - place::int = (SELECT min(day) - 1 FROM counted)",
            {"entity": entity},
        ).fetchone()
    return row[0] if row else None


def replace_all(
    connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[bytes]
) -> None:
    """Make `rows`, blocks of COPY text, all that a table holds: `objective` or its progress."""
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("analytics", table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with mapped_errors(), connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table])
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("analytics", table)))
        with cursor.copy(copy) as writer:
            for block in rows:
                writer.write(block)
