"""`snu-analytics audit`."""

import sys
from collections.abc import Iterator
from datetime import date

import click
import pandas as pd
from rich.console import RenderableType
from rich.table import Table

from snu_analytics.cli.console import err, out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import ENTITY, MONTH
from snu_analytics.cli.printing import print_outcome, titled_table
from snu_analytics.orchestration.runs import run_audit
from snu_analytics.warehouse import SOUND_LINES, audit_lines, last_loaded_day


@click.command()
@click.argument("month", type=MONTH, required=False)
@ENTITY
@click.option("-v", "--verbose", is_flag=True, help="Show what is intact line by line too.")
@pass_context
def audit(context: CommandContext, month: date | None, entity: str | None, verbose: bool) -> None:
    """Count how sound the histories of a MONTH (YYYY-MM) are; without one, of the last one loaded.

    What is broken, in doubt or other than today's documents comes first; an entity whose histories
    are all intact has one line.
    """
    month = context.month(month) if month else None
    context.require_ready(entity)
    month = month or last_loaded_day(context.warehouse).replace(day=1)
    with err.status(f"auditing {month:%Y-%m}"):
        outcome = run_audit(context.instance, context.definitions, month, entity)
    lines = audit_lines(context.warehouse, month)
    for shown in audit_tables(lines[lines.entity == entity] if entity else lines, verbose):
        out.print(shown, highlight=False)
    if not print_outcome(outcome):
        sys.exit(SOME_FAILED)


def audit_tables(lines: pd.DataFrame, verbose: bool) -> Iterator[RenderableType]:
    """Per entity its exceptions as a table and a line of what is sound, `verbose` all as a table.

    `lines` are of `warehouse.audit_lines`.
    """
    touched = lines[lines.total > 0].fillna("")
    for entity, part in touched.groupby("entity", sort=False):
        sound = pd.Series(
            [(m, c) in SOUND_LINES for m, c in zip(part.measure, part.cause, strict=True)],
            part.index,
        )
        shown = part if verbose else _merged(part[~sound & (part["count"] > 0)])
        if len(shown):
            yield _table(str(entity), shown)
        yield f"{entity}: {_sentence(part[sound], intact=not len(shown))}"
    if touched.empty:
        yield "nothing was touched in this month"


def _merged(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines, those of values summed over their fields: each mark stands on most of these."""
    values = lines[lines.measure == "values"]
    if values.empty:
        return lines
    summed = values.groupby("cause", as_index=False)[["count", "total"]].sum()
    fields = [f"{(values.cause == cause).sum()} fields" for cause in summed.cause]
    summed = summed.assign(measure="values", field=fields)
    return pd.concat([lines[lines.measure != "values"], summed])


def _table(entity: str, lines: pd.DataFrame) -> Table:
    table = titled_table(entity, ["measure", "field", "which"], ["count", "of", "share"])
    for line in lines.itertuples():
        table.add_row(
            *map(str, (line.measure, line.field, line.cause)),
            *(f"{line.count:,}", f"{line.total:,}", f"{line.count / line.total:.1%}"),
        )
    return table


def _sentence(sound: pd.DataFrame, intact: bool) -> str:
    """What is as it should be: the chains, the creations and the values that are recorded."""
    summed = sound.groupby("measure", sort=False)[["count", "total"]].sum()
    if summed.empty:
        return "nothing was touched"
    parts = [f"{row.count:,} of {row.total:,} {row.Index}" for row in summed.itertuples()]
    return f"{'all is intact: ' if intact else 'intact are '}{', '.join(parts)}"
