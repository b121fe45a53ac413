"""Small questions to the warehouse."""

from datetime import UTC, date, datetime

import pandas as pd
import psycopg
from psycopg import sql

from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.replace import Part
from snu_analytics.warehouse.tables import ANALYTICS


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


def figures(connection: psycopg.Connection, first: date, last: date) -> pd.DataFrame:
    """The daily figures summed over their groups: columns day, phase, figure, value (events)."""
    with mapped_errors():
        rows = connection.execute(
            "SELECT day, phase, figure, sum(value)::bigint FROM analytics.daily_figure "
            "WHERE day BETWEEN %s AND %s GROUP BY day, phase, figure ORDER BY day, phase, figure",
            [first, last],
        ).fetchall()
    return pd.DataFrame(rows, columns=["day", "phase", "figure", "value"])


def totals_by_campaign(connection: psycopg.Connection) -> pd.DataFrame:
    """All daily figures summed per campaign, which begins in September and bears the year it ends.

    Columns campaign, phase, figure, value (events).
    """
    with mapped_errors():
        rows = connection.execute(
            "SELECT extract(year FROM day + interval '4 months')::int, phase, figure, "
            "sum(value)::bigint FROM analytics.daily_figure GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ).fetchall()
    return pd.DataFrame(rows, columns=["campaign", "phase", "figure", "value"])


def server_version(connection: psycopg.Connection) -> int:
    """The server's major version."""
    return connection.info.server_version // 10_000


def server_clock(connection: psycopg.Connection) -> datetime:
    """The server's time, UTC."""
    with mapped_errors():
        (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    return now or datetime.now(UTC)
