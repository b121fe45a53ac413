"""`snu-analytics publish`, and what of it a backfill does by itself."""

import sys
import time
from collections.abc import Iterable
from datetime import date

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from snu_analytics.cli.context import partitions, with_warehouse
from snu_analytics.cli.faults import SOME_FAILED, exit_on_error, tell_warnings
from snu_analytics.cli.parameters import DAY
from snu_analytics.days import DayRange, month_of

# A month of 20,000 young people is audited for a minute or two, and a backfill has many: what is
# not begun in this time (seconds) is left to `publish`.
PATIENCE = 120

_out, _err = Console(), Console(stderr=True)


@click.command()
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@exit_on_error
def publish(first: date, last: date) -> None:
    """Publish the days FROM ... TO, and the weeks and months that they end, as they are loaded."""
    settings, warehouse_url = with_warehouse()
    days = partitions(settings, first, last)
    from snu_analytics.cli.doctor import require_schema

    require_schema(warehouse_url)
    if not publish_days([days]):
        sys.exit(SOME_FAILED)


def publish_days(ranges: Iterable[DayRange], patience: float | None = None) -> bool:
    """Make the figures across entities and publish; whether all went well.

    Weeks and months are closed month by month, since each is masked after those before it. What is
    not begun within `patience` (seconds) is left, with the command that goes on.
    """
    from snu_analytics.definitions import defs
    from snu_analytics.orchestration.runs import open_instance, run_publication

    began, well, left = time.monotonic(), True, None
    ranges = list(ranges)
    months = [part for days in ranges for part in _by_month(days)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Progress(*columns, TextColumn("months"), TimeElapsedColumn(), console=_out) as progress,
        open_instance() as instance,
    ):
        task = progress.add_task("publishing", total=len(months))
        for days in ranges:
            well &= _told(run_publication(instance, defs, days, closing=False))
        for month in months:
            if patience is not None and time.monotonic() - began > patience:
                left = month
                break
            well &= _told(run_publication(instance, defs, month))
            progress.advance(task)
    if left:
        _out.print(
            f"Weeks and months from {left.first} on are not published yet: each is audited for "
            f"minutes. Go on with: snu-analytics publish {left.first} {ranges[-1].last}"
        )
    return well


def _told(outcome) -> bool:
    for fault in outcome.faults:
        _err.print(f"[bold red]{fault}[/]", highlight=False)
    tell_warnings(outcome.warnings)
    return outcome.ok


def _by_month(days: DayRange) -> list[DayRange]:
    months = dict.fromkeys(month_of(day) for day in days)
    return [DayRange(max(days.first, month.first), min(days.last, month.last)) for month in months]
