"""The command that measures how well persons are hidden, for a data protection officer."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.faults import SOME_FAILED, exit_on_error

if TYPE_CHECKING:
    from snu_analytics.privacy import Measure

_out = Console()
_err = Console(stderr=True)

_PERSONAL = [
    name
    for name, entity in load_catalogue().entities.items()
    if any(column.quasi_identifier for column in entity.columns.values())
]


@click.command()
@click.option("--entity", type=click.Choice(_PERSONAL), help="Only this entity's events.")
@click.option(
    "--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@exit_on_error
def risk(entity: str | None, shape: str) -> None:
    """Measure how well persons are hidden (k, l, unique rows, small cells) and keep the report."""
    from snu_analytics.days import paris_today
    from snu_analytics.privacy import report_risk, small_cells
    from snu_analytics.settings import read_settings
    from snu_analytics.warehouse import connect, resolve_url

    settings, measured_on = read_settings(), paris_today()
    with (
        _err.status("measuring"),
        connect(resolve_url(settings.warehouse_url, settings.home)) as warehouse,
    ):
        report = report_risk(load_catalogue(), warehouse, measured_on, entity)
    if shape == "json":
        told = [
            {"measured_on": str(measured_on), **m._asdict(), "value": float(m.value)}
            for m in report
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for section in risk_sections(report):
            _out.print(section)
    alarms = small_cells(report)
    for cell in alarms:
        _err.print(
            f"[bold red]{cell.relation} shows a count of {cell.value:.0f}: less than 11 must be "
            "masked[/]",
            highlight=False,
        )
    if alarms:
        sys.exit(SOME_FAILED)


def risk_sections(report: "Iterable[Measure]") -> Iterator[RenderableType]:
    """Per table and unit: the measures with what they mean, then those of single columns."""
    for (relation, unit), measures in groupby(report, key=lambda m: (m.relation, m.unit)):
        listed = list(measures)
        yield Text(f"{relation}, by {unit}", "bold")
        yield _overall([m for m in listed if m.column_name is None])
        for title, names in _BY_COLUMN.items():
            if single := [m for m in listed if m.measure in names]:
                yield Text(title, "bold")
                yield from _by_column(single)


_SHARES_OF_A_COLUMN = ("unique_share_alone", "unique_share_without", "unique_share_added")
_BY_COLUMN = {
    "What each quasi-identifier adds": _SHARES_OF_A_COLUMN,
    "What a group tells of its members": ("l", "l1_classes_share", "l1_rows_share"),
}


def _overall(measures: "list[Measure]") -> Table:
    from snu_analytics.privacy import meaning

    table = Table(box=None)
    table.add_column("measure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("what it tells")
    for measure in measures:
        table.add_row(measure.measure, shown(measure), meaning(measure.measure, measure.unit))
    return table


def _by_column(measures: "list[Measure]") -> Iterator[RenderableType]:
    from snu_analytics.privacy import meaning

    names = list(dict.fromkeys(m.measure for m in measures))
    table = Table(box=None)
    table.add_column("column", no_wrap=True)
    for name in names:
        yield Text(f" {name}: {meaning(name, measures[0].unit)}")
        table.add_column(name, justify="right", no_wrap=True)
    values = {(m.column_name, m.measure): shown(m) for m in measures}
    for column in dict.fromkeys(m.column_name for m in measures):
        table.add_row(column, *(values[column, name] for name in names))
    yield table


def shown(measure: "Measure") -> str:
    """A share in percent, a count with its thousands apart."""
    if measure.measure.endswith("_share") or measure.measure in _SHARES_OF_A_COLUMN:
        return f"{measure.value:.2%}"
    return f"{measure.value:,.0f}"
