"""Beside what a user would pick instead: dlt, and the row-at-a-time way of the original scripts.

`python -m benchmarks.peers` loads one dump three times into one PostgreSQL, one after the other,
and writes events and patches a second side by side to `peers.md`. dlt loads the raw patches and
nothing more; the scripts' way is cut short after some hundred events, of which each takes five
finds in MongoDB (FerretDB stands in for it where there is none) and one insert.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import bson
import psycopg
from bson import ObjectId
from psycopg.types.json import Jsonb
from pymongo import MongoClient
from pymongo.database import Database

from benchmarks.__main__ import environment, simulated
from benchmarks.measure import Stopwatch, run
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics_tests.fixtures.mongo import running_mongo
from snu_analytics_tests.fixtures.postgres import stop_embedded

_ROOT = Path(__file__).parents[1]
_DLT = _ROOT / ".tools" / "peers" / "bin" / "python"

HISTORY = DayRange(date(2023, 9, 1), date(2024, 6, 30))

_AT_LEAST = {"dlt, its own way": 5, "row at a time": 150}


@dataclass(frozen=True)
class Load:
    """What was loaded, in how many seconds; `events` 0 where none are made.

    `processor` counts the seconds of all its processes and of PostgreSQL's, on any core: where
    others use the machine meanwhile it tells more than the seconds on the wall.
    """

    name: str
    patches: int
    events: int
    seconds: float
    processor: float

    @property
    def patches_a_second(self) -> float:
        return self.patches / self.seconds

    @property
    def events_a_second(self) -> float:
        return self.events / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=300, help="events, row at a time")
    options = parser.parse_args()
    if not _DLT.exists():
        sys.exit("dlt is not installed: make bench-peers")
    with tempfile.TemporaryDirectory(prefix="snu-peers-") as name:
        folder = Path(name)
        dump = simulated(folder / "dump", options.youngs, HISTORY, 1)
        url = embedded_server(folder / "home")
        try:
            loads = [
                _own(folder, dump, url),
                _dlt(folder, dump, url, "dlt, its own way", nesting=1_000),
                _dlt(folder, dump, url, "dlt, operations as one JSON column", nesting=0),
                _row_at_a_time(folder, dump, url, options.rows),
            ]
        finally:
            stop_embedded(folder / "home")
    text = _report(loads, options.youngs)
    Path(__file__).with_name("peers.md").write_text(text)
    print(text)


def _own(folder: Path, dump: Path, url: str) -> Load:
    """A full backfill of the young people, Dagster and the index of the dump included."""
    env = environment(folder / "home", dump)
    command = [sys.executable, "-m", "snu_analytics"]
    run([*command, "migrate"], env)
    span = [str(HISTORY.first), str(HISTORY.last)]
    stopwatch = Stopwatch(url)
    run([*command, "backfill", *span, "--entity", "young"], env)
    cost = stopwatch()
    with psycopg.connect(url) as connection:
        counted = connection.execute("SELECT count(*) FROM analytics.young_event").fetchone()
    patches = sum(1 for _ in _decoded(dump, "young_patches"))
    return Load("snu_analytics", patches, counted[0] if counted else 0, *cost)


def _dlt(folder: Path, dump: Path, url: str, name: str, nesting: int) -> Load:
    env = {**os.environ, "DLT_DATA_DIR": str(folder / "dlt"), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    # dlt wants a host and a password, libpq takes the socket that comes after them.
    address = url.replace("postgres@/", "postgres:unused@localhost:5432/").replace("&port=5432", "")
    script = [str(_DLT), str(_ROOT / "benchmarks" / "peers_dlt.py")]
    stopwatch = Stopwatch(url)
    done = subprocess.run(
        [*script, str(dump), address, str(folder / f"dlt-{nesting}"), str(nesting)],
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    printed = json.loads(done.stdout.splitlines()[-1])
    _, processor = stopwatch()
    return Load(name, printed["patches"], 0, printed["seconds"], processor)


def _row_at_a_time(folder: Path, dump: Path, url: str, rows: int) -> Load:
    """Events of the first young people, their documents and patches alone in MongoDB.

    A collection of so few is quicker to search than the whole: the peer is not wronged.
    """
    patches = list(islice(_decoded(dump, "young_patches"), rows))
    refs = {patch["ref"] for patch in patches}
    (folder / "mongo").mkdir()
    with running_mongo(folder / "mongo") as server:
        if server is None:
            sys.exit("no MongoDB: set SNU_TEST_MONGO_URI, or put mongod or ferretdb on the PATH")
        client: MongoClient[dict[str, Any]]
        with MongoClient(server) as client, psycopg.connect(url, autocommit=True) as warehouse:
            database: Database[dict[str, Any]] = client["peers"]
            database["young_patches"].insert_many(patches)
            youngs = [d for d in _decoded(dump, "youngs") if d["_id"] in refs]
            database["youngs"].insert_many(youngs)
            database["applications"].insert_many(_applications(dump, refs))
            database["cohorts"].insert_many(_decoded(dump, "cohorts"))
            for name, key in (("young_patches", "ref"), ("applications", "youngId")):
                database[name].create_index(key)
            warehouse.execute(
                "CREATE TABLE peer_event (id bigserial PRIMARY KEY, subject text, day timestamptz, "
                "event text, before jsonb, after jsonb)"
            )
            stopwatch = Stopwatch(url)
            for patch in patches:
                _one_event(database, warehouse, patch["_id"], patch["ref"])
            cost = stopwatch()
    return Load("row at a time", len(patches), len(patches), *cost)


def _one_event(
    database: Database, warehouse: psycopg.Connection, patch_id: ObjectId, ref: ObjectId
) -> None:
    """Five finds and an insert that is committed by itself."""
    patch = database["young_patches"].find_one({"_id": patch_id}) or {}
    young = database["youngs"].find_one({"_id": ref}) or {}
    history = list(database["young_patches"].find({"ref": ref}))
    list(database["applications"].find({"youngId": str(ref)}))
    database["cohorts"].find_one({"name": young.get("cohort")})
    after = {key: str(value) for key, value in young.items()}
    before = {**after, "patches": len(history)}
    warehouse.execute(
        "INSERT INTO peer_event (subject, day, event, before, after) VALUES (%s, %s, %s, %s, %s)",
        [str(ref), patch.get("date"), "status_changed", Jsonb(before), Jsonb(after)],
    )


def _applications(dump: Path, refs: set[ObjectId]) -> list[dict[str, Any]]:
    youngs = set(map(str, refs))
    return [d for d in _decoded(dump, "applications") if d.get("youngId") in youngs] or [{}]


def _decoded(dump: Path, collection: str) -> Iterator[dict[str, Any]]:
    with (dump / f"{collection}.bson").open("rb") as file:
        yield from bson.decode_file_iter(file)


def _report(loads: list[Load], youngs: int) -> str:
    own, *peers = loads
    lines = [
        "# Results of `make bench-peers`",
        "",
        f"{youngs:,} young people, {own.patches:,} patches, {own.events:,} events, "
        f"{os.cpu_count()} cores, one PostgreSQL, one run.",
        "",
        "| what loads | seconds | processor seconds | patches/s | events/s "
        "| as fast | by processor | to reach |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        _line(own, "", "", ""),
    ]
    for peer in peers:
        share = own.events / peer.events if peer.events else own.patches / peer.patches
        times = f"{share * peer.seconds / own.seconds:.1f} times"
        by_processor = f"{share * peer.processor / own.processor:.1f} times"
        at_least = _AT_LEAST.get(peer.name)
        lines.append(_line(peer, times, by_processor, f"{at_least} times" if at_least else ""))
    return "\n".join(lines) + "\n\n" + _NOTE


_NOTE = (
    "snu_analytics: the backfill of the entity `young`, from the dump to anonymised events with\n"
    "two states each and daily figures, Dagster and the index of the dump included. dlt: raw\n"
    "patches as they are, no event, no state, identities included. Row at a time: some hundred\n"
    "events, of a MongoDB that holds their people alone; its own processor seconds are not\n"
    "counted. PostgreSQL's are, for all.\n"
)


def _line(load: Load, times: str, by_processor: str, at_least: str) -> str:
    events = f"{load.events_a_second:,.0f}" if load.events else ""
    return (
        f"| {load.name} | {load.seconds:.1f} | {load.processor:.1f} "
        f"| {load.patches_a_second:,.0f} | {events} | {times} | {by_processor} | {at_least} |"
    )


if __name__ == "__main__":
    main()
