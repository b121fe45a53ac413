"""`snu-analytics key rotate`."""

import sys
from datetime import date, timedelta
from pathlib import Path

import click
import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.backfill import follow
from snu_analytics.cli.console import err, print_plainly
from snu_analytics.cli.context import CommandContext, load_definitions, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.days import DayRange, paris_today
from snu_analytics.events import Pseudonymiser
from snu_analytics.orchestration.rotation import CarryOver, begin, rebuild, remaining
from snu_analytics.privacy import carry_over, in_force, new_key_for, settle, with_key
from snu_analytics.warehouse import connect, erased_with_other_keys, finish_rotation, known_keys


@click.command()
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the new key in this file; without, in SNU_HOME/pseudonym.key.next.",
)
@pass_context
def rotate(context: CommandContext, to: Path | None) -> None:
    """Rebuild every day with a new key, then destroy the old one. Run again, it goes on."""
    settings, url = context.settings, context.warehouse_url
    # Connections of their own before and after: a rotation may take hours.
    with connect(url) as connection:
        known = known_keys(connection)
    new = new_key_for(settings, known, to)
    fingerprint = new.pseudonyms.fingerprint
    if not (fingerprint in known and known[fingerprint].state == "current"):
        print_plainly(f"Rotating to the key {fingerprint}.")
        context.settings = with_key(settings, new)
        context.require_ready()
        old = in_force(settings)
        replaced = old and old.fingerprint in known and old.fingerprint != fingerprint
        begin(url, old if replaced else None, new.pseudonyms, _carry_over(context))
        if failed := _rebuild_all(context, fingerprint):
            _print_failed(failed)
            sys.exit(SOME_FAILED)
        with connect(url) as connection:
            finish_rotation(connection, fingerprint)
    print_plainly(f"All rows are of the key {fingerprint}.")
    for sentence in settle(settings, url, new):
        print_plainly(sentence)


def number_of_days(count: int) -> str:
    """The count with its unit."""
    return f"{count} {'day' if count == 1 else 'days'}"


def _carry_over(context: CommandContext) -> CarryOver:
    """What keeps erased subjects out of the days to be rebuilt, or says that nothing can."""

    def carry_over_erased(
        connection: psycopg.Connection, old: Pseudonymiser | None, new: Pseudonymiser
    ) -> None:
        erased = erased_with_other_keys(connection, new.fingerprint)
        if old and erased:
            yesterday = paris_today() - timedelta(days=1)
            days = DayRange(context.settings.start_date, yesterday)
            carry_over(load_catalogue(), context.source, days, old, new, connection)
        elif erased:
            err.print(
                f"[yellow]Subjects erased under a key that is gone ({erased}) cannot be told among "
                "those of the new one: when the rotation is over run `snu-analytics erase`, and "
                "repeat the erasures that persons asked for.[/]",
                highlight=False,
                soft_wrap=True,
            )

    return carry_over_erased


def _rebuild_all(context: CommandContext, fingerprint: str) -> dict[date, str]:
    """The days that failed, with their faults, when no other day of another key remains."""
    context.export()
    failed: dict[date, str] = {}
    # More than once where a process with the old key loaded a day in the meantime.
    while not failed and (work := remaining(context.warehouse_url, fingerprint, load_catalogue())):
        for stretch in work:
            context.days(stretch.days.first, stretch.days.last)
        total = sum(len(stretch.days) for stretch in work)
        failed = follow("rebuilding", rebuild(work, load_definitions), total)
    return failed


def _print_failed(failed: dict[date, str]) -> None:
    for day, fault in sorted(failed.items()):
        err.print(f"[bold red]{day}[/] {fault}", highlight=False)
    err.print(
        f"{number_of_days(len(failed))} to go, all others have the new key. Once mended: "
        "`snu-analytics key rotate` goes on, and the old key is destroyed at the end.",
        highlight=False,
        soft_wrap=True,
    )
