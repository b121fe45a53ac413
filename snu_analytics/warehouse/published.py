"""What is published: read as it stands, and written in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.catalogue.published import GROUPS
from snu_analytics.warehouse.copy_text import copy_rows, copy_text
from snu_analytics.warehouse.locks import table_locked
from snu_analytics.warehouse.rows_of_days import rows_of_days
from snu_analytics.warehouse.schema import ANALYTICS, PUBLISHED

_TEXTS = ("phase", "figure", "breakdown", *GROUPS)
BREAKDOWN_COLUMNS = {
    "kind": pl.String,
    "period": pl.Date,
    **dict.fromkeys(_TEXTS, pl.String),
    "value": pl.Int64,
    "masked": pl.Boolean,
    "mask": pl.String,
}
_TOTAL_COLUMNS = {"phase": pl.String, "figure": pl.String, "day": pl.Date, "value": pl.Int64}


@contextmanager
def publishing(connection: psycopg.Connection) -> Iterator[None]:
    """A block in which nobody else publishes; another one waits.

    What is masked depends on what was published before.
    """
    with table_locked(connection, "named_lock", "SHARE UPDATE EXCLUSIVE"):
        yield


def fine_counts(connection: psycopg.Connection, first: date, last: date) -> pl.DataFrame:
    """The fine counts of the days, both ends included, as `analytics.daily_figure` holds them."""
    schema = {"day": pl.Date, "phase": pl.String, "figure": pl.String}
    schema |= dict.fromkeys(("gender", "region", "department", "cohort"), pl.String)
    schema |= {"age": pl.Int64, "value": pl.Int64}
    return rows_of_days(connection, (ANALYTICS, "daily_figure"), schema, (first, last))


def closed_months(connection: psycopg.Connection) -> dict[date, int]:
    """The threshold of each month that is closed, by its first day."""
    rows = connection.execute("SELECT month, threshold FROM published.closed_month").fetchall()
    return dict(rows)


def published_cells(connection: psycopg.Connection, first: date, last: date) -> pl.DataFrame:
    """The cells of the periods that begin within the days, with BREAKDOWN_COLUMNS."""
    table = (PUBLISHED, "breakdown")
    return rows_of_days(connection, table, BREAKDOWN_COLUMNS, (first, last), by="period")


def published_totals(connection: psycopg.Connection, first: date, last: date) -> pl.DataFrame:
    """The national totals of the days: phase, figure, day, value."""
    return rows_of_days(connection, (PUBLISHED, "daily_total"), _TOTAL_COLUMNS, (first, last))


def replace_totals(connection: psycopg.Connection, totals: pl.DataFrame) -> None:
    """Replace the national totals of the days that stand in `totals`, in one transaction."""
    with connection.transaction():
        _replace_totals(connection, totals)


def write_closed_month(
    connection: psycopg.Connection,
    month: date,
    closed_in: date,
    threshold: int,
    totals: pl.DataFrame,
    cells: pl.DataFrame,
) -> None:
    """Write a closed month in one transaction: its totals, the cells made with it, and its note.

    `cells` has BREAKDOWN_COLUMNS, whole periods. Raises WarehouseError when the server refuses a
    row, and WarehouseUnavailable when it is lost; then nothing is written.
    """
    with connection.transaction():
        _replace_totals(connection, totals)
        _copy(connection, "breakdown", cells.select(list(BREAKDOWN_COLUMNS)))
        connection.execute(
            "INSERT INTO published.closed_month (month, closed_in, threshold) VALUES (%s, %s, %s)",
            [month, closed_in, threshold],
        )


def write_revision(
    connection: psycopg.Connection, revised_in: date, totals: pl.DataFrame, cells: pl.DataFrame
) -> None:
    """Replace totals and shown cells of closed periods, and log the changes, in one transaction.

    Both have `value` and `former`, `totals` phase, figure and day, `cells` BREAKDOWN_COLUMNS.
    """
    keys = ["kind", "period", *_TEXTS]
    matches = sql.SQL(" AND ").join(
        sql.SQL("{} IS NOT DISTINCT FROM %s").format(sql.Identifier(key)) for key in keys
    )
    # Deleted and inserted: who loads has no right to UPDATE.
    delete = sql.SQL("DELETE FROM published.breakdown WHERE NOT masked AND {}").format(matches)
    delete_total = (
        "DELETE FROM published.daily_total WHERE (phase, figure, day) = (%s, %s, %s::date)"
    )
    days = totals.select(
        *("phase", "figure", "value", "former"),
        pl.col("day").alias("period"),
        kind=pl.lit("day"),
        breakdown=pl.lit("total"),
    )
    logged = pl.concat([days, cells.select(*keys, "value", "former")], how="diagonal")
    with connection.transaction():
        former_totals = totals.select("phase", "figure", "day").rows()
        connection.cursor().executemany(delete_total, former_totals)
        _copy(connection, "daily_total", totals.select(list(_TOTAL_COLUMNS)))
        connection.cursor().executemany(delete, cells.select(keys).rows())
        _copy(connection, "breakdown", cells.select(list(BREAKDOWN_COLUMNS)))
        revised = logged.select(pl.lit(revised_in).alias("revised_in"), *keys, "former", "value")
        _copy(connection, "revised_cell", revised)


def final_campaigns(connection: psycopg.Connection) -> set[int]:
    """The campaigns whose one revision was made."""
    rows = connection.execute("SELECT campaign FROM published.campaign_revision").fetchall()
    return {campaign for (campaign,) in rows}


def write_final_campaign(
    connection: psycopg.Connection, campaign: int, revised_in: date, unrevised: str | None
) -> None:
    """Note that a campaign is final, and which tables of it keep their former numbers."""
    connection.execute(
        "INSERT INTO published.campaign_revision (campaign, revised_in, unrevised) "
        "VALUES (%s, %s, %s)",
        [campaign, revised_in, unrevised],
    )


def _replace_totals(connection: psycopg.Connection, totals: pl.DataFrame) -> None:
    days = totals["day"].unique().to_list()
    phases, figures = totals["phase"].unique().to_list(), totals["figure"].unique().to_list()
    connection.execute(
        "DELETE FROM published.daily_total "
        "WHERE day = ANY(%s) AND phase = ANY(%s) AND figure = ANY(%s)",
        [days, phases, figures],
    )
    _copy(connection, "daily_total", totals.select(list(_TOTAL_COLUMNS)))


def _copy(connection: psycopg.Connection, table: str, rows: pl.DataFrame) -> None:
    copy_rows(connection, sql.Identifier(PUBLISHED, table), copy_text(rows))
