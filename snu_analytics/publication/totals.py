"""National totals: every figure of every loaded day, zeros included."""

from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.warehouse import (
    closed_months,
    fine_counts,
    loaded_days,
    publishing,
    replace_totals,
)


def publish_totals(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> dict[date, dict[str, int]]:
    """Replace the national totals of the loaded days; the number of totals of each day.

    Days of a closed month stand, and are left out, as are figures whose entity's day is not loaded.
    """
    with publishing(warehouse):
        closed = closed_months(warehouse)
        totals = daily_totals(catalogue, days, warehouse).filter(
            ~pl.col("day").dt.truncate("1mo").is_in(list(closed))
        )
        if len(totals):
            replace_totals(warehouse, totals)
    counted = totals.group_by("day").len().sort("day")
    return {day: {"totals": count} for day, count in counted.iter_rows()}


def daily_totals(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> pl.DataFrame:
    """The totals of the loaded days: phase, figure, day, value, zeros included."""
    loaded = {
        entity.name: loaded_days(warehouse, entity.table, days.first, days.last)
        for entity in catalogue.entities.values()
        if entity.figures
    }
    every = [
        (figure.phase, figure.figure, day)
        for name, its_days in loaded.items()
        for figure in catalogue.entities[name].figures
        for day in sorted(its_days)
    ]
    keys = {"phase": pl.String, "figure": pl.String, "day": pl.Date}
    counts = fine_counts(warehouse, days.first, days.last)
    sums = counts.group_by(list(keys)).agg(pl.col("value").sum())
    return (
        pl.DataFrame(every, keys, orient="row")
        .join(sums, on=list(keys), how="left")
        .with_columns(pl.col("value").fill_null(0).cast(pl.Int64))
    )
