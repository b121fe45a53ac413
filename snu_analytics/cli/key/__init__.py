"""The life of the pseudonym key: new, check, rotate, destroy. No output ever holds a key."""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from snu_analytics.cli.context import check_ready, partitions, with_warehouse
from snu_analytics.cli.faults import SOME_FAILED, WRONG_USE, exit_on_error, tell_warnings
from snu_analytics.days import DayRange, paris_today
from snu_analytics.errors import SnuError
from snu_analytics.settings import Settings, export, read_settings

if TYPE_CHECKING:
    import psycopg

    from snu_analytics.events import Pseudonymiser
    from snu_analytics.orchestration.check_warnings import CheckWarning
    from snu_analytics.orchestration.rotation import CarryOver

_out = Console()
_err = Console(stderr=True)

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def key() -> None:
    """The key behind the pseudonyms: make it, check it, rotate it, destroy it."""


@key.command()
@click.option("--out", type=FILE, help="Where to keep it, if not in SNU_HOME/pseudonym.key.")
@exit_on_error
def new(out: Path | None) -> None:
    """Make a key in a file that only its owner reads; tell its fingerprint, never the key."""
    from snu_analytics.events import Pseudonymiser
    from snu_analytics.settings import decode_key, default_file, new_key, write_key

    file = out.absolute() if out else default_file(read_settings().home)
    text = new_key()
    write_key(file, text)
    _tell(f"A new key is in {file}, fingerprint {Pseudonymiser(decode_key(text)).fingerprint}.")


@key.command()
@exit_on_error
def check() -> None:
    """Tell the key in force, the keys of the rows, and what is wrong with them."""
    from snu_analytics.catalogue import load_catalogue
    from snu_analytics.events import Pseudonymiser
    from snu_analytics.orchestration.rotation import remaining
    from snu_analytics.settings import decode_key, told_mode
    from snu_analytics.warehouse import connect, known_keys, require_key, rows_by_key

    settings, warehouse_url = with_warehouse()
    secret = decode_key(settings.pseudonym_key, settings.key_origin)
    fingerprint = Pseudonymiser(secret).fingerprint
    mode = f", mode {told_mode(settings.key_file)}" if settings.key_file else ""
    _tell(f"The key in force is {fingerprint}, from {settings.key_origin}{mode}.")
    _tell(f"It has {len(secret)} bytes and is no text, no sample and no pattern.")
    with connect(warehouse_url) as connection:
        known, held = known_keys(connection), rows_by_key(connection)
        faults = [_refusal(lambda: require_key(connection, fingerprint))]
    table = Table("key id", "state", "table", "days", "rows", box=None)
    for one in held:
        state = known[one.key_id].state if one.key_id in known else "unknown"
        table.add_row(one.key_id or "none", state, one.table, str(one.days), str(one.rows))
    for gone in known.values():
        if gone.fingerprint not in {one.key_id for one in held}:
            table.add_row(gone.fingerprint, gone.state, "none", "0", "0")
    _out.print(table)
    incoming = next((k.fingerprint for k in known.values() if k.state == "incoming"), None)
    if incoming:
        days = {
            day
            for stretch in remaining(warehouse_url, incoming, load_catalogue())
            for day in stretch.days
        }
        _tell(
            f"A rotation to the key {incoming} is under way, {_days(len(days))} to go: "
            "`snu-analytics key rotate` goes on."
        )
    elif strange := {k for one in held if (k := one.key_id) and k != fingerprint}:
        faults.append(f"rows of other keys than that in force: {', '.join(sorted(strange))}")
    if told := [fault for fault in faults if fault]:
        for fault in told:
            _err.print(f"[bold red]{fault}[/]", highlight=False, soft_wrap=True)
        sys.exit(WRONG_USE)


@key.command()
@click.option("--to", type=FILE, help="The new key's file, if not SNU_HOME/pseudonym.key.next.")
@exit_on_error
def rotate(to: Path | None) -> None:
    """Rebuild every day with a new key, then destroy the old one. Run again, it goes on."""
    from snu_analytics.orchestration import rotation
    from snu_analytics.privacy import in_force, new_key_for, settle, with_key
    from snu_analytics.warehouse import connect, finish_rotation, known_keys

    settings, warehouse_url = with_warehouse()
    with connect(warehouse_url) as connection:
        known = known_keys(connection)
    new = new_key_for(settings, known, to)
    fingerprint = new.fingerprint
    if not (fingerprint in known and known[fingerprint].state == "current"):
        _tell(f"Rotating to the key {fingerprint}.")
        export(with_key(settings, new))
        check_ready(with_key(settings, new), warehouse_url, None)
        old = in_force(settings)
        known_old = old and old.fingerprint in known and old.fingerprint != fingerprint
        rotation.begin(
            warehouse_url, old if known_old else None, new.pseudonyms, _carry_over(settings)
        )
        if failed := _rebuild_all(settings, warehouse_url, fingerprint):
            for day, fault in sorted(failed.items()):
                _err.print(f"[bold red]{day}[/] {fault}", highlight=False)
            _err.print(
                f"{_days(len(failed))} to go, all others have the new key. Once mended: "
                "`snu-analytics key rotate` goes on, and the old key is destroyed at the end.",
                highlight=False,
                soft_wrap=True,
            )
            sys.exit(SOME_FAILED)
        with connect(warehouse_url) as connection:
            finish_rotation(connection, fingerprint)
    _tell(f"All rows are of the key {fingerprint}.")
    for sentence in settle(settings, warehouse_url, new):
        _tell(sentence)


@key.command()
@click.argument("fingerprint")
@exit_on_error
def destroy(fingerprint: str) -> None:
    """Destroy the key in force, named by its FINGERPRINT: nobody can undo the pseudonyms then."""
    from snu_analytics.privacy import destroy as destroy_key

    settings, warehouse_url = with_warehouse()
    for sentence in destroy_key(settings, warehouse_url, fingerprint):
        _tell(sentence)


def _carry_over(settings: Settings) -> "CarryOver":
    """Keep erased subjects out of the days to be rebuilt, or say that this cannot be done."""
    from snu_analytics.catalogue import load_catalogue
    from snu_analytics.privacy import carry_over
    from snu_analytics.source import open_source
    from snu_analytics.warehouse import erased_with_other_keys

    def carried(
        connection: "psycopg.Connection", old: "Pseudonymiser | None", new: "Pseudonymiser"
    ) -> None:
        erased = erased_with_other_keys(connection, new.fingerprint)
        if old and erased:
            days = DayRange(settings.start_date, paris_today() - timedelta(days=1))
            source = open_source(settings.source_url, settings.home)
            try:
                carry_over(load_catalogue(), source, days, old, new, connection)
            finally:
                source.close()
        elif erased:
            _err.print(
                f"[yellow]Subjects erased under a key that is gone ({erased}) cannot be told among "
                "those of the new one: when the rotation is over run `snu-analytics erase`, and "
                "repeat the erasures that persons asked for.[/]",
                highlight=False,
                soft_wrap=True,
            )

    return carried


def _rebuild_all(settings: Settings, warehouse_url: str, fingerprint: str) -> dict[date, str]:
    """Rebuild until nothing of another key remains; the days that failed, with their faults."""
    from snu_analytics.catalogue import load_catalogue
    from snu_analytics.cli.context import load_definitions
    from snu_analytics.orchestration.rotation import rebuild, remaining

    failed: dict[date, str] = {}
    warnings: list[CheckWarning] = []
    # More than once where a process with the old key loaded a day in the meantime.
    while not failed and (work := remaining(warehouse_url, fingerprint, load_catalogue())):
        for stretch in work:
            partitions(settings, stretch.days.first, stretch.days.last)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TextColumn("days"), TimeElapsedColumn(), console=_out) as progress:
            task = progress.add_task("rebuilding", total=sum(len(s.days) for s in work))
            for done in rebuild(work, load_definitions):
                failed |= done.failed
                warnings += done.warnings
                progress.advance(task, len(done.days))
    tell_warnings(warnings)
    return failed


def _refusal(required) -> str | None:
    try:
        required()
    except SnuError as fault:
        return str(fault)
    return None


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"


def _tell(sentence: str) -> None:
    _out.print(sentence, highlight=False, soft_wrap=True, markup=False)
