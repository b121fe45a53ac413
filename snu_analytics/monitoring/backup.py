"""What a backup of the warehouse would bring back, read from the file without restoring it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from snu_analytics.embedded_postgres import program
from snu_analytics.errors import BackupError

_TABLE_DATA = re.compile(r"TABLE DATA (\w+) (\w+) ")


@dataclass(frozen=True)
class Backup:
    """The content of a `pg_dump -Fc` file.

    `written` is when the file was (UTC), `tables` how many tables have data in it by schema,
    `loaded` the last loaded day by event table, `days` how many were, and `key_ids` the
    fingerprints of the keys that their rows are of.
    """

    written: datetime
    tables: dict[str, int]
    loaded: dict[str, date]
    days: int
    key_ids: frozenset[str]


def read_backup(file: Path) -> Backup:
    """The content of a backup; raises BackupError naming the file and why it cannot be restored."""
    if not file.is_file():
        raise BackupError(f"{file} is no file: name one that `pg_dump -Fc` wrote")
    tables: dict[str, int] = {}
    for schema, _ in _TABLE_DATA.findall(_pg_restore(file, "--list")):
        tables[schema] = tables.get(schema, 0) + 1
    if "analytics" not in tables:
        raise BackupError(f"{file} holds no table of the schema analytics: dump the whole database")
    loads = [row for row in _day_loads(file) if row["relation"].endswith("_event")]
    loaded: dict[str, date] = {}
    for row in loads:
        day = date.fromisoformat(row["day"])
        loaded[row["relation"]] = max(day, loaded.get(row["relation"], day))
    return Backup(
        written=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        tables=tables,
        loaded=loaded,
        days=len({row["day"] for row in loads}),
        key_ids=frozenset(row["key_id"] for row in loads if row["key_id"] != "\\N"),
    )


def _day_loads(file: Path) -> Iterator[dict[str, str]]:
    """The rows of `analytics.day_load` by column, as COPY writes them."""
    text = _pg_restore(
        file, "--data-only", "--schema=analytics", "--table=day_load", "--file=-"
    ).splitlines()
    columns: list[str] = []
    for line in text:
        if line.startswith("COPY analytics.day_load ("):
            columns = line.partition("(")[2].partition(")")[0].split(", ")
        elif line == "\\.":
            return
        elif columns:
            yield dict(zip(columns, line.split("\t"), strict=True))


def _pg_restore(file: Path, *options: str) -> str:
    """What pg_restore prints: that of the machine, else of the wheel; one may be the older."""
    command = shutil.which("pg_restore") or str(program("pg_restore"))
    for tried in dict.fromkeys((command, str(program("pg_restore")))):
        done = subprocess.run([tried, *options, str(file)], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout
    reason = done.stderr.strip().splitlines()
    raise BackupError(f"{file} cannot be restored: {reason[-1] if reason else 'no reason given'}")
