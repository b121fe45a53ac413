"""`snu-analytics publish`, and what of it a backfill and an erasure do by themselves."""

import sys
import time
from collections.abc import Sequence
from datetime import date

import click

from snu_analytics.cli.console import out, progress
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import DAY
from snu_analytics.cli.printing import print_outcome
from snu_analytics.days import DayRange, month_of
from snu_analytics.orchestration.runs import run_publication

# A month of 20,000 young people is audited for a minute or two, and a backfill has many: what is
# not begun in this time (seconds) is left to `publish`.
PATIENCE = 120


@click.command()
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@pass_context
def publish(context: CommandContext, first: date, last: date) -> None:
    """Publish the days FROM ... TO, and the weeks and months that they end, as they are loaded."""
    days = context.days(first, last)
    context.require_schema()
    if not publish_days(context, [days]):
        sys.exit(SOME_FAILED)


def publish_days(
    context: CommandContext, ranges: Sequence[DayRange], patience: float | None = None
) -> bool:
    """Whether the figures across entities were made and all that was begun was published.

    Weeks and months are closed month by month, since each is masked after those before it. What is
    not begun within `patience` (seconds) is left, with the command that goes on.
    """
    instance, definitions = context.instance, context.definitions
    began, all_well = time.monotonic(), True
    months = [part for days in ranges for part in _by_month(days)]
    with progress("publishing", "months", len(months)) as update:
        for days in ranges:
            outcome = run_publication(instance, definitions, days, closing=False)
            all_well &= print_outcome(outcome)
        for month in months:
            if patience is not None and time.monotonic() - began > patience:
                out.print(
                    f"Weeks and months from {month.first} on are not published yet: each is "
                    "audited for minutes. Go on with: "
                    f"snu-analytics publish {month.first} {ranges[-1].last}"
                )
                break
            all_well &= print_outcome(run_publication(instance, definitions, month))
            update(advance=1)
    return all_well


def _by_month(days: DayRange) -> list[DayRange]:
    months = dict.fromkeys(month_of(day) for day in days)
    return [DayRange(max(days.first, month.first), min(days.last, month.last)) for month in months]
