"""Which days of the pool are counted, and the opening stock they begin with."""

from collections.abc import Collection
from datetime import date

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.warehouse import copy_rows, copy_text, lock_day

_MOVEMENTS = "pool_movement"


def replace_opening(
    connection: psycopg.Connection,
    entity: str,
    eve: date,
    rows: pl.DataFrame,
) -> None:
    """Make `rows` (columns of `pool_movement`) the entity's opening stock, held by the eve.

    A former opening stock, and what was counted of days before, go.
    """
    with connection.transaction(), connection.cursor() as cursor:
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
        copy_rows(connection, sql.Identifier("analytics", _MOVEMENTS), copy_text(rows))
        cursor.execute("INSERT INTO analytics.pool_load VALUES (%s, %s, true)", [entity, eve])


def note_counted(connection: psycopg.Connection, entity: str, days: Collection[date]) -> None:
    """Note the days whose movements were counted."""
    with connection.transaction():
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
    row = connection.execute(
        "WITH counted AS (SELECT day, row_number() OVER (ORDER BY day) AS place "
        "FROM analytics.pool_load WHERE entity = %(entity)s AND day >= "
        "(SELECT max(day) FROM analytics.pool_load WHERE entity = %(entity)s AND opening)) "
        "SELECT max(day) FROM counted "
        "WHERE day - place::int = (SELECT min(day) - 1 FROM counted)",
        {"entity": entity},
    ).fetchone()
    return row[0] if row else None
