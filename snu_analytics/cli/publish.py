"""`snu-analytics publish`, which a backfill does by itself for the days that it loaded."""

import sys
from collections.abc import Sequence
from datetime import date

import click

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import progress
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import DAY
from snu_analytics.cli.printing import print_outcome
from snu_analytics.days import DayRange
from snu_analytics.orchestration.runs import run_closing, run_publication
from snu_analytics.publication import months_to_close


@click.command()
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@pass_context
def publish(context: CommandContext, first: date, last: date) -> None:
    """Publish the totals of the days FROM ... TO, and close their months that are loaded whole.

    A month that is closed stands as it is.
    """
    days = context.days(first, last)
    context.require_schema()
    if not publish_days(context, [days]):
        sys.exit(SOME_FAILED)


def publish_days(context: CommandContext, ranges: Sequence[DayRange]) -> bool:
    """Whether the figures across entities were made and all that is loaded was published."""
    instance, definitions = context.instance, context.definitions
    all_well = True
    for days in ranges:
        all_well &= print_outcome(run_publication(instance, definitions, days))
    months = sorted(
        {
            month
            for days in ranges
            for month in months_to_close(load_catalogue(), days, context.warehouse)
        }
    )
    with progress("closing", "months", len(months)) as update:
        for month in months:
            all_well &= print_outcome(run_closing(instance, definitions, month))
            update(advance=1)
    return all_well
