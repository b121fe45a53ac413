"""How a backfill spreads over Celery workers, and what a killed one costs: for docs/scale.md.

`python -m benchmarks.scale` loads one history by the plain backfill, by one, two and four workers,
and by two of which one is killed in mid-run; holds all tables against those of the plain backfill;
and writes `scale.md` and the plot docs/scale.svg. Broker, daemon and workers are those of
deploy/celery, all on this machine: more workers than cores show what it costs to spread.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import altair as alt
import pandas as pd
import psycopg

from benchmarks.__main__ import environment, simulated
from benchmarks.fingerprints import fingerprints
from benchmarks.measure import Stopwatch
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.warehouse import dagster_url
from snu_analytics_tests.fixtures.celery import celery_workers, why_not
from snu_analytics_tests.fixtures.postgres import stop_embedded

_COMMAND = [sys.executable, "-m", "snu_analytics"]
_KEY = "c2tMUmrbEyyTnZ9mZ6yJ3Eq5pXJ1bVgq1u3Qe0m7y5M="
_PATIENCE = 3_600
_PLOT = Path(__file__).parents[1] / "docs" / "scale.svg"


@dataclass(frozen=True)
class Measured:
    """A backfill: seconds from its command to the last closed month, and the tables' digests.

    `processor` counts the seconds of all processes and PostgreSQL's on any core, the start of
    daemon and workers included. `workers` is 0 for the plain backfill; `repeated` the number of
    runs that the daemon repeated.
    """

    workers: int
    killed: int
    seconds: float
    processor: float
    repeated: int
    tables: dict[str, list[object]]

    @property
    def name(self) -> str:
        if not self.workers:
            return "plain backfill, two processes"
        some = f"{self.workers} Celery {'worker' if self.workers == 1 else 'workers'}"
        return f"{some}, one killed in mid-run" if self.killed else some


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=2_000)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2023, 9, 1))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2024, 6, 30))
    parser.add_argument("--workers", type=int, nargs="*", default=[2, 1, 4])
    options = parser.parse_args()
    if reason := why_not():
        sys.exit(reason)
    days = DayRange(options.first, options.last)
    with tempfile.TemporaryDirectory(prefix="snu-scale-") as name:
        folder = Path(name)
        dump = simulated(folder / "dump", options.youngs, days, 1)
        measured = [_plain(folder / "plain", dump, days)]
        first, *others = options.workers
        for workers, killed in [(first, 0), (2, 1), *((number, 0) for number in others)]:
            measured.append(_queued(folder / f"{workers}-{killed}", dump, days, workers, killed))
            text = _report(measured, days, options.youngs)
            Path(__file__).with_name("scale.md").write_text(text)
            print(text, flush=True)
            _plot(measured)
    sys.exit(any(load.tables != measured[0].tables for load in measured))


def _plain(folder: Path, dump: Path, days: DayRange) -> Measured:
    env = _prepared(folder, dump, days)
    stopwatch = Stopwatch(env["SNU_WAREHOUSE_URL"])
    _run(["backfill", str(days.first), str(days.last)], env)
    return Measured(0, 0, *stopwatch(), 0, _tables(folder, env))


def _queued(folder: Path, dump: Path, days: DayRange, workers: int, killed: int) -> Measured:
    env = _prepared(folder, dump, days)
    stopwatch = Stopwatch(env["SNU_WAREHOUSE_URL"])
    with celery_workers(folder / "workers", env, workers) as cluster:
        cluster.wait_for_workers(_PATIENCE)
        began = time.monotonic()
        cluster.submit(days)
        if killed:
            cluster.kill_worker_of(cluster.wait("chunk", ["STARTED"], _PATIENCE)[0])
        runs = cluster.wait_until_idle("closing", _PATIENCE)
        seconds = time.monotonic() - began
    _, processor = stopwatch()
    repeated = sum("dagster/auto_retry_run_id" in run.tags for run in runs)
    return Measured(workers, killed, seconds, processor, repeated, _tables(folder, env))


def _prepared(folder: Path, dump: Path, days: DayRange) -> dict[str, str]:
    """The environment of a warehouse of its own, its tables made."""
    url = embedded_server(folder)
    env = environment(folder, dump) | {
        "SNU_WAREHOUSE_URL": url,
        "SNU_DAGSTER_URL": dagster_url(url),
        "SNU_START_DATE": str(days.first),
        "SNU_PSEUDONYM_KEY": _KEY,
    }
    _run(["migrate"], env)
    return env


def _tables(folder: Path, env: dict[str, str]) -> dict[str, list[object]]:
    """The digests of the tables, whose server is stopped."""
    with psycopg.connect(env["SNU_WAREHOUSE_URL"]) as connection:
        tables = fingerprints(connection)
    stop_embedded(folder)
    return tables


def _run(arguments: Sequence[str], env: dict[str, str]) -> None:
    subprocess.run([*_COMMAND, *arguments], env=env, check=True, stdout=subprocess.DEVNULL)


def _report(measured: Sequence[Measured], days: DayRange, youngs: int) -> str:
    plain, *_ = measured
    lines = [
        "# Results of `make bench-scale`",
        "",
        f"{youngs:,} young people, {days.first} to {days.last} ({len(days)} days), six entities, "
        f"{os.cpu_count()} cores for all: workers, daemon, PostgreSQL and Redis. From the command "
        "to the last closed month.",
        "",
        "| what loads | seconds | against plain | processor seconds | against plain "
        "| runs repeated | tables that differ |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for load in measured:
        differing = sum(load.tables[name] != plain.tables[name] for name in plain.tables)
        lines.append(
            f"| {load.name} | {load.seconds:.0f} | {load.seconds / plain.seconds:.2f} "
            f"| {load.processor:.0f} | {load.processor / plain.processor:.2f} "
            f"| {load.repeated} | {differing} of {len(plain.tables)} |"
        )
    return "\n".join(lines) + "\n"


def _plot(measured: Sequence[Measured]) -> None:
    plain, *queued = measured
    frame = pd.DataFrame(
        {"workers": [load.workers for load in queued if not load.killed],
         "seconds": [load.seconds for load in queued if not load.killed]}
    )  # fmt: skip
    base = alt.Chart(frame).encode(
        x=alt.X("workers:Q", axis=alt.Axis(tickMinStep=1), title="Celery workers"),
        y=alt.Y("seconds:Q", title="seconds to the last closed month"),
    )
    rule = alt.Chart(pd.DataFrame({"seconds": [plain.seconds], "what": ["plain backfill"]}))
    lines = rule.mark_rule(strokeDash=[4, 4]).encode(y="seconds:Q")
    text = rule.mark_text(align="right", dy=-6, x=380).encode(y="seconds:Q", text="what:N")
    (base.mark_line(point=True) + lines + text).properties(width=400, height=240).save(_PLOT)


if __name__ == "__main__":
    main()
