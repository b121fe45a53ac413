"""Small questions to the warehouse."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.replace import Part, SourceFingerprint
from snu_analytics.warehouse.schema import ANALYTICS

if TYPE_CHECKING:
    import pandas as pd

# The key of rows without a key id: they were written before there was one.
CURRENT_KEY = "(SELECT fingerprint FROM analytics.pseudonym_key WHERE state = 'current')"


def days_with_rows(
    connection: psycopg.Connection,
    table: str,
    day_column: str,
    first: date,
    last: date,
    where: Part | None = None,
) -> set[date]:
    """The days, both ends included, with a row of which the columns have one of the values."""
    part = where or {}
    conditions = [sql.SQL("{} BETWEEN %s AND %s").format(sql.Identifier(day_column))]
    conditions += [sql.SQL("{} = ANY(%s)").format(sql.Identifier(name)) for name in part]
    found = sql.SQL("SELECT DISTINCT {} FROM {} WHERE {}").format(
        sql.Identifier(day_column),
        sql.Identifier(ANALYTICS, table),
        sql.SQL(" AND ").join(conditions),
    )
    values = [first, last, *(list(allowed) for allowed in part.values())]
    with mapped_errors():
        return {day for (day,) in connection.execute(found, values)}


def loaded_days(connection: psycopg.Connection, table: str, first: date, last: date) -> set[date]:
    """The days, both ends included, that were loaded whole, the empty ones among them."""
    return days_with_rows(connection, "day_load", "day", first, last, {"relation": [table]})


def changed_days(connection: psycopg.Connection) -> list[tuple[str, date, str]]:
    """Entity, day and digest of the days whose patches were others at the last audit.

    Digests of two keys tell nothing of each other and are not compared.
    """
    with mapped_errors():
        return connection.execute(
            "SELECT f.entity, f.day, f.digest FROM analytics.day_found f "
            "JOIN analytics.day_load l ON l.relation = f.entity || '_event' AND l.day = f.day "
            f"WHERE l.digest <> f.digest AND coalesce(l.key_id, {CURRENT_KEY}) "
            f"IS NOT DISTINCT FROM coalesce(f.key_id, {CURRENT_KEY}) ORDER BY f.entity, f.day"
        ).fetchall()


def last_loaded_day(connection: psycopg.Connection) -> date:
    """The last day with events.

    Raises WarehouseError when none was loaded.
    """
    with mapped_errors():
        row = connection.execute(
            "SELECT max(day) FROM analytics.day_load WHERE row_count > 0"
        ).fetchone()
    if not row or row[0] is None:
        raise WarehouseError("no day was loaded yet: run `snu-analytics backfill FROM TO` first")
    return row[0]


def day_origins(
    connection: psycopg.Connection, table: str, first: date, last: date, key_id: str
) -> dict[date, SourceFingerprint]:
    """What the days loaded with this key, both ends included, were made of."""
    with mapped_errors():
        rows = connection.execute(
            "SELECT day, patch_count, digest FROM analytics.day_load "
            "WHERE relation = %s AND day BETWEEN %s AND %s AND digest IS NOT NULL "
            f"AND coalesce(key_id, {CURRENT_KEY}) = %s ORDER BY day",
            [table, first, last, key_id],
        ).fetchall()
    return {day: SourceFingerprint(count, digest, key_id) for day, count, digest in rows}


def audit_lines(connection: psycopg.Connection, month: date) -> "pd.DataFrame":
    """The audit of a month: columns entity, measure, field, cause, count, total."""
    columns = ["entity", "measure", "field", "cause", "count", "total"]
    with mapped_errors():
        rows = connection.execute(
            f"SELECT {', '.join(columns)} FROM analytics.history_audit WHERE month = %s "
            "ORDER BY entity, measure, count::float / greatest(total, 1) DESC, field, cause",
            [month],
        ).fetchall()
    return _frame(rows, columns)


def figures(connection: psycopg.Connection, first: date, last: date) -> "pd.DataFrame":
    """The daily figures summed over their groups: columns day, phase, figure, value (events)."""
    with mapped_errors():
        rows = connection.execute(
            "SELECT day, phase, figure, sum(value)::bigint FROM analytics.daily_figure "
            "WHERE day BETWEEN %s AND %s GROUP BY day, phase, figure ORDER BY day, phase, figure",
            [first, last],
        ).fetchall()
    return _frame(rows, ["day", "phase", "figure", "value"])


def totals_by_campaign(connection: psycopg.Connection) -> "pd.DataFrame":
    """All daily figures summed per campaign, which begins in September and bears the year it ends.

    Columns campaign, phase, figure, value (events).
    """
    with mapped_errors():
        rows = connection.execute(
            "SELECT extract(year FROM day + interval '4 months')::int, phase, figure, "
            "sum(value)::bigint FROM analytics.daily_figure GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ).fetchall()
    return _frame(rows, ["campaign", "phase", "figure", "value"])


def event_row(
    connection: psycopg.Connection, tables: Sequence[str], event_id: UUID
) -> tuple[str, dict[str, Any]] | None:
    """The first of the tables that holds the event, and its row by column; None in none."""
    with mapped_errors(), connection.cursor(row_factory=dict_row) as cursor:
        for table in tables:
            held = sql.SQL("SELECT * FROM {} WHERE event_id = %s").format(
                sql.Identifier(ANALYTICS, table)
            )
            if row := cursor.execute(held, [event_id]).fetchone():
                return table, row
    return None


def server_version(connection: psycopg.Connection) -> int:
    """The server's major version."""
    return connection.info.server_version // 10_000


def server_clock(connection: psycopg.Connection) -> datetime:
    """The server's time, UTC."""
    with mapped_errors():
        (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    return now or datetime.now(UTC)


def _frame(rows: list[tuple], columns: list[str]) -> "pd.DataFrame":
    import pandas as pd  # 45 MB that the processes of a backfill never need

    return pd.DataFrame(rows, columns=columns)
