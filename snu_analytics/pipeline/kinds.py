"""The events of some days by kind of change: those that count in exactly the same figures."""

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.catalogue.breakdowns import DIMENSIONS
from snu_analytics.days import DayRange
from snu_analytics.pipeline.figure_queries import figure_condition, group_columns


def kind_counts(entity: Entity, days: DayRange, warehouse: psycopg.Connection) -> pl.DataFrame:
    """Counts: day, figures (their names joined by `+`), DIMENSIONS (texts, age Int64) and value.

    Events that count in no figure are left out; a group that the entity lacks is null.
    """
    schema = {"day": pl.Date, "figures": pl.String, **dict.fromkeys(DIMENSIONS, pl.String)}
    schema |= {"age": pl.Int64, "value": pl.Int64}
    cases = sql.SQL(", ").join(
        sql.SQL("CASE WHEN {} THEN {} END").format(figure_condition(figure), figure.figure)
        for figure in entity.figures
    )
    query = sql.SQL(
        "SELECT * FROM (SELECT e.event_date, array_to_string(ARRAY[{}], '+') AS figures, {}, "
        "count(*) FROM {} AS e WHERE e.event_date BETWEEN %s AND %s GROUP BY 1, 2, 3, 4, 5, 6, 7"
        ") AS counted WHERE figures <> ''"
    ).format(cases, group_columns(entity), sql.Identifier("analytics", entity.table))
    rows = warehouse.execute(query, [days.first, days.last]).fetchall()
    return pl.DataFrame(rows, schema, orient="row")
