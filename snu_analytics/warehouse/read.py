"""Small questions to the warehouse."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.replace import Part, SourceFingerprint, part_condition
from snu_analytics.warehouse.schema import ANALYTICS

if TYPE_CHECKING:
    import pandas as pd

# The key of rows without a key id: they were written before there was one.
CURRENT_KEY = "(SELECT fingerprint FROM analytics.pseudonym_key WHERE state = 'current')"


def days_with_rows(
    connection: psycopg.Connection,
    table: str,
    day_column: str,
    days: DayRange,
    part: Part | None = None,
) -> set[date]:
    """Those of the days on which a table, or a part of it, has a row."""
    condition, values = part_condition(part)
    query = sql.SQL("SELECT DISTINCT {day} FROM {table} WHERE {day} BETWEEN %s AND %s AND {part}")
    rows = connection.execute(
        query.format(
            day=sql.Identifier(day_column), table=sql.Identifier(ANALYTICS, table), part=condition
        ),
        [days.first, days.last, *values],
    )
    return {day for (day,) in rows}


def loaded_days(connection: psycopg.Connection, table: str, first: date, last: date) -> set[date]:
    """The days, both ends included, that were loaded whole, the empty ones among them."""
    part = {"relation": [table]}
    return days_with_rows(connection, "day_load", "day", DayRange(first, last), part)


def changed_days(connection: psycopg.Connection) -> list[tuple[str, date, str]]:
    """Entity, day and digest of the days whose patches had changed by the last audit.

    Digests of two keys differ whatever the patches, and are not compared.
    """
    return connection.execute(
        "SELECT a.entity, a.day, a.digest FROM analytics.audited_day a "
        "JOIN analytics.day_load l ON l.relation = a.entity || '_event' AND l.day = a.day "
        f"WHERE l.digest <> a.digest AND coalesce(l.key_id, {CURRENT_KEY}) "
        f"IS NOT DISTINCT FROM coalesce(a.key_id, {CURRENT_KEY}) ORDER BY a.entity, a.day"
    ).fetchall()


def last_loaded_day(connection: psycopg.Connection) -> date:
    """The last day with events.

    Raises WarehouseError when none was loaded.
    """
    row = connection.execute(
        "SELECT max(day) FROM analytics.day_load WHERE row_count > 0"
    ).fetchone()
    if not row or row[0] is None:
        raise WarehouseError("no day was loaded yet: run `snu-analytics backfill FROM TO` first")
    return row[0]


def source_fingerprints(
    connection: psycopg.Connection, table: str, days: DayRange, key_id: str
) -> dict[date, SourceFingerprint]:
    """The fingerprints of the patches that those days were loaded from which bear this key's."""
    rows = connection.execute(
        "SELECT day, patch_count, digest FROM analytics.day_load "
        "WHERE relation = %s AND day BETWEEN %s AND %s AND digest IS NOT NULL "
        f"AND coalesce(key_id, {CURRENT_KEY}) = %s ORDER BY day",
        [table, days.first, days.last, key_id],
    )
    return {day: SourceFingerprint(count, digest, key_id) for day, count, digest in rows}


SOUND_LINES = {("documents", "intact chain"), ("creations", "recorded"), ("values", "recorded")}
"""Measure and cause of those lines of an audit that count what is as it should be."""


def audit_lines(connection: psycopg.Connection, month: date) -> "pd.DataFrame":
    """The audit of a month: columns entity, measure, field, cause, count, total."""
    columns = ["entity", "measure", "field", "cause", "count", "total"]
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM analytics.history_audit WHERE month = %s "
        "ORDER BY entity, measure, count::float / greatest(total, 1) DESC, field, cause",
        [month],
    ).fetchall()
    return _frame(rows, columns)


def figures(connection: psycopg.Connection, first: date, last: date) -> "pd.DataFrame":
    """The daily figures summed over their groups: columns day, phase, figure, value (events)."""
    rows = connection.execute(
        "SELECT day, phase, figure, sum(value)::bigint FROM analytics.daily_figure "
        "WHERE day BETWEEN %s AND %s GROUP BY day, phase, figure ORDER BY day, phase, figure",
        [first, last],
    ).fetchall()
    return _frame(rows, ["day", "phase", "figure", "value"])


def totals_by_campaign(connection: psycopg.Connection) -> "pd.DataFrame":
    """All daily figures summed by campaign: columns campaign, phase, figure, value (events).

    A campaign begins in September and is named by the year it ends.
    """
    rows = connection.execute(
        "SELECT extract(year FROM day + interval '4 months')::int, phase, figure, "
        "sum(value)::bigint FROM analytics.daily_figure GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    return _frame(rows, ["campaign", "phase", "figure", "value"])


def event_row(
    connection: psycopg.Connection, tables: Sequence[str], event_id: UUID
) -> tuple[str, dict[str, Any]] | None:
    """The first of the tables that holds the event, and its row by column; None in none."""
    with connection.cursor(row_factory=dict_row) as cursor:
        for table in tables:
            query = sql.SQL("SELECT * FROM {} WHERE event_id = %s")
            cursor.execute(query.format(sql.Identifier(ANALYTICS, table)), [event_id])
            if row := cursor.fetchone():
                return table, row
    return None


def server_version(connection: psycopg.Connection) -> int:
    """The server's major version."""
    return connection.info.server_version // 10_000


def server_clock(connection: psycopg.Connection) -> datetime:
    """The server's time, with its zone."""
    ((now,),) = connection.execute("SELECT clock_timestamp()").fetchall()
    return now


def _frame(rows: list[tuple], columns: list[str]) -> "pd.DataFrame":
    import pandas as pd  # 45 MB that the processes of a backfill never need

    return pd.DataFrame(rows, columns=columns)
