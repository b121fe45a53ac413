"""The days' events to figures in the warehouse."""

from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.pipeline.figure_queries import FIGURE_COLUMNS, figure_part, figure_query
from snu_analytics.pipeline.loaded import require_loaded
from snu_analytics.warehouse import replace_days


def load_figures(
    entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> dict[date, dict[str, int]]:
    """The totals per day and figure of the days, whose figures are counted anew from their events.

    Raises WarehouseError naming the asset to run when the events of a day were never loaded.
    """
    require_loaded(entity, days, warehouse)
    bounds = {"first": days.first, "last": days.last}
    counts = warehouse.execute(figure_query(entity), bounds).fetchall()
    rows = pl.DataFrame(counts, list(FIGURE_COLUMNS), orient="row", infer_schema_length=None)
    replace_days(warehouse, "daily_figure", "day", days, rows, figure_part(entity))
    sums = rows.group_by("day", "figure").agg(pl.col("value").sum()).sort("figure")
    totals: dict[date, dict[str, int]] = {day: {} for day in days}
    for day, figure, value in sums.iter_rows():
        totals[day][figure] = value
    return totals
