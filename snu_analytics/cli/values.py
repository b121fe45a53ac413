"""The command that lists what became OTHER, so that an operator can extend a list."""

from contextlib import closing
from datetime import date, timedelta

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.context import partitions
from snu_analytics.cli.faults import exit_on_error
from snu_analytics.cli.parameters import DAY

_out, _err = Console(), Console(stderr=True)

# A longer text is no value of a list.
_SHOWN = 60


@click.command()
@click.option(
    "--entity", type=click.Choice(list(load_catalogue().entities)), help="Only this entity."
)
@click.option("--from", "first", type=DAY, help="First day whose histories are read.")
@click.option("--to", "last", type=DAY, help="Last of these days; yesterday if none is given.")
@exit_on_error
def values(entity: str | None, first: date | None, last: date | None) -> None:
    """List the values that became OTHER: by field, in how many documents, and since when.

    They are read from the source: no table holds them. What looks like a person's is named by its
    kind alone. A value that a list lacks is added in snu_analytics/catalogue/vocabularies.yaml;
    then run the days again.
    """
    from snu_analytics.days import paris_today
    from snu_analytics.pipeline import unlisted_values
    from snu_analytics.settings import read_settings
    from snu_analytics.source import open_source

    settings, catalogue = read_settings(), load_catalogue()
    yesterday = paris_today() - timedelta(days=1)
    days = partitions(settings, first or settings.start_date, last or yesterday)
    table = Table(box=None)
    for name in ("entity", "field", "value"):
        table.add_column(name)
    for name in ("documents", "since"):
        table.add_column(name, justify="right", no_wrap=True)
    with closing(open_source(settings.source_url, settings.home)) as source:
        for name in [entity] if entity else catalogue.entities:
            with _err.status(f"reading {name}"):
                found = unlisted_values(catalogue, catalogue.entities[name], source, days)
            for value in found:
                table.add_row(
                    name,
                    value.field,
                    Text(_shortened(value.text)) if value.text else Text(f"({value.kind})", "dim"),
                    f"{value.documents:,}",
                    str(value.since or ""),
                )
    if table.row_count:
        _out.print(table)
    else:
        _out.print(f"Every value from {days.first} to {days.last} is in its list.")


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
