"""`snu-analytics demo`."""

import os
import sys
from datetime import date, timedelta
from pathlib import Path

import click

from snu_analytics.cli.backfill import backfill_days
from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.migrate import print_migration
from snu_analytics.cli.printing import print_figures
from snu_analytics.cli.simulate import invent, print_counts, write_history
from snu_analytics.days import DayRange
from snu_analytics.settings import KEY_FILE_VARIABLE, KEY_VARIABLE, ensure_key, read_settings
from snu_analytics.warehouse import figures, totals_by_campaign

# Two campaigns, so that one can be held against the other.
_DAYS = DayRange(date(2022, 10, 1), date(2024, 6, 30))
_LAST_WEEKS = DayRange(_DAYS.last - timedelta(days=27), _DAYS.last)

# The share of documents with values that no list knows, as histories have them that people wrote.
_MESSY = 0.02

# The demo invents people: it must never meet a real source, a real database or a real key.
_VARIABLES_OF_REAL_PLACES = (
    "SNU_SOURCE_URL",
    "SNU_WAREHOUSE_URL",
    "SNU_STAGING_URL",
    "SNU_DAGSTER_URL",
    KEY_VARIABLE,
    KEY_FILE_VARIABLE,
)


@click.command()
@click.option("--youngs", default=2_000, show_default=True, help="Young people to invent.")
@pass_context
def demo(context: CommandContext, youngs: int) -> None:
    """The whole on embedded defaults: simulate, migrate, backfill, print the figures."""
    context.creates = True
    home = read_settings().home
    for name in _VARIABLES_OF_REAL_PLACES:
        os.environ.pop(name, None)
    os.environ["SNU_START_DATE"] = _DAYS.first.isoformat()
    ensure_key(home)
    out.rule("1. An invented history")
    _write_history(context.settings.demo_source, youngs)
    out.rule("2. PostgreSQL")
    print_migration(context.warehouse_url)
    out.rule("3. Patches to events and figures")
    done = backfill_days(context, _DAYS)
    out.rule("4. The figures")
    _print_figures(context)
    out.print(
        "\nNext: [bold]make dev[/] opens the same assets, partitions and runs in the browser, and "
        "prints the address of the database for psql or Metabase.\n"
        "[bold].venv/bin/snu-analytics materialize 2024-03-04[/] runs one day again, "
        "[bold].venv/bin/snu-analytics doctor[/] checks the set-up."
    )
    if not done:
        sys.exit(SOME_FAILED)


def _write_history(folder: Path, youngs: int) -> None:
    if folder.exists():
        out.print(f"{folder} stands already; delete it to invent another one.")
        return
    simulation = invent(youngs, first=_DAYS.first, last=_DAYS.last, seed=1, messy=_MESSY)
    write_history(simulation, folder)
    print_counts(simulation)


def _print_figures(context: CommandContext) -> None:
    daily = figures(context.warehouse, _LAST_WEEKS.first, _LAST_WEEKS.last)
    weeks = [day - timedelta(days=day.weekday()) for day in daily["day"]]
    print_figures(daily.assign(week=weeks), "week", "by week")
    print_figures(totals_by_campaign(context.warehouse), "campaign", "by campaign")
