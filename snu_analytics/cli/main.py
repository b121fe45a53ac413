"""The command line: each command says what it did, what failed, and what to type next.

Exit statuses: 0 done, 1 some days failed, 2 wrong use or set-up.
"""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.context import check_ready, partitions, with_warehouse
from snu_analytics.cli.erase import erase
from snu_analytics.cli.faults import SOME_FAILED, WRONG_USE, exit_on_error, tell_warnings
from snu_analytics.cli.figures import figures
from snu_analytics.cli.key import key
from snu_analytics.cli.parameters import DAY, MONTH
from snu_analytics.cli.publish import PATIENCE, publish, publish_days
from snu_analytics.cli.register import register
from snu_analytics.cli.risk import risk
from snu_analytics.cli.tables import audit_tables, figure_tables
from snu_analytics.cli.values import values
from snu_analytics.days import DayRange, consecutive
from snu_analytics.settings import (
    EMBEDDED,
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    ensure_key,
    read_settings,
)

if TYPE_CHECKING:
    from snu_analytics.orchestration.check_warnings import CheckWarning

_out = Console()
_err = Console(stderr=True)


class DamageProfile(click.ParamType):
    """One of the simulator's, which takes a while to load: for the command alone that asks."""

    name = "profile"

    def convert(self, value, param, ctx) -> str:
        from snu_analytics.simulation import PROFILES

        return click.Choice(list(PROFILES)).convert(value, param, ctx)


ENTITY = click.option(
    "--entity", type=click.Choice(list(load_catalogue().entities)), help="Only this entity."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="snu-analytics")
def main() -> None:
    """Anonymised events and daily figures from the patch history of a MongoDB application."""


@main.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the dump and its truth.")
@click.option("--into", help="A mongodb:// address with a database, instead of a folder.")
@click.option("--youngs", default=2_000, show_default=True, help="Young people to invent.")
@click.option("--from", "first", type=DAY, default="2022-10-01", show_default=True)
@click.option("--to", "last", type=DAY, default="2024-06-30", show_default=True)
@click.option("--seed", default=1, show_default=True, help="Same seed, same history.")
@click.option("--damage", type=DamageProfile(), help="A kind of damage, mixed or everything.")
@click.option(
    "--messy", default=0.0, show_default=True, help="Share of documents with odd values, 0 to 1."
)
@exit_on_error
def simulate(
    out: Path | None,
    into: str | None,
    youngs: int,
    first: date,
    last: date,
    seed: int,
    damage: str | None,
    messy: float,
) -> None:
    """Write a believable history as a mongodump folder, with its truth beside it."""
    if (out is None) == (into is None):
        raise click.UsageError("give either --out DIR or --into mongodb://host/database")
    from snu_analytics.cli.simulate import run_simulation

    run_simulation(_out, youngs, DayRange(first, last), seed, out, into, damage, messy)


@main.command()
@exit_on_error
def migrate() -> None:
    """Create or upgrade schemas, tables, roles and comments in PostgreSQL; say what changed."""
    from snu_analytics.questions import question_views
    from snu_analytics.warehouse import migrate as upgrade

    _, warehouse_url = with_warehouse()
    _tell_changes(upgrade(warehouse_url, load_catalogue(), question_views()))


@main.command()
@click.argument("day", type=DAY)
@ENTITY
@exit_on_error
def materialize(day: date, entity: str | None) -> None:
    """Materialise one DAY as a Dagster run: patches, snapshots, events, figures."""
    settings, warehouse_url = with_warehouse()
    days = partitions(settings, day, day)
    check_ready(settings, warehouse_url, entity)
    from snu_analytics.definitions import defs
    from snu_analytics.orchestration.runs import open_instance, run_days

    with _out.status(f"materialising {day}"), open_instance() as instance:
        outcome = run_days(instance, defs, days, entity, retries=False)
    tell_warnings(outcome.warnings)
    if not outcome.ok:
        for fault in outcome.faults:
            _err.print(f"[bold red]{fault}[/]", highlight=False)
        _err.print(f"{day} failed, its former rows stand. Once mended: {_repeat(day, day, entity)}")
        sys.exit(SOME_FAILED)
    _out.print(f"{day} is done (run {outcome.run_id}).")
    _print_day(warehouse_url, day)


@main.command()
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="TO")
@ENTITY
@exit_on_error
def backfill(first: date, last: date, entity: str | None) -> None:
    """Materialise all days FROM ... TO, both included; failed days are named at the end."""
    settings, warehouse_url = with_warehouse()
    days = partitions(settings, first, last)
    check_ready(settings, warehouse_url, entity)
    if not _backfill(days, entity):
        sys.exit(SOME_FAILED)


@main.command()
@click.option("--youngs", default=2_000, show_default=True, help="Young people to invent.")
@exit_on_error
def demo(youngs: int) -> None:
    """The whole on embedded defaults: simulate, migrate, backfill, print the figures."""
    from snu_analytics.cli.simulate import DEMO, DEMO_MESSY, run_simulation
    from snu_analytics.questions import question_views
    from snu_analytics.warehouse import migrate as upgrade

    home = read_settings().home
    places = ("SNU_SOURCE_URL", "SNU_WAREHOUSE_URL", "SNU_STAGING_URL", "SNU_DAGSTER_URL")
    for name in (*places, KEY_VARIABLE, KEY_FILE_VARIABLE):
        # The demo invents people: it must never meet a real source, a real database or a real key.
        os.environ.pop(name, None)
    os.environ["SNU_START_DATE"] = DEMO.first.isoformat()
    ensure_key(home)
    _out.rule("1. An invented history")
    folder = read_settings().demo_source
    if folder.exists():
        _out.print(f"{folder} stands already; delete it to invent another one.")
    else:
        run_simulation(_out, youngs, DEMO, 1, folder, None, messy=DEMO_MESSY)
    _out.rule("2. PostgreSQL")
    _, warehouse_url = with_warehouse()
    _tell_changes(upgrade(warehouse_url, load_catalogue(), question_views()))
    _out.rule("3. Patches to events and figures")
    done = _backfill(DEMO, None)
    _out.rule("4. The figures")
    _print_weeks(warehouse_url, DayRange(DEMO.last - timedelta(days=27), DEMO.last))
    _print_totals(warehouse_url)
    _out.print(
        "\nNext: [bold]make dev[/] opens the same assets, partitions and runs in the browser, and "
        "prints the address of the database for psql or Metabase.\n"
        "[bold].venv/bin/snu-analytics materialize 2024-03-04[/] runs one day again, "
        "[bold].venv/bin/snu-analytics doctor[/] checks the set-up."
    )
    if not done:
        sys.exit(SOME_FAILED)


@main.command()
@click.argument("month", type=MONTH, required=False)
@ENTITY
@exit_on_error
def audit(month: date | None, entity: str | None) -> None:
    """How sound the histories of a MONTH (YYYY-MM) are; the last one loaded if none is given."""
    settings, warehouse_url = with_warehouse()
    check_ready(settings, warehouse_url, entity)
    from snu_analytics.definitions import defs
    from snu_analytics.orchestration.runs import open_instance, run_audit
    from snu_analytics.warehouse import audit_lines, connect, last_loaded_day

    with connect(warehouse_url) as connection:
        month = month or last_loaded_day(connection).replace(day=1)
    with _out.status(f"auditing {month:%Y-%m}"), open_instance() as instance:
        outcome = run_audit(instance, defs, month, entity)
    for fault in outcome.faults:
        _err.print(f"[bold red]{fault}[/]", highlight=False)
    with connect(warehouse_url) as connection:
        found = audit_lines(connection, month)
    for table in audit_tables(found[found.entity == entity] if entity else found):
        _out.print(table)
    tell_warnings(outcome.warnings)
    if not outcome.ok:
        sys.exit(SOME_FAILED)


@main.command()
@exit_on_error
def doctor() -> None:
    """Check source, warehouse, key, indexes, clock and versions; say what to mend."""
    from snu_analytics.cli.doctor import diagnose

    checks = diagnose(read_settings())
    table = Table("", "what", "found", box=None)
    for check in checks:
        table.add_row("[green]ok[/]" if check.ok else "[red]mend[/]", check.subject, check.message)
    _out.print(table)
    if not all(check.ok for check in checks):
        sys.exit(WRONG_USE)


@main.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@exit_on_error
def dev(port: int, host: str) -> None:
    """Open Dagster's pages and daemon on the same settings as the other commands."""
    from snu_analytics.cli.doctor import require_schema
    from snu_analytics.questions import question_views
    from snu_analytics.warehouse import migrate as upgrade

    settings, warehouse_url = with_warehouse()
    if settings.warehouse_url == EMBEDDED:
        _tell_changes(upgrade(warehouse_url, load_catalogue(), question_views()))
        _out.print(f"PostgreSQL, as long as this runs: {warehouse_url}", soft_wrap=True)
    else:
        require_schema(warehouse_url)
    command = [sys.executable, "-m", "dagster", "dev", "-m", "snu_analytics.definitions"]
    # From its own home: Dagster warns of any other dagster.yaml that it finds where it starts.
    served = subprocess.Popen(
        [*command, "-p", str(port), "-h", host], cwd=os.environ["DAGSTER_HOME"]
    )
    for ending in (signal.SIGTERM, signal.SIGINT):
        # Dagster ends its own processes when it is asked to; PostgreSQL stops after them.
        signal.signal(ending, lambda *_: served.send_signal(signal.SIGINT))
    sys.exit(served.wait())


@main.command()
@click.argument("event_id")
@exit_on_error
def explain(event_id: str) -> None:
    """Show how an event came about: its patch, the history around it, the rule that named it."""
    from snu_analytics.cli.explain import run_explanation

    run_explanation(_out, read_settings(), event_id)


def _backfill(days: DayRange, entity: str | None) -> bool:
    from snu_analytics.cli.context import load_definitions
    from snu_analytics.orchestration.backfill import backfill as run_backfill

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    failed: dict[date, str] = {}
    warnings: list[CheckWarning] = []
    with Progress(*columns, TextColumn("days"), TimeElapsedColumn(), console=_out) as progress:
        task = progress.add_task("materialising", total=len(days))
        for done in run_backfill(days, load_definitions, entity):
            failed |= done.failed
            warnings += done.warnings
            progress.advance(task, len(done.days))
    tell_warnings(warnings)
    _out.print(f"{len(days) - len(failed)} of {len(days)} days are done.")
    for day, fault in sorted(failed.items()):
        _err.print(f"[bold red]{day}[/] {fault}", highlight=False)
        _err.print(f"  repeat it with: {_repeat(day, day, entity)}", highlight=False)
    ready = consecutive(set(days) - set(failed))
    published = entity is not None or not ready or publish_days(ready, PATIENCE)
    return published and not failed


def _repeat(first: date, last: date, entity: str | None) -> str:
    one = f" --entity {entity}" if entity else ""
    return f"snu-analytics materialize {first}{one}"


def _tell_changes(changes) -> None:
    for change in changes:
        _out.print(f"[cyan]{change.kind}[/] {change.subject}: {change.sentence}", highlight=False)
    if not changes:
        _out.print("The warehouse is up to date.")


def _print_day(warehouse_url: str, day: date) -> None:
    from snu_analytics.warehouse import connect, figures

    with connect(warehouse_url) as connection:
        found = figures(connection, day, day)
    for table in figure_tables(found, "day", f"on {day}"):
        _out.print(table)


def _print_weeks(warehouse_url: str, days: DayRange) -> None:
    from snu_analytics.warehouse import connect, figures

    with connect(warehouse_url) as connection:
        found = figures(connection, days.first, days.last)
    weeks = [day - timedelta(days=day.weekday()) for day in found["day"]]
    for table in figure_tables(found.assign(week=weeks), "week", "by week"):
        _out.print(table)


def _print_totals(warehouse_url: str) -> None:
    from snu_analytics.warehouse import connect, totals_by_campaign

    with connect(warehouse_url) as connection:
        found = totals_by_campaign(connection)
    for table in figure_tables(found, "campaign", "by campaign"):
        _out.print(table)


main.add_command(erase)
main.add_command(figures)
main.add_command(key)
main.add_command(publish)
main.add_command(register)
main.add_command(risk)
main.add_command(values)
