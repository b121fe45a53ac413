"""Notes of an entity's days: few rows, on few days, beside those that days are loaded for."""

import polars as pl
import psycopg

from snu_analytics.days import DayRange
from snu_analytics.warehouse.read import days_with_rows
from snu_analytics.warehouse.replace import replace_days


def replace_notes(
    connection: psycopg.Connection, table: str, entity: str, days: DayRange, rows: pl.DataFrame
) -> None:
    """Replace an entity's rows of the days, in a transaction per day that has or had some.

    `rows` has `day` and the table's other columns but for `entity`.
    """
    part = {"entity": [entity]}
    rows = rows.select(pl.lit(entity).alias("entity"), pl.all())
    former = days_with_rows(connection, table, "day", days, part)
    replace_days(connection, table, "day", sorted(former | set(rows["day"])), rows, part)
