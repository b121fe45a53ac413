"""Partitions of Europe/Paris days and months, and the backfill policy of all daily assets."""

import warnings
from datetime import date

import dagster as dg

from snu_analytics.days import PARIS, DayRange, parse_day
from snu_analytics.orchestration.dagster_internals import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
)

# A run of a backfill takes so many days, so that a history touched on several of them is read once.
# Longer ones gain little (two thirds of the re-reads are gone) and lose more when they fail.
DAYS_PER_RUN = 31

# The policy is "beta" in name only: it has stood unchanged for years.
warnings.filterwarnings("ignore", category=dg.BetaWarning)

BACKFILL_POLICY = dg.BackfillPolicy.multi_run(max_partitions_per_run=DAYS_PER_RUN)


def daily_partitions(start: date) -> dg.DailyPartitionsDefinition:
    """Every Paris day from the start to yesterday."""
    return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone=PARIS.key)


def monthly_partitions(start: date) -> dg.MonthlyPartitionsDefinition:
    """Every month from that of the start to the present one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=start.replace(day=1).isoformat(), timezone=PARIS.key, end_offset=1
    )


def days_of(context: dg.AssetExecutionContext) -> DayRange:
    """The days that a run materialises, first to last partition key."""
    keys = context.partition_key_range
    return DayRange(parse_day(keys.start), parse_day(keys.end))


def range_tags(days: DayRange) -> dict[str, str]:
    """The tags by which one run materialises all of the days."""
    return {
        ASSET_PARTITION_RANGE_START_TAG: days.first.isoformat(),
        ASSET_PARTITION_RANGE_END_TAG: days.last.isoformat(),
    }
