"""`snu-analytics risk`."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.days import paris_today
from snu_analytics.orchestration.risk import record_report
from snu_analytics.privacy import Measure, meaning, report_risk, small_cells, verdict

_PERSONAL = [
    name
    for name, entity in load_catalogue().entities.items()
    if any(column.quasi_identifier for column in entity.columns.values())
]
_SHARES_OF_A_COLUMN = ("unique_share_alone", "unique_share_without", "unique_share_added")
_BY_COLUMN = {
    "What each quasi-identifier adds": _SHARES_OF_A_COLUMN,
    "What a group tells of its members": (
        "l",
        "l1_classes_share",
        "l1_rows_share",
        "same_outcome_classes",
    ),
}


@click.command()
@click.option("--entity", type=click.Choice(_PERSONAL), help="Measure this entity's events alone.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Write the report in this format.",
)
@pass_context
def risk(context: CommandContext, entity: str | None, shape: str) -> None:
    """Measure how well persons are hidden, keep the report, and end with a verdict.

    Groups of equal quasi-identifiers (k, l, unique rows), days and sequences of days, what coarser
    values would bring, and the least counts that are published.
    """
    measured_on = paris_today()
    with err.status("measuring"):
        report = report_risk(load_catalogue(), context.warehouse, measured_on, entity)
        if entity is None:  # the asset is of all of them
            record_report(context.instance, report)
    if shape == "json":
        lines = [
            {"measured_on": str(measured_on), **m._asdict(), "value": float(m.value)}
            for m in report
        ]
        click.echo(json.dumps(lines, ensure_ascii=False, indent=1))
    else:
        for section in _sections(report):
            out.print(section)
        out.print(Text("Verdict", "bold"))
        for place, sentence in enumerate(verdict(report), 1):
            out.print(f"{place}. {sentence}", highlight=False, markup=False)
    alarms = small_cells(report)
    for cell in alarms:
        err.print(
            f"[bold red]{cell.relation} shows a count of {cell.value:.0f}: less than 11 must be "
            "masked[/]",
            highlight=False,
        )
    if alarms:
        sys.exit(SOME_FAILED)


def _sections(report: Iterable[Measure]) -> Iterator[RenderableType]:
    """Per table and unit: the measures with what they mean, then those of single columns."""
    for (relation, unit), group in groupby(report, key=lambda m: (m.relation, m.unit)):
        measures = list(group)
        yield Text(f"{relation}, by {unit}", "bold")
        yield _overall([m for m in measures if m.column_name is None])
        for title, names in _BY_COLUMN.items():
            if single := [m for m in measures if m.measure in names]:
                yield Text(title, "bold")
                yield from _by_column(single)


def _overall(measures: Iterable[Measure]) -> Table:
    table = Table(box=None)
    table.add_column("measure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("what it tells")
    for measure in measures:
        table.add_row(measure.measure, _value(measure), meaning(measure.measure, measure.unit))
    return table


def _by_column(measures: Sequence[Measure]) -> Iterator[RenderableType]:
    names = list(dict.fromkeys(m.measure for m in measures))
    table = Table(box=None)
    table.add_column("column", no_wrap=True)
    for name in names:
        yield Text(f" {name}: {meaning(name, measures[0].unit)}")
        table.add_column(name, justify="right", no_wrap=True)
    values = {(m.column_name, m.measure): _value(m) for m in measures}
    for column in dict.fromkeys(m.column_name for m in measures):
        table.add_row(column, *(values[column, name] for name in names))
    yield table


def _value(measure: Measure) -> str:
    """A share in percent, a count with commas between thousands."""
    if "_share" in measure.measure:
        return f"{measure.value:.2%}"
    return f"{measure.value:,.0f}"
