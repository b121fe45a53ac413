"""The counts that the numbers of closed months were made of, and the months that stay as they are.

Those of the erased stay among them, without a subject, as they stay among what is published.
"""

from collections.abc import Iterable
from datetime import date

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.days import DayRange
from snu_analytics.warehouse.copy_text import copy_rows, copy_text
from snu_analytics.warehouse.rows_of_days import rows_of_days
from snu_analytics.warehouse.schema import ANALYTICS

_COLUMNS = {
    "entity": pl.String,
    "day": pl.Date,
    "figures": pl.String,
    "gender": pl.String,
    "age": pl.Int64,
    "region": pl.String,
    "department": pl.String,
    "cohort": pl.String,
    "value": pl.Int64,
}


def closed_counts(connection: psycopg.Connection, days: DayRange) -> pl.DataFrame:
    """The counts of the days of closed months: entity, day, figures, the dimensions, value."""
    table = (ANALYTICS, "closed_count")
    return rows_of_days(connection, table, _COLUMNS, (days.first, days.last))


def replace_closed_counts(
    connection: psycopg.Connection, days: DayRange, counts: pl.DataFrame
) -> None:
    """Replace the counts of the days; `counts` has the columns of `closed_counts`."""
    drop_closed_counts(connection, days)
    table = sql.Identifier(ANALYTICS, "closed_count")
    copy_rows(connection, table, copy_text(counts.select(list(_COLUMNS))))


def drop_closed_counts(connection: psycopg.Connection, days: DayRange) -> None:
    """Delete the counts of the days."""
    connection.execute(
        "DELETE FROM analytics.closed_count WHERE day BETWEEN %s AND %s", [days.first, days.last]
    )


def freeze_months(connection: psycopg.Connection, days: Iterable[date]) -> None:
    """Note that closed months of which these are days are not revised any more."""
    months = sorted({day.replace(day=1) for day in days})
    connection.execute(
        "INSERT INTO analytics.frozen_month SELECT month FROM published.closed_month "
        "WHERE month = ANY(%s) ON CONFLICT DO NOTHING",
        [months],
    )


def frozen_months(connection: psycopg.Connection) -> set[date]:
    """The first days of the closed months that are not revised any more."""
    rows = connection.execute("SELECT month FROM analytics.frozen_month").fetchall()
    return {month for (month,) in rows}
