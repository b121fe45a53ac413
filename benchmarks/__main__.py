"""Every measurement in one go, written to `results.md`: ratios hold, seconds are this machine's."""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

import psycopg

from benchmarks.floor import copy_floor
from benchmarks.measure import Cost, run
from benchmarks.rematerialise import grow, replace_one_day
from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.settings import ensure_key
from snu_analytics_tests.fixtures.postgres import stop_embedded

HISTORY = DayRange(date(2022, 10, 1), date(2024, 6, 30))
EARLIER = DayRange(date(2021, 6, 18), date(2022, 9, 30))
DAY = date(2023, 3, 14)

_COMMAND = [sys.executable, "-m", "snu_analytics"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=50_000)
    parser.add_argument("--rows", type=int, default=10_000_000, help="for the replaced day")
    parser.add_argument("--folder", type=Path, help="where to work; kept when given")
    parser.add_argument("--large", action="store_true", help="500,000 people, and only their load")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="snu-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    youngs = 500_000 if options.large else options.youngs
    lines = [
        f"{youngs:,} young people, {HISTORY.first} to {HISTORY.last}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        "| what | seconds | against | ratio | peak memory |",
        "|---|---:|---|---:|---:|",
    ]
    if options.large:
        lines += _backfills(folder, youngs, "young")
    else:
        lines += _backfills(folder, youngs, "young")
        lines += _backfills(folder, youngs, None)
        lines += _one_day(folder, youngs // 10)
        lines += _replaced_day(folder, options.rows)
    results = Path(__file__).with_name("results-large.md" if options.large else "results.md")
    command = "make bench-large" if options.large else "make bench"
    results.write_text(f"# Results of `{command}`\n\n" + "\n".join(lines) + "\n")
    print(results.read_text())
    if options.folder is None:
        shutil.rmtree(folder)


def _backfills(folder: Path, youngs: int, entity: str | None) -> list[str]:
    """The backfill of an entity, or of all, as the command does it and by the bare steps."""
    dump = simulated(folder / "dump", youngs, HISTORY, 1)
    work = [str(HISTORY.first), str(HISTORY.last)]
    chosen = ["--entity", entity] if entity else []
    whose = f"the {entity} entity" if entity else "all entities"
    home, bare_home = (folder / f"{name}-{entity or 'all'}" for name in ("home", "bare"))
    for place in (home, bare_home):
        embedded_server(place)  # the server's start is no part of what is measured
        run([*_COMMAND, "migrate"], environment(place, dump))
    dagster = run([*_COMMAND, "backfill", *work, *chosen], environment(home, dump))
    entities = [entity] if entity else list(load_catalogue().entities)
    floor, rows = copy_floor(embedded_server(home), folder, entities)
    bare = [sys.executable, "-m", "benchmarks.without_dagster", *work, *chosen[1:]]
    steps = run(bare, environment(bare_home, dump))
    stop_embedded(bare_home)
    if entity:
        stop_embedded(home)
    return [
        _line(f"bare COPY of {rows:,} event rows of {whose}, indexed", floor, "", None),
        _line(f"full backfill of {whose}, indexing the dump included", dagster.seconds, "COPY",
              dagster.seconds / floor, dagster),
        _line("the same without Dagster", steps.seconds, "COPY", steps.seconds / floor, steps),
    ]  # fmt: skip


def _one_day(folder: Path, youngs: int) -> list[str]:
    """A nightly day of a short history, and of one ten times as long that holds the same day."""
    short = simulated(folder / "short", youngs, HISTORY, 1)
    long = simulated(folder / "earlier", 9 * youngs, EARLIER, 2)
    for file in long.glob("*.bson"):
        if not file.stem.startswith(("cohorts", "missions", "structures")):
            with file.open("ab") as into, (short / file.name).open("rb") as more:
                shutil.copyfileobj(more, into)
    costs = []
    for name, dump in (("short", short), ("long", long)):
        env = environment(folder / f"home-{name}", dump)
        embedded_server(folder / f"home-{name}")
        run([*_COMMAND, "migrate"], env)
        run([*_COMMAND, "materialize", str(DAY)], env)
        costs.append(min((run([*_COMMAND, "materialize", str(DAY)], env) for _ in range(3)),
                         key=lambda cost: cost.seconds))  # fmt: skip
        stop_embedded(folder / f"home-{name}")
    once, tenfold = costs
    return [
        _line("one day, Dagster's start included", once.seconds, "", None, once),
        _line("one day of a history ten times as long", tenfold.seconds, "the short one",
              tenfold.seconds / once.seconds, tenfold),
    ]  # fmt: skip


def _replaced_day(folder: Path, rows: int) -> list[str]:
    url = embedded_server(folder / "home-all")
    held = grow(url, rows)
    with psycopg.connect(url) as connection:
        (busiest,) = connection.execute(
            "SELECT event_date FROM analytics.young_event WHERE event_date >= %s "
            "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
            [HISTORY.first],
        ).fetchone() or (DAY,)
    seconds, written = min(replace_one_day(url, busiest) for _ in range(3))
    stop_embedded(folder / "home-all")
    return [_line(f"replacing a day of {written:,} rows among {held:,}", seconds, "", None)]


def simulated(folder: Path, youngs: int, days: DayRange, seed: int) -> Path:
    if not folder.exists():
        span = ["--from", str(days.first), "--to", str(days.last)]
        numbers = ["--youngs", str(youngs), "--seed", str(seed)]
        run([*_COMMAND, "simulate", "--out", str(folder), *span, *numbers], dict(os.environ))
    return folder


def environment(home: Path, dump: Path) -> dict[str, str]:
    ensure_key(home)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SNU_", "DAGSTER_"))}
    return {**inherited, "SNU_HOME": str(home), "SNU_SOURCE_URL": f"bson://{dump}"}


def _line(
    what: str, seconds: float, against: str, ratio: float | None, cost: Cost | None = None
) -> str:
    times = f"{ratio:.2f}" if ratio else ""
    peak = f"{cost.peak / 1e9:.2f} GB" if cost else ""
    line = f"| {what} | {seconds:.1f} | {against} | {times} | {peak} |"
    print(line, flush=True)
    return line


if __name__ == "__main__":
    main()
