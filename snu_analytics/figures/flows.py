"""Flows: the days' figures by one dimension at a time, zeros included."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, places
from snu_analytics.catalogue.breakdowns import DIMENSIONS, TOTAL, categorised, rows_of_zero
from snu_analytics.days import DayRange
from snu_analytics.pipeline import require_loaded
from snu_analytics.warehouse import fine_counts, replace_days

if TYPE_CHECKING:
    import pandas as pd

FLOW = "flow"
_COLUMNS = ("phase", "figure", "breakdown", "day", *DIMENSIONS, "value")
_FIGURE = ["phase", "figure"]


def load_flows(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> dict[date, dict[str, int]]:
    """The number of rows and of events counted of each day, whose flows are replaced.

    Raises WarehouseError naming the asset to run when the events of a day were never loaded.
    """
    for entity in catalogue.entities.values():
        if entity.figures:
            require_loaded(entity, days, warehouse)
    frame = flows(catalogue, fine_counts(warehouse, days.first, days.last), days)
    totals = dict(
        frame.filter(pl.col("breakdown") == "total")
        .group_by("day")
        .agg(pl.col("value").sum())
        .iter_rows()
    )
    written = replace_days(warehouse, FLOW, "day", days, frame.select(_COLUMNS))
    return {day: {"rows": written[day], "events_counted": totals[day]} for day in days}


def flows(catalogue: Catalogue, counts: pl.DataFrame, days: DayRange) -> pl.DataFrame:
    """Fine counts (`fine_counts`) of some days by one dimension at a time.

    Columns day, phase, figure, breakdown, the five dimensions (texts; null but for that of the row)
    and value (Int64). Every figure of the catalogue has all its rows that may be zero on every day.
    """
    every_day = pl.DataFrame({"day": list(days)}, {"day": pl.Date})
    by_figure: Mapping[tuple, pl.DataFrame] = counts.partition_by(_FIGURE, as_dict=True)
    parts = []
    for entity in catalogue.entities.values():
        zeros = every_day.join(
            rows_of_zero(tuple(entity.groups), catalogue.vocabularies["gender"].values, places()),
            how="cross",
        )
        for figure in entity.figures:
            name = (figure.phase, figure.figure)
            fine = categorised(by_figure.get(name, counts.clear()))
            parts.append(
                _by_one(fine, zeros, tuple(entity.groups)).with_columns(
                    pl.lit(figure.phase).alias("phase"), pl.lit(figure.figure).alias("figure")
                )
            )
    return pl.concat(parts)


def _by_one(fine: pl.DataFrame, zeros: pl.DataFrame, dimensions: tuple[str, ...]) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    counted = [
        fine.group_by("day", *columns)
        .agg(pl.col("value").sum())
        .select(
            "day",
            pl.lit(breakdown).alias("breakdown"),
            *(pl.col(d) if d == breakdown else nothing.alias(d) for d in DIMENSIONS),
            "value",
        )
        for breakdown, columns in [(TOTAL, ()), *((d, (d,)) for d in dimensions)]
    ]
    keys = ["day", "breakdown", *DIMENSIONS]
    counts = pl.concat(counted)
    lacking = zeros.join(counts, on=keys, how="anti", nulls_equal=True)
    return pl.concat([counts, lacking.select(*keys, pl.lit(0, pl.Int64).alias("value"))])


def recent_flows(warehouse: psycopg.Connection, phase: str, days: DayRange) -> "pd.DataFrame":
    """The totals of a phase: day, figure, value, mean_7 and the same mean a year before.

    `value` is int64; `mean_7` and `mean_7_before` are floats (events a day), null where a day was
    not counted.
    """
    import pandas as pd  # 45 MB that the processes of a backfill never need

    rows = warehouse.execute(
        "SELECT * FROM (SELECT day, figure, value, mean_7, CASE WHEN count(year_before) OVER week "
        "= 7 THEN (sum(year_before) OVER week / 7.0)::float8 END FROM analytics.q_flows "
        "WHERE phase = %s AND day BETWEEN %s AND %s "
        "WINDOW week AS (PARTITION BY figure ORDER BY day ROWS 6 PRECEDING)) AS flow "
        "WHERE day >= %s ORDER BY day, figure",
        [phase, days.first - timedelta(days=6), days.last, days.first],
    ).fetchall()
    return pd.DataFrame(rows, columns=["day", "figure", "value", "mean_7", "mean_7_before"])
