"""Counts by kind of change: those that published numbers were made of, and what came late."""

from collections.abc import Collection
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.pipeline import kind_counts
from snu_analytics.warehouse import closed_counts

_MONTH = pl.col("day").dt.truncate("1mo")


def counts_to_publish(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> pl.DataFrame:
    """The counts that agree with what is published: entity, day, figures, the dimensions, value.

    Those of closed months are as they were published, of the others as the events are now: an
    erased person missing from a campaign, but not from its months, would be the difference.
    """
    closed = closed_counts(warehouse, days)
    now = _current_counts(catalogue, days, warehouse)
    return pl.concat([now.filter(~_MONTH.is_in(_months(closed))), closed.select(now.columns)])


def late_counts(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> pl.DataFrame:
    """What the events of closed months count now less what was published, where it differs."""
    closed = closed_counts(warehouse, days)
    now = _current_counts(catalogue, days, warehouse).filter(_MONTH.is_in(_months(closed)))
    keys = [name for name in now.columns if name != "value"]
    both = pl.concat([now, closed.select(now.columns).with_columns(-pl.col("value"))])
    return both.group_by(keys).agg(pl.col("value").sum()).filter(pl.col("value") != 0)


def of_days(counts: pl.DataFrame, days: DayRange) -> pl.DataFrame:
    """The counts of the days."""
    return counts.filter(pl.col("day").is_between(days.first, days.last))


def of_months(counts: pl.DataFrame, months: Collection[date]) -> pl.DataFrame:
    """The counts of the days of some months, given by their first days."""
    return counts.filter(_MONTH.is_in(sorted(months)))


def _current_counts(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> pl.DataFrame:
    return pl.concat(
        kind_counts(entity, days, warehouse).select(pl.lit(entity.name).alias("entity"), pl.all())
        for entity in catalogue.entities.values()
        if entity.figures
    )


def _months(counts: pl.DataFrame) -> list[date]:
    return counts.select(_MONTH)["day"].unique().sort().to_list()
