"""`snu-analytics demo`."""

import os
import sys
from datetime import date, timedelta

import click
import pandas as pd

from snu_analytics.cli.backfill import backfill_days
from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.migrate import print_migration
from snu_analytics.cli.printing import print_figures
from snu_analytics.cli.simulate import invent, print_counts, write_history
from snu_analytics.days import DayRange, campaign_of, paris_today
from snu_analytics.settings import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    Settings,
    ensure_key,
    read_settings,
)
from snu_analytics.warehouse import figures, totals_by_campaign

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
@click.option("--youngs", default=2_000, show_default=True, help="Invent so many young people.")
@pass_context
def demo(context: CommandContext, youngs: int) -> None:
    """Try the whole on embedded defaults: simulate, migrate, backfill, print the figures."""
    context.creates = True
    home = read_settings().home
    for name in _VARIABLES_OF_REAL_PLACES:
        os.environ.pop(name, None)
    os.environ.pop("SNU_START_DATE", None)
    ensure_key(home)
    out.rule("1. An invented history")
    _write_history(read_settings(), youngs)
    days = DayRange(context.settings.start_date, paris_today() - timedelta(days=1))
    out.rule("2. PostgreSQL")
    print_migration(context.warehouse_url)
    out.rule("3. Patches to events and figures")
    done = backfill_days(context, days)
    out.rule("4. The figures")
    _print_figures(context, days)
    out.rule("5. The report")
    _print_report(context)
    day = days.last - timedelta(days=1)
    out.print(
        "\nNext: [bold]make dev[/] opens the same assets, partitions and runs in the browser, and "
        "prints the address of the database for psql or Metabase.\n"
        f"[bold].venv/bin/snu-analytics materialize {day}[/] runs one day again, "
        "[bold].venv/bin/snu-analytics doctor[/] checks the set-up."
    )
    if not done:
        sys.exit(SOME_FAILED)


def _write_history(settings: Settings, youngs: int) -> None:
    """Write a history from the campaign before to yesterday, unless there is one already."""
    folder = settings.demo_source
    if folder.exists():
        out.print(f"{folder} stands already; delete {settings.home} to begin again.")
        return
    last = paris_today() - timedelta(days=1)
    first = date(campaign_of(last) - 2, 9, 1)
    simulation = invent(youngs, first=first, last=last, seed=1, messy=_MESSY)
    write_history(simulation, folder)
    settings.demo_start.write_text(f"{first}\n", encoding="utf-8")
    print_counts(simulation)


def _print_report(context: CommandContext) -> None:
    """Write the report of the last day, and print where its page is."""
    from snu_analytics.questions import last_published_day
    from snu_analytics.reports import Request, write_report

    request = Request(last_published_day(context.warehouse))
    written = write_report(context.warehouse, request, context.settings.reports)
    out.print(f"The page: [bold]{written.page}[/]", highlight=False, soft_wrap=True)
    out.print(
        "Open it in a browser. Look at the curves of this campaign beside the one before, and at "
        "what is masked by region: so few invented people cannot be shown by place."
    )


def _print_figures(context: CommandContext, days: DayRange) -> None:
    daily = figures(context.warehouse, days.last - timedelta(days=27), days.last)
    weeks = [day - timedelta(days=day.weekday()) for day in daily["day"]]
    names = [f"{monday:%d %b}" for monday in weeks]
    by_week = pd.Categorical(names, [*dict.fromkeys(names)])
    print_figures(daily.assign(week=by_week), "week", "by week")
    print_figures(totals_by_campaign(context.warehouse), "campaign", "by campaign")
