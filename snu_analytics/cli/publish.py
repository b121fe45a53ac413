"""`snu-analytics publish`, which a backfill does by itself for the days that it loaded."""

import sys
from collections.abc import Sequence
from datetime import date

import click

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, progress
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import DAY
from snu_analytics.cli.printing import print_outcome
from snu_analytics.days import DayRange, consecutive
from snu_analytics.orchestration.runs import run_closing, run_totals
from snu_analytics.publication import days_to_publish, months_to_close


@click.command()
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@pass_context
def publish(context: CommandContext, first: date, last: date) -> None:
    """Publish the totals of the days FROM ... TO, and close their months that are loaded whole.

    Months that are closed are revised where that is safe, and else stand as they are.
    """
    days = context.days(first, last)
    context.require_schema()
    ready = days_to_publish(load_catalogue(), days, context.warehouse)
    all_well = publish_days(context, consecutive(ready))
    if missing := sorted(set(days) - ready):
        err.print(
            f"{len(missing)} of {len(days)} days are not loaded for all entities, and their months "
            f"stay open: the first is {missing[0]}, see `snu-analytics backfill`"
        )
    if missing or not all_well:
        sys.exit(SOME_FAILED)


def publish_days(context: CommandContext, ranges: Sequence[DayRange]) -> bool:
    """Whether the totals of the days were published, and their months closed or revised."""
    from snu_analytics.publication import months_to_revise

    instance, definitions = context.instance, context.definitions
    all_well = True
    for days in ranges:
        all_well &= print_outcome(run_totals(instance, definitions, days))
    catalogue, threshold = load_catalogue(), context.settings.suppression_threshold
    months = sorted(
        {
            month
            for days in ranges
            for month in (
                *months_to_close(catalogue, days, context.warehouse),
                *months_to_revise(catalogue, days, context.warehouse, threshold),
            )
        }
    )
    with progress("closing", "months", len(months)) as update:
        for month in months:
            all_well &= print_outcome(run_closing(instance, definitions, month))
            update(advance=1)
    return all_well
