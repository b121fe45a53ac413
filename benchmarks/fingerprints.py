"""Whether every table still holds the same bytes: for changes that should change no row.

`python -m benchmarks.fingerprints FILE` loads and publishes a simulated messy history of all six
entities. Where FILE is missing, the fingerprint of each table is written to it; where it stands,
the tables are compared with it and the command ends with status 1 if any differs. Times at which
rows were written, and ids of runs, are left out.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import psycopg

from benchmarks.__main__ import environment
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics_tests.fixtures.postgres import stop_embedded

_INVENTED = date(2022, 9, 1)
_FIRST, _LAST = date(2024, 1, 1), date(2024, 4, 30)
_TIMES = {"timestamp with time zone", "timestamp without time zone"}
_RUN_COLUMNS = {"run_id", "job_run"}
_KEY = "c2tMUmrbEyyTnZ9mZ6yJ3Eq5pXJ1bVgq1u3Qe0m7y5M="


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--youngs", type=int, default=250)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snu-fingerprints-") as folder:
        tables = _load(Path(folder), options.youngs)
    if not options.file.exists():
        options.file.write_text(json.dumps(tables, indent=1, sort_keys=True))
        print(f"{len(tables)} tables written to {options.file}")
        return
    before = json.loads(options.file.read_text())
    differing = sorted(
        name for name in before.keys() | tables.keys() if before.get(name) != tables.get(name)
    )
    for name in differing:
        print(f"{name}: {before.get(name)} before, {tables.get(name)} now")
    print(f"{len(tables)} tables, {len(differing)} differ")
    sys.exit(bool(differing))


def _load(folder: Path, youngs: int) -> dict[str, list[object]]:
    home, dump = folder / "home", folder / "dump"
    env = environment(home, dump) | {"SNU_START_DATE": str(_FIRST), "SNU_PSEUDONYM_KEY": _KEY}
    url = embedded_server(home)
    try:
        for arguments in (
            [
                *("simulate", "--out", str(dump), "--youngs", str(youngs)),
                *("--from", str(_INVENTED), "--to", str(_LAST), "--seed", "7", "--messy", "0.05"),
            ],
            ["migrate"],
            ["backfill", str(_FIRST), str(_LAST)],
            ["publish", str(_FIRST), str(_LAST)],
        ):
            subprocess.run([sys.executable, "-m", "snu_analytics", *arguments], env=env, check=True)
        with psycopg.connect(url) as connection:
            return fingerprints(connection)
    finally:
        stop_embedded(home)


def fingerprints(connection: psycopg.Connection) -> dict[str, list[object]]:
    """Of each table of `analytics` and `published` the number of its rows and their digest."""
    columns = connection.execute(
        "select table_schema || '.' || c.table_name, column_name, data_type"
        " from information_schema.columns c join information_schema.tables t"
        " using (table_schema, table_name)"
        " where table_schema in ('analytics', 'published') and table_type = 'BASE TABLE'"
        " order by 1, column_name"
    ).fetchall()
    by_table: dict[str, list[str]] = {}
    for table, column, kind in columns:
        if kind not in _TIMES and column not in _RUN_COLUMNS:
            by_table.setdefault(table, []).append(column)
    result: dict[str, list[object]] = {}
    for table, names in by_table.items():
        row = ", ".join(f'"{name}"::text' for name in names)
        query = (
            f"select count(*), coalesce(md5(string_agg(digest, '' order by digest)), '')"
            f" from (select md5(row({row})::text) as digest from {table}) rows"
        )
        result[table] = list(connection.execute(query).fetchone() or ())
    return result


if __name__ == "__main__":
    main()
