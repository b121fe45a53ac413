"""The seconds that named questions and the figures of one day take among ten million events.

A simulated history of two campaigns is loaded once; each of its rows is then copied many times,
under other pseudonyms, two years earlier, in place and two years later, in the order of the days.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.__main__ import HISTORY, environment, simulated
from benchmarks.figures import count_all, one_day
from benchmarks.measure import run
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.pipeline import pipeline_context
from snu_analytics.questions import ask, load_questions
from snu_analytics.settings import read_settings
from snu_analytics.source import open_source
from snu_analytics_tests.fixtures.postgres import stop_embedded

CAMPAIGN = DayRange(date(2023, 9, 1), date(2024, 8, 31))
# The busiest time of it, all of the events before it.
_DAY = date(2024, 3, 20)
_YEARS_APART = (-2, 0, 2)
_TIMES = 3
_TABLES = ("young_event", "application_event")
# Of the last day that was loaded, whenever that is.
_OF_THE_LAST_DAY = (
    *("applications_waiting", "inscriptions_waiting"),
    *("objectives", "departments_reached"),
)
# Two statuses, as the question is asked; by itself the question answers for all pairs of them.
_ONE_OF = [
    ("status_taken_after", {"taken": "VALIDATED", "ever": "WAITING_LIST"}),
    ("status_taken_after", {"taken": "VALIDATED", "ever": "WAITING_VALIDATION"}),
    ("status_taken_after", {"taken": "WITHDRAWN", "ever": "VALIDATED"}),
]

# Simulated structures and missions have no patches, so no events: each structure is given one.
_STRUCTURES = """
    INSERT INTO analytics.structure_event
    (event_id, change_id, subject_id, event_date, event_order, phase, event_name, to_value,
     state_before, state_after, legal_status, quality)
    SELECT gen_random_uuid(), gen_random_uuid(), structure_id, '2020-09-01', 1,
        'mission', 'structure_created', 'VALIDATED', '{}', '{"types": ["Association", "Autre"]}',
        'ASSOCIATION', 'recorded'
    FROM (SELECT DISTINCT structure_id FROM analytics.application_event) s
    WHERE structure_id IS NOT NULL
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=3_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where to work; kept when given")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="snu-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / "home"
    grown = home.exists()
    env = environment(home, simulated(folder / "dump", options.youngs, HISTORY, 1))
    url = embedded_server(home)
    run([sys.executable, "-m", "snu_analytics", "migrate"], env)
    if not grown:
        span = [str(HISTORY.first), str(HISTORY.last)]
        run([sys.executable, "-m", "benchmarks.without_dagster", *span], env)
    with psycopg.connect(url, autocommit=True) as connection:
        if not grown:
            _grow(connection, options.rows)
            _count_figures(connection, env)
        held = sum(_count(connection, table) for table in _TABLES)
        lines = [
            f"{held:,} events, the campaign {CAMPAIGN.first} to {CAMPAIGN.last}, "
            f"{os.cpu_count()} cores, the best of {_TIMES}.",
            "",
            "| question | seconds | by region | rows |",
            "|---|---:|---:|---:|",
            *(_asked(connection, name) for name in load_questions()),
            *(_asked(connection, name, **arguments) for name, arguments in _ONE_OF),
            "",
            *_day(connection, env),
        ]
    stop_embedded(home)
    results = Path(__file__).with_name("questions.md")
    results.write_text("# Results of `make bench-questions`\n\n" + "\n".join(lines) + "\n")
    if options.folder is None:
        shutil.rmtree(folder)


def _grow(connection: psycopg.Connection, rows: int) -> None:
    held = sum(_count(connection, table) for table in _TABLES)
    copies = max(1, rows // held // len(_YEARS_APART))
    for table in _TABLES:
        _multiply(connection, table, copies)
    connection.execute(_STRUCTURES)
    connection.execute("VACUUM ANALYZE")


def _bench(env: dict[str, str]):
    os.environ.update(env)
    settings = read_settings()
    return pipeline_context(settings), open_source(settings.source_url, settings.home)


def _count_figures(connection: psycopg.Connection, env: dict[str, str]) -> None:
    first, last = connection.execute(
        "SELECT min(event_date), max(event_date) FROM analytics.young_event"
    ).fetchone() or (None, None)
    context, source = _bench(env)
    # Projections of a day take longer than all else: of the campaign's last month alone.
    projected = DayRange(date(2024, 8, 1), CAMPAIGN.last)
    count_all(connection, DayRange(first, max(last, CAMPAIGN.last)), projected, context, source)
    source.close()
    # What nights and backfills leave to the server's own vacuum.
    connection.execute("VACUUM ANALYZE")


def _day(connection: psycopg.Connection, env: dict[str, str]) -> list[str]:
    context, source = _bench(env)
    times = one_day(connection, _DAY, context, source)
    source.close()
    together = sum(seconds for _, seconds in times)
    rows = [f"| {name} | {seconds:.2f} |" for name, seconds in [*times, ("together", together)]]
    print(*rows, sep="\n", flush=True)
    return [f"All figures of one day, {_DAY}:", "", "| figures | seconds |", "|---|---:|", *rows]


def _count(connection: psycopg.Connection, table: str) -> int:
    (held,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("analytics", table))
    ).fetchone() or (0,)
    return held


def _multiply(connection: psycopg.Connection, table: str, copies: int) -> None:
    columns = connection.execute(
        "SELECT attname, atttypid::regtype::text FROM pg_attribute WHERE attnum > 0 "
        "AND NOT attisdropped AND attrelid = %s::regclass ORDER BY attnum",
        [f"analytics.{table}"],
    ).fetchall()
    whole, saved = sql.Identifier("analytics", table), sql.Identifier("pg_temp", table)
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} AS TABLE {}").format(saved, whole))
    connection.execute(sql.SQL("CREATE INDEX ON {} (event_date)").format(saved))
    connection.execute(sql.SQL("TRUNCATE {}").format(whole))
    days = connection.execute(
        sql.SQL("SELECT DISTINCT event_date FROM {} ORDER BY 1").format(saved)
    ).fetchall()
    copy = sql.SQL(
        "INSERT INTO {} SELECT {} FROM {}, generate_series(1, %(copies)s) AS n "
        "WHERE event_date = %(day)s"
    ).format(whole, sql.SQL(", ").join(_copied(*column) for column in columns), saved)
    for years in _YEARS_APART:
        for (day,) in days:
            connection.execute(copy, {"copies": copies, "day": day, "years": years})


def _copied(column: str, kind: str) -> sql.Composed:
    name = sql.Identifier(column)
    if column == "event_date":
        return sql.SQL("{} + make_interval(years => %(years)s)").format(name)
    if kind == "uuid":
        return sql.SQL("md5({}::text || %(years)s::text || n)::uuid").format(name)
    return sql.SQL("{}").format(name)


def _asked(connection: psycopg.Connection, name: str, **where: str) -> str:
    question = load_questions()[name]
    asked = {dimension: [value] for dimension, value in where.items()}
    campaign = None if name in _OF_THE_LAST_DAY else CAMPAIGN
    first, last = (campaign.first, campaign.last) if campaign else (None, None)
    seconds, rows = [], 0
    for by in ([], ["region"]):
        if set(by) <= set(question.dimensions):
            times = []
            for _ in range(_TIMES):
                began = time.monotonic()
                rows = len(ask(connection, name, first, last, by, asked))
                times.append(time.monotonic() - began)
            seconds.append(f"{min(times):.2f}")
    which = " ".join([name, *where.values()])
    line = f"| {which} | {' | '.join(seconds)} | {rows} |"
    print(line, flush=True)
    return line


if __name__ == "__main__":
    main()
