"""Rows of some days of a table, as a frame."""

from collections.abc import Mapping
from datetime import date

import polars as pl
import psycopg
from psycopg import sql


def rows_of_days(
    connection: psycopg.Connection,
    table: tuple[str, str],
    columns: Mapping[str, pl.DataType | type[pl.DataType]],
    days: tuple[date, date],
    by: str = "day",
) -> pl.DataFrame:
    """The columns of a table, given by schema and name, of the days, both ends included."""
    query = sql.SQL("SELECT {} FROM {} WHERE {} BETWEEN %s AND %s").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(*table),
        sql.Identifier(by),
    )
    return pl.DataFrame(connection.execute(query, days).fetchall(), columns, orient="row")
