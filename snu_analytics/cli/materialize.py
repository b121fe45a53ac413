"""`snu-analytics materialize`."""

import sys
from datetime import date

import click

from snu_analytics.cli.console import err, out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import DAY, ENTITY
from snu_analytics.cli.printing import print_figures, print_outcome
from snu_analytics.orchestration.runs import run_days
from snu_analytics.pipeline import prune_copies
from snu_analytics.warehouse import figures


@click.command()
@click.argument("day", type=DAY)
@ENTITY
@pass_context
def materialize(context: CommandContext, day: date, entity: str | None) -> None:
    """Materialise one DAY as a Dagster run: patches, snapshots, events, figures."""
    days = context.days(day, day)
    context.require_ready(entity)
    with err.status(f"materialising {day}"):
        outcome = run_days(context.instance, context.definitions, days, entity, retries=False)
        prune_copies(context.settings)
    if not print_outcome(outcome):
        err.print(f"{day} failed, its former rows stand. Once mended: {repetition(day, entity)}")
        sys.exit(SOME_FAILED)
    out.print(f"{day} is done (run {outcome.run_id}).")
    print_figures(figures(context.warehouse, day, day), "day", f"on {day}")


def repetition(day: date, entity: str | None) -> str:
    """The command that materialises the day again."""
    return f"snu-analytics materialize {day}" + (f" --entity {entity}" if entity else "")
