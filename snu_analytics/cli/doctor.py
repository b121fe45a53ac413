"""`snu-analytics doctor`."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click
from rich.table import Table

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import WRONG_USE
from snu_analytics.errors import SettingsError, SnuError
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import Staging
from snu_analytics.settings import Settings
from snu_analytics.source import Check
from snu_analytics.warehouse import connect, key_matches, server_clock, server_version

# NULLS NOT DISTINCT, which keeps the figures' groups unique, came with PostgreSQL 15.
_OLDEST_POSTGRESQL = 15
# Erased people must be gone from backups too.
_BACKUP_DAYS = 30
_CLOCK_TOLERANCE_SECONDS = 60
_PACKAGES = ("dagster", "dagster-postgres", "polars", "pymongo", "psycopg")


@click.command()
@click.option(
    "--backup",
    type=click.Path(path_type=Path),
    help="Say instead what a backup, written by pg_dump -Fc, would bring back.",
)
@pass_context
def doctor(context: CommandContext, backup: Path | None) -> None:
    """Check source, warehouse, key, indexes, clock and versions; say what to mend."""
    with err.status("looking at source and warehouse"):
        checks = list(_backup(context, backup) if backup else _checks(context))
    table = Table("", "what", "found", box=None)
    for check in checks:
        table.add_row("[green]ok[/]" if check.ok else "[red]mend[/]", check.subject, check.message)
    out.print(table)
    if not all(check.ok for check in checks):
        sys.exit(WRONG_USE)


def _checks(context: CommandContext) -> Iterator[Check]:
    """All checks, each of them made even if others fail."""
    settings = context.settings  # raises: without any, nothing can be checked
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield Check("versions", ok=True, message=versions)
    yield from _attempted("pseudonym key", lambda: _key(settings))
    yield from _attempted("source", lambda: _source(context))
    yield from _attempted("warehouse", lambda: _warehouse(context))
    yield from _attempted("staging", lambda: _staging(settings))


def _attempted(subject: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """The checks that `look` makes, the last of them failed if it raises a SnuError."""
    try:
        yield from look()
    except SnuError as fault:
        yield Check(subject, ok=False, message=str(fault))


def _key(settings: Settings) -> Iterator[Check]:
    fingerprint = Pseudonymiser(settings.key()).fingerprint
    message = f"fingerprint {fingerprint}, from {settings.key_origin}"
    yield Check("pseudonym key", ok=True, message=message)


def _source(context: CommandContext) -> Iterator[Check]:
    for entity in load_catalogue().entities.values():
        yield from context.source.checks(entity)


def _warehouse(context: CommandContext) -> Iterator[Check]:
    with connect(context.warehouse_url) as connection:
        number = server_version(connection)
        behind = (datetime.now(UTC) - server_clock(connection)).total_seconds()
    yield _judged(
        "warehouse",
        number >= _OLDEST_POSTGRESQL,
        f"PostgreSQL {number}",
        "version 15 or later is needed",
    )
    yield _judged(
        "clock",
        abs(behind) < _CLOCK_TOLERANCE_SECONDS,
        f"{behind:+.0f} s against PostgreSQL's",
        "set this machine's clock",
    )
    if changes := context.pending_changes():
        message = f"{len(changes)} changes pending: run `snu-analytics migrate`"
        yield Check("schema", ok=False, message=message)
        return
    yield Check("schema", ok=True, message="up to date")
    yield from _attempted("key of the rows", lambda: _key_of_the_rows(context))


def _backup(context: CommandContext, file: Path) -> Iterator[Check]:
    from snu_analytics.monitoring import read_backup

    backup = read_backup(file)
    age = (datetime.now(UTC) - backup.written).days
    yield _judged(
        "age",
        age <= _BACKUP_DAYS,
        f"written {backup.written:%Y-%m-%d %H:%M} UTC, {age} days ago",
        f"it holds people erased since, destroy what is older than {_BACKUP_DAYS} days",
    )
    tables = ", ".join(f"{count} of {schema}" for schema, count in sorted(backup.tables.items()))
    yield Check("tables", ok=True, message=tables)
    if not backup.loaded:
        yield Check("days", ok=True, message="none is loaded")
        return
    last = min(backup.loaded.values())
    lacking = [
        entity.name
        for entity in load_catalogue().entities.values()
        if backup.loaded.get(entity.table) != max(backup.loaded.values())
    ]
    yield _judged(
        "days",
        not lacking,
        f"{backup.days:,}, the last of every entity {last}",
        f"{', '.join(lacking)} lack later ones: run `snu-analytics backfill` after the restore",
    )
    fingerprint = Pseudonymiser(context.settings.key()).fingerprint
    yield _judged(
        "key of the rows",
        backup.key_ids <= {fingerprint},
        ", ".join(sorted(backup.key_ids)) or "none is named",
        f"the key in force is {fingerprint}: restore the key file too, or rotate afterwards",
    )
    yield Check(
        "erased since",
        ok=True,
        message="come back with a restore: run `snu-analytics erase`, and every `erase --ref-file` "
        "since then again, before anybody reads",
    )


def _judged(subject: str, ok: bool, fact: str, mend: str) -> Check:
    return Check(subject, ok=ok, message=fact if ok else f"{fact}: {mend}")


def _key_of_the_rows(context: CommandContext) -> Iterator[Check]:
    fingerprint = Pseudonymiser(context.settings.key()).fingerprint
    with connect(context.warehouse_url) as connection:
        if not key_matches(connection, fingerprint):
            raise SettingsError("the rows were made with another key: set SNU_PSEUDONYM_KEY to it")
    message = "the rows were made with this key, or there are none"
    yield Check("key of the rows", ok=True, message=message)


def _staging(settings: Settings) -> Iterator[Check]:
    files = Staging(settings.staging_url).count()
    yield Check("staging", ok=True, message=f"{files} files, kept {settings.staging_days} days")
