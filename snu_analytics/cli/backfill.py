"""`snu-analytics backfill`, and the progress of any run of many days."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date

import click

from snu_analytics.cli.console import err, out, print_plainly, progress
from snu_analytics.cli.context import CommandContext, load_definitions, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.materialize import repetition
from snu_analytics.cli.parameters import DAY, ENTITY
from snu_analytics.cli.printing import print_outcome, print_warnings
from snu_analytics.cli.publish import publish_days
from snu_analytics.days import DayRange, consecutive
from snu_analytics.errors import SettingsError
from snu_analytics.orchestration.backfill import Done
from snu_analytics.orchestration.backfill import backfill as backfill_chunks
from snu_analytics.orchestration.check_warnings import CheckWarning
from snu_analytics.orchestration.run_queue import BACKFILL, leaves_the_machine, submit
from snu_analytics.orchestration.runs import run_figures
from snu_analytics.pipeline import prune_copies
from snu_analytics.settings import EMBEDDED


@click.command()
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@ENTITY
@click.option("--queue", is_flag=True, help="Submit the runs to Dagster's queue, and return.")
@pass_context
def backfill(
    context: CommandContext, first: date, last: date, entity: str | None, queue: bool
) -> None:
    """Materialise all days FROM ... TO, both included; failed days are named at the end.

    With --queue nothing runs here: Dagster's daemon launches the runs where its instance says,
    repeats failed ones day by day, and publishes.
    """
    days = context.days(first, last)
    context.require_ready(entity)
    if queue:
        submit_days(context, days, entity)
    elif not backfill_days(context, days, entity):
        sys.exit(SOME_FAILED)


def backfill_days(context: CommandContext, days: DayRange, entity: str | None = None) -> bool:
    """Whether all days were materialised and, of all entities, published."""
    context.export()
    failed = follow("materialising", backfill_chunks(days, load_definitions, entity), len(days))
    out.print(f"{len(days) - len(failed)} of {len(days)} days are done.")
    for day, fault in sorted(failed.items()):
        err.print(f"[bold red]{day}[/] {fault}", highlight=False)
        err.print(f"  repeat it with: {repetition(day, entity)}", highlight=False)
    ready = consecutive(set(days) - set(failed))
    prune_copies(context.settings)
    if entity is None and ready:
        return _finish(context, ready) and not failed
    return not failed


def submit_days(context: CommandContext, days: DayRange, entity: str | None) -> None:
    """Submit the runs of the days; raises SettingsError as `require_reachable` does."""
    require_reachable(context.settings.warehouse_url, context.instance.run_launcher)
    queued = submit(context.instance, days, entity)
    count = len(queued.run_ids)
    out.print(
        f"In the queue of Dagster, whose daemon launches them: {count} "
        f"{'run' if count == 1 else 'runs'} of {len(days)} days; figures and publication follow by "
        "themselves."
    )
    print_plainly(f"Watch them in Dagster, under Runs: tag {BACKFILL}={queued.backfill_id}")


def require_reachable(warehouse_url: str, launcher: object) -> None:
    """Raise SettingsError where runs on other machines could not reach the tables."""
    if warehouse_url == EMBEDDED and leaves_the_machine(launcher):
        raise SettingsError(
            f"SNU_WAREHOUSE_URL is `{EMBEDDED}`, a PostgreSQL that only this machine reaches, and "
            f"{type(launcher).__name__} starts runs on others: set it to "
            "postgresql://user:password@host/database"
        )


def _finish(context: CommandContext, ready: Sequence[DayRange]) -> bool:
    """Whether the figures across entities were made for the days, and these published."""
    made = [
        print_outcome(run_figures(context.instance, context.definitions, days)) for days in ready
    ]
    return publish_days(context, ready) and all(made)


def follow(description: str, chunks: Iterable[Done], total: int) -> dict[date, str]:
    """The days that failed, with their faults, after chunks of days were run under a progress bar.

    `total` is the number of days. Warnings of checks are printed at the end.
    """
    failed: dict[date, str] = {}
    warnings: list[CheckWarning] = []
    with progress(description, "days", total) as update:
        for done in chunks:
            failed |= done.failed
            warnings += done.warnings
            update(advance=len(done.days))
    print_warnings(warnings)
    return failed
