"""The days' events to figures in the warehouse."""

from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.history import split_by_day
from snu_analytics.pipeline.figure_queries import FIGURE_COLUMNS, figure_part, figure_query
from snu_analytics.pipeline.loaded import require_loaded
from snu_analytics.warehouse import (
    copy_blocks,
    copy_text,
    mapped_errors,
    replace_day,
)


def load_figures(
    entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> dict[date, dict[str, int]]:
    """Replace the days' figures by counts of their events; the totals per day and figure.

    Raises WarehouseError naming the asset to run when the events of a day were never loaded.
    """
    require_loaded(entity, days, warehouse)
    with mapped_errors():
        found = warehouse.execute(
            figure_query(entity), {"first": days.first, "last": days.last}
        ).fetchall()
    rows = copy_text(
        pl.DataFrame(found, list(FIGURE_COLUMNS), orient="row", infer_schema_length=None)
    )
    where = figure_part(entity)
    totals: dict[date, dict[str, int]] = {}
    by_day = split_by_day(rows, "day")
    for day in days:
        part = by_day.get(day, rows.clear())
        replace_day(
            warehouse, "daily_figure", "day", day, FIGURE_COLUMNS, copy_blocks(part), where=where
        )
        counts = part.group_by("figure").agg(pl.col("value").sum()).sort("figure")
        totals[day] = dict(counts.iter_rows())
    return totals
