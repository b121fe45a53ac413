"""`snu-analytics audit`."""

import sys
from collections.abc import Iterator
from datetime import date

import click
import pandas as pd
from rich.table import Table

from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import ENTITY, MONTH
from snu_analytics.cli.printing import print_outcome, titled_table
from snu_analytics.orchestration.runs import run_audit
from snu_analytics.warehouse import audit_lines, last_loaded_day


@click.command()
@click.argument("month", type=MONTH, required=False)
@ENTITY
@pass_context
def audit(context: CommandContext, month: date | None, entity: str | None) -> None:
    """How sound the histories of a MONTH (YYYY-MM) are; the last one loaded if none is given."""
    context.require_ready(entity)
    month = month or last_loaded_day(context.warehouse).replace(day=1)
    with out.status(f"auditing {month:%Y-%m}"):
        outcome = run_audit(context.instance, context.definitions, month, entity)
    lines = audit_lines(context.warehouse, month)
    for table in _audit_tables(lines[lines.entity == entity] if entity else lines):
        out.print(table)
    if not print_outcome(outcome):
        sys.exit(SOME_FAILED)


def _audit_tables(lines: pd.DataFrame) -> Iterator[Table]:
    """A table per entity whose histories were touched; `lines` are of `warehouse.audit_lines`."""
    touched = lines[lines.total > 0].fillna("")
    for entity, part in touched.groupby("entity", sort=False):
        table = titled_table(str(entity), ["measure", "field", "which"], ["count", "of", "share"])
        for line in part.itertuples():
            table.add_row(
                *map(str, (line.measure, line.field, line.cause)),
                *(f"{line.count:,}", f"{line.total:,}", f"{line.count / line.total:.1%}"),
            )
        yield table
    if touched.empty:
        yield titled_table("nothing was touched in this month")
