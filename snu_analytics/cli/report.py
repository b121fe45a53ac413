"""`snu-analytics report`."""

from datetime import date
from pathlib import Path

import click

from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.parameters import DAY
from snu_analytics.questions import last_published_day
from snu_analytics.reports import (
    EDITIONS,
    LANGUAGES,
    PERIODS,
    Edition,
    Language,
    PeriodName,
    Request,
    write_report,
)


@click.command()
@click.argument("day", type=DAY, required=False)
@click.option(
    "--edition",
    type=click.Choice(EDITIONS),
    default="public",
    show_default=True,
    help="For everybody, or for a restricted circle with numbers that are not published.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="fr",
    show_default=True,
    help="Write French or English.",
)
@click.option(
    "--period",
    type=click.Choice(PERIODS),
    default="day",
    show_default=True,
    help="Report the day, or the month that it lies in.",
)
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write into this folder, each edition into one of its own, not SNU_HOME/reports.",
)
@pass_context
def report(
    context: CommandContext,
    day: date | None,
    edition: Edition,
    language: Language,
    period: PeriodName,
    folder: Path | None,
) -> None:
    """Write the report of a day, the last published one by default, as HTML, PDF and CSV.

    The public edition holds published numbers alone. The restricted one adds objectives,
    projections, waiting times and how sound the histories are: it is not to be passed on.
    """
    context.require_schema()
    request = Request(day or last_published_day(context.warehouse), edition, language, period)
    written = write_report(context.warehouse, request, folder or context.settings.reports)
    for name, path in (("page", written.page), ("document", written.document)):
        out.print(f"[bold]{name:<10}[/]{path}", highlight=False, soft_wrap=True)
