"""Random SIGKILLs into every command, and what the next command makes of them.

A loaded and closed history is copied for each trial. A command is killed somewhere in its course:
itself, one of its processes, the backend of PostgreSQL that works for it, or the whole server. No
day may be mixed or doubled right after, the next command must end with 0, and every table must
then be that of a course without a kill. The table of results stands in `faults.md`.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from benchmarks.fingerprints import fingerprints
from snu_analytics.embedded_postgres.cluster import Cluster
from snu_analytics.settings import ensure_key
from snu_analytics_tests.fixtures.postgres import DATABASE_RIGHTS

FIRST, LAST, DAY = "2024-02-01", "2024-03-12", "2024-03-05"
_START = "2022-09-01"
_SERVER = {"fsync": "off", "shared_buffers": "64MB", "jit": "off", "max_connections": "60"}

WELL = "as without a kill"

# What is killed: the command, a process that it started, its backend, the server.
VICTIMS = ("command", "worker", "backend", "server")
COMMANDS = {
    "materialize": ["materialize", DAY],
    "backfill": ["backfill", "2024-02-20", LAST],
    "publish": ["publish", FIRST, "2024-02-29"],
    "erase": ["erase", "--many"],
    "key rotate": ["key", "rotate"],
    "migrate": ["migrate"],
}
# Tables that tell of the course itself: when, how often, with which key, what was locked.
_OF_THE_COURSE = {"erasure_log", "pseudonym_key", "risk_report", "frozen_month", "named_lock"}


@dataclass
class Trial:
    """A world of its own: a copy of the loaded database and of its home."""

    server: Cluster
    folder: Path
    name: str

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    @property
    def home(self) -> Path:
        return self.folder / self.name

    def environment(self, reduced: bool) -> dict[str, str]:
        source = "reduced" if reduced else "dump"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SNU_", "DAGSTER_"))}
        return inherited | {
            "SNU_HOME": str(self.home),
            "SNU_WAREHOUSE_URL": self.url,
            "SNU_SOURCE_URL": f"bson://{self.folder / source}",
            "SNU_START_DATE": FIRST,
        }

    def start(self, command: str) -> subprocess.Popen:
        arguments = [sys.executable, "-m", "snu_analytics", *COMMANDS[command]]
        log = (self.folder / "output.log").open("ab")
        env = self.environment(reduced=command == "erase")
        return subprocess.Popen(arguments, env=env, stdout=log, stderr=log, start_new_session=True)

    def tables(self) -> dict[str, list[object]]:
        with psycopg.connect(self.url) as connection:
            tables = fingerprints(connection)
        return {k: v for k, v in tables.items() if k.split(".")[1] not in _OF_THE_COURSE}

    def doubled(self) -> int:
        """Days of which the loaded rows are not as many as `day_load` says."""
        with psycopg.connect(self.url) as connection:
            return sum(
                connection.execute(
                    f"SELECT count(*) FROM analytics.day_load l WHERE relation = '{table}' AND "
                    f"row_count <> (SELECT count(*) FROM analytics.{table} WHERE event_date = day)"
                ).fetchone()[0]  # type: ignore[index]
                for table in ("young_event", "application_event")
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--youngs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", choices=COMMANDS, help="kill this one alone")
    parser.add_argument("--victim", choices=VICTIMS, help="kill nothing else")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    results: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="snu-faults-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _server(folder) as server:
            _load(Trial(server, folder, "loaded"), options.youngs)
            expected: dict[str, dict[str, list[object]]] = {}
            seconds: dict[str, float] = {}
            for command in [options.command] if options.command else COMMANDS:
                with _copy(server, folder, f"whole_{len(expected)}") as trial:
                    began = time.monotonic()
                    status = trial.start(command).wait()
                    if status:
                        raise SystemExit((folder / "output.log").read_text()[-3000:])
                    seconds[command], expected[command] = time.monotonic() - began, trial.tables()
            for number in range(options.kills):
                command = options.command or chance.choice([*COMMANDS])
                victim = options.victim or chance.choice(VICTIMS)
                with _copy(server, folder, f"trial_{number}") as trial:
                    wait = chance.uniform(0.2, 1) * seconds[command]
                    verdict = _tried(trial, command, victim, wait, expected[command])
                results[command, victim, verdict] += 1
                print(number + 1, command, victim, f"{wait:.1f} s", verdict, flush=True)
                if verdict != WELL:
                    print((folder / "output.log").read_text()[-2000:], flush=True)
    if not (options.command or options.victim):
        _write(results, options.kills)
    sys.exit(any(verdict != WELL for *_, verdict in results))


def _tried(
    trial: Trial, command: str, victim: str, wait: float, expected: dict[str, list[object]]
) -> str:
    """What became of a command that was killed after some seconds, and of the next one."""
    process = trial.start(command)
    with suppress(subprocess.TimeoutExpired):
        process.wait(wait)
    _kill(trial, process, victim)
    with suppress(subprocess.TimeoutExpired):
        process.wait(60)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        return "the killed command hung"
    if not trial.server.running():
        trial.server.start(_SERVER)
    _answering(trial.url)
    if doubled := trial.doubled():
        return f"{doubled} days mixed"
    again = trial.start(command)
    try:
        status = again.wait(180)
    except subprocess.TimeoutExpired:
        os.killpg(again.pid, signal.SIGKILL)
        return "the next command hung"
    if status:
        return f"the next command ended with {status}"
    tables = trial.tables()
    differing = sorted(k for k in expected.keys() | tables if expected.get(k) != tables.get(k))
    return f"other tables: {', '.join(differing)}" if differing else WELL


def _kill(trial: Trial, process: subprocess.Popen, victim: str) -> None:
    with suppress(psutil.Error, ProcessLookupError, psycopg.Error):
        if victim == "command":
            process.kill()
        elif victim == "worker":
            started = psutil.Process(process.pid).children(recursive=True)
            (random.choice(started) if started else process).kill()
        elif victim == "backend":
            with psycopg.connect(trial.server.url("postgres")) as connection:
                rows = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = %s", [trial.name]
                ).fetchall()
            if rows:
                os.kill(random.choice(rows)[0], signal.SIGKILL)
        elif pid := trial.server.pid():
            postmaster = psutil.Process(pid)
            postmaster.suspend()  # or it begins to recover while its processes are killed
            processes = [*postmaster.children(), postmaster]
            for each in processes:
                each.kill()
            psutil.wait_procs(processes, timeout=30)


def _answering(url: str) -> None:
    """Wait for the server to have recovered from the death of a backend."""
    for _ in range(300):
        with suppress(psycopg.Error):
            psycopg.connect(url, connect_timeout=5).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} does not recover")


@contextmanager
def _server(folder: Path) -> Iterator[Cluster]:
    server = Cluster(folder / "postgres")
    server.start(_SERVER)
    try:
        yield server
    finally:
        server.stop()


def _load(trial: Trial, youngs: int) -> None:
    """Simulate, load and close the history; a reduced source lacks some of its people."""
    with psycopg.connect(trial.server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {trial.name}")
    ensure_key(trial.home)
    env = trial.environment(reduced=False)
    span = ["--youngs", str(youngs), "--from", _START, "--to", LAST]
    for arguments in (
        ["simulate", "--out", str(trial.folder / "dump"), *span, "--seed", "5"],
        ["migrate"],
        ["backfill", FIRST, LAST],
    ):
        subprocess.run([sys.executable, "-m", "snu_analytics", *arguments], env=env, check=True)
    shutil.copytree(trial.folder / "dump", trial.folder / "reduced")
    _without_first_documents(trial.folder / "reduced" / "youngs.bson", youngs // 10)


def _without_first_documents(file: Path, count: int) -> None:
    content, place = file.read_bytes(), 0
    for _ in range(count):
        place += int.from_bytes(content[place : place + 4], "little")
    file.write_bytes(content[place:])


@contextmanager
def _copy(server: Cluster, folder: Path, name: str) -> Iterator[Trial]:
    trial = Trial(server, folder, name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE loaded")
        connection.execute(DATABASE_RIGHTS.format(name))
        # The copy of a sequence has values that its log foresaw; without a checkpoint a crash gives
        # them out a second time.
        connection.execute("CHECKPOINT")
    shutil.copytree(folder / "loaded", trial.home)
    yield trial
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    shutil.rmtree(trial.home)


def _write(results: Counter[tuple[str, str, str]], kills: int) -> None:
    lines = [
        "# Results of `make faults`",
        "",
        f"{kills} SIGKILLs at a random moment; then the same command again.",
        "",
        "| command | killed | trials | as without a kill | else |",
        "|---|---|---:|---:|---|",
    ]
    for command in COMMANDS:
        for victim in VICTIMS:
            of = {v: n for (c, k, v), n in results.items() if (c, k) == (command, victim)}
            well = of.pop(WELL, 0)
            if trials := well + sum(of.values()):
                rest = "; ".join(f"{n} × {v}" for v, n in sorted(of.items()))
                lines.append(f"| {command} | {victim} | {trials} | {well} | {rest} |")
    Path(__file__).with_name("faults.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
