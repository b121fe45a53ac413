"""`snu-analytics values`, which shows an operator what a vocabulary lacks."""

from datetime import date, timedelta

import click
from rich.table import Table
from rich.text import Text

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.parameters import DAY, ENTITY
from snu_analytics.days import paris_today
from snu_analytics.pipeline import unlisted_values

# A longer text is no value of a list.
_SHOWN = 60


@click.command()
@ENTITY
@click.option("--from", "first", type=DAY, help="Read histories from this day on.")
@click.option("--to", "last", type=DAY, help="Read them up to this day; without, up to yesterday.")
@pass_context
def values(
    context: CommandContext, entity: str | None, first: date | None, last: date | None
) -> None:
    """List the values that became OTHER: by field, in how many documents, and since when.

    They are read from the source: no table holds them. What looks like a person's is named by its
    kind alone. A value that a list lacks is added in snu_analytics/catalogue/vocabularies.yaml;
    then run the days again.
    """
    catalogue = load_catalogue()
    days = context.days(
        first or context.settings.start_date, last or paris_today() - timedelta(days=1)
    )
    table = Table(box=None)
    for name in ("entity", "field", "value"):
        table.add_column(name)
    for name in ("documents", "since"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in [entity] if entity else catalogue.entities:
        with err.status(f"reading {name}"):
            unlisted = unlisted_values(catalogue, catalogue.entities[name], context.source, days)
        for value in unlisted:
            text = Text(_shortened(value.text)) if value.text else Text(f"({value.kind})", "dim")
            table.add_row(name, value.field, text, f"{value.documents:,}", str(value.since or ""))
    if table.row_count:
        out.print(table)
    else:
        out.print(f"Every value from {days.first} to {days.last} is in its list.")


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
