"""A year of messy history, from an empty database to an erasure: `make rehearsal`.

Invents 14 months of all six entities with odd values of every sort, runs the commands that an
operator runs (doctor, migrate, backfill, nights, audit, erasure, closing), holds every table
against the truth, and looks for the unlisted texts in all that was written. Written to
`rehearsal.md`; ends with status 1 where anything differs.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from benchmarks.__main__ import environment
from benchmarks.privacy import written_texts
from snu_analytics.catalogue import Entity, load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.events import Pseudonymiser
from snu_analytics.settings import decode_key, default_file, read_key
from snu_analytics_tests.fixtures.postgres import stop_embedded
from snu_analytics_tests.fixtures.truth import (
    PARIS,
    event_rows,
    expected_events,
    inferred_creations,
    inferred_subjects,
)

DAYS = DayRange(date(2023, 5, 1), date(2024, 6, 30))
_NIGHTS = 3
_ERASED = 5
_LEAST_SECRET = 6  # a shorter text is a part of ordinary words

_CATALOGUE = load_catalogue()
_JSON = ("state_before", "state_after")


class TruthFolder:
    """The truth of a simulated history, as `simulate` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def frame(self, name: str) -> pl.DataFrame:
        """One table of it."""
        return pl.read_parquet(self._folder / f"{name}.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=400)
    parser.add_argument("--messy", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work; kept when given")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="snu-rehearsal-"))
    folder.mkdir(parents=True, exist_ok=True)
    home, dump, output = folder / "home", folder / "dump", folder / "output.log"
    env = environment(home, dump) | {"SNU_START_DATE": str(DAYS.first)}
    url = embedded_server(home)
    commands = _Commands(env, output)
    commands.run(
        *("simulate", "--out", str(dump), "--youngs", str(options.youngs)),
        *("--from", str(DAYS.first), "--to", str(DAYS.last)),
        *("--seed", str(options.seed), "--messy", str(options.messy)),
    )
    truth = TruthFolder(dump / "truth")
    nights = list(DAYS)[-_NIGHTS:]
    commands.run("migrate")
    commands.run("doctor")
    commands.run("backfill", str(DAYS.first), str(nights[0] - timedelta(days=1)))
    for night in nights:
        commands.run("materialize", str(night))
    commands.run("audit", f"{DAYS.last:%Y-%m}")
    commands.run("publish", str(DAYS.last.replace(day=1)), str(DAYS.last))
    pseudonyms = Pseudonymiser(decode_key(read_key(default_file(home)), "key"))
    differences = _differences(url, truth, pseudonyms, erased=frozenset())
    secrets = _secrets(truth)
    hits = _secrets_written(url, home, output, secrets)

    erased = truth.frame("young_events")["ref"].unique().sort().head(_ERASED).to_list()
    requests = folder / "erase.txt"
    requests.write_text("".join(f"{ref}\n" for ref in erased))
    commands.run("erase", "--ref-file", str(requests), "--entity", "young")
    gone = frozenset(pseudonyms.series("young", pl.Series(erased)))
    differences += [f"after the erasure: {d}" for d in _differences(url, truth, pseudonyms, gone)]
    stop_embedded(home)
    lines = [
        "# Results of `make rehearsal`",
        "",
        f"{options.youngs} young people from {DAYS.first} to {DAYS.last}, {options.messy:.0%} of "
        f"documents with each sort of odd value, seed {options.seed}.",
        "",
        "| command | exit status | seconds |",
        "|---|---:|---:|",
        *(f"| {name} | {status} | {seconds:.0f} |" for name, status, seconds in commands.done),
        "",
        f"Tables that differ from the truth: {len(differences)}.",
        *(f"- {difference}" for difference in differences),
        "",
        f"Unlisted or personal texts looked for: {len(secrets):,}; found in tables, staging, "
        f"Dagster's storage, logs and output: {len(hits)}.",
        *(f"- {hit}" for hit in hits),
    ]
    Path(__file__).with_name("rehearsal.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    if options.folder is None:
        shutil.rmtree(folder)
    sys.exit(bool(differences or hits or any(status for _, status, _ in commands.done)))


class _Commands:
    """Runs commands of the product; `done` holds how each one ended and how long it took."""

    def __init__(self, env: dict[str, str], output: Path) -> None:
        self._env = env
        self._output = output
        self.done: list[tuple[str, int, float]] = []

    def run(self, *arguments: str) -> None:
        print("$ snu-analytics", *arguments, flush=True)
        began = time.monotonic()
        with self._output.open("a") as file:
            ended = subprocess.run(
                [sys.executable, "-m", "snu_analytics", *arguments],
                env=self._env,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=False,
            )
        self.done.append((arguments[0], ended.returncode, time.monotonic() - began))


def _differences(
    url: str, truth: TruthFolder, pseudonyms: Pseudonymiser, erased: frozenset[str]
) -> list[str]:
    """A sentence per table that is not what the truth makes of it."""
    return [
        sentence
        for entity in _CATALOGUE.entities.values()
        for sentence in (
            *_event_differences(url, entity, truth, pseudonyms, erased),
            *_figure_differences(url, entity),
        )
    ] + _other_differences(url, truth, pseudonyms, erased)


def _event_differences(
    url: str, entity: Entity, truth: TruthFolder, pseudonyms: Pseudonymiser, erased: frozenset[str]
) -> Iterator[str]:
    owner = "subject_id" if entity.name == "young" else "young_id" if entity.join else None
    names = ("change_id", "subject_id", "event_name", "field", "from_value", "to_value", "quality")
    texts = ", ".join(f"{n}::text" for n in (*names, *_JSON))
    rows = _rows(url, f"SELECT {texts}, event_order FROM analytics.{entity.table}")
    columns = [*names, *_JSON, "event_order"]
    events = pl.DataFrame(rows, columns, orient="row", infer_schema_length=None)
    expected = expected_events(truth, entity, pseudonyms)
    inferred = inferred_creations(truth, entity, pseudonyms)
    if owner:
        left = _subjects_left(truth, entity, pseudonyms, erased)
        inferred = [subject for subject in inferred if subject in left]
        changes = _changes_of(truth, entity, pseudonyms, left)
        expected = [row for row in expected if row[0] in changes]
    extra = Counter(event_rows(events, expected))
    extra.subtract(expected)
    wrong = sum(abs(count) for count in extra.values())
    if wrong:
        yield f"analytics.{entity.table}: {wrong} of {len(expected)} rows are extra or missing"
    first, last = DAYS.first, DAYS.last
    dated = truth.frame(f"{entity.name}_events").filter(pl.col("patch_id").is_null())
    days = dated["date"].dt.convert_time_zone(PARIS.key).dt.date()
    within = {
        subject
        for subject, day in zip(pseudonyms.series(entity.name, dated["ref"]), days, strict=True)
        if first <= day <= last
    }
    if inferred_subjects(events) != [subject for subject in inferred if subject in within]:
        yield f"analytics.{entity.table}: the inferred creations are not those of the truth"


def _subjects_left(
    truth: TruthFolder, entity: Entity, pseudonyms: Pseudonymiser, erased: frozenset[str]
) -> set[str]:
    """The pseudonyms of an entity's documents, but for those erased or of somebody erased."""
    states = truth.frame(f"{entity.name}_states")
    refs = pl.concat([truth.frame(f"{entity.name}_events")["ref"], states["ref"]]).unique()
    subjects = set(pseudonyms.series(entity.name, refs))
    if not entity.join:
        return subjects - erased
    field = entity.join.field
    owners = pl.Series([json.loads(state).get(field) for state in states["state"]], dtype=pl.String)
    owned = pseudonyms.series(entity.join.entity, owners).is_in(list(erased))
    return subjects - set(pseudonyms.series(entity.name, states["ref"]).filter(owned))


def _changes_of(
    truth: TruthFolder, entity: Entity, pseudonyms: Pseudonymiser, subjects: set[str]
) -> set[str]:
    states = truth.frame(f"{entity.name}_states").drop_nulls("patch_id")
    own = pseudonyms.series(entity.name, states["ref"])
    return set(pseudonyms.series("change", states["patch_id"]).filter(own.is_in(list(subjects))))


def _figure_differences(url: str, entity: Entity) -> Iterator[str]:
    """The figures counted again in Python from the event rows, which are the truth's."""
    groups = entity.groups
    for figure in entity.figures:
        columns = ", ".join(groups.values())
        events = _rows(
            url,
            f"SELECT event_name, field, from_value, to_value, event_date, {columns} "
            f"FROM analytics.{entity.table}",
        )
        counted = Counter(
            (row[4], *row[5:])
            for row in events
            if any(_meets(row, clause) for clause in figure.counts)
        )
        stored = {
            tuple(row[:-1]): row[-1]
            for row in _rows(
                url,
                f"SELECT day, {', '.join(groups)}, value FROM analytics.daily_figure "
                "WHERE phase = %s AND figure = %s",
                [figure.phase, figure.figure],
            )
        }
        if stored != dict(counted):
            yield f"analytics.daily_figure: {figure.phase} {figure.figure} is not its events"


def _meets(row: Sequence[Any], clause: Any) -> bool:
    conditions = (clause.event, (clause.field,) if clause.field else (), clause.origins, clause.to)
    return all(not allowed or row[at] in allowed for at, allowed in enumerate(conditions))


def _other_differences(
    url: str, truth: TruthFolder, pseudonyms: Pseudonymiser, erased: frozenset[str]
) -> list[str]:
    loaded = dict(_rows(url, "SELECT relation, count(*) FROM analytics.day_load GROUP BY relation"))
    wrong = [
        f"analytics.day_load: {entity.table} lacks days"
        for entity in _CATALOGUE.entities.values()
        if loaded.get(entity.table) != len(DAYS)
    ]
    unbalanced = _rows(
        url,
        "SELECT count(*) FROM (SELECT day, phase, figure, sum(value) AS v FROM "
        "analytics.daily_figure GROUP BY 1, 2, 3) d JOIN (SELECT day, phase, figure, "
        "sum(value) AS v FROM analytics.flow WHERE breakdown = 'total' GROUP BY 1, 2, 3) f "
        "USING (day, phase, figure) WHERE d.v <> f.v",
    )[0][0]
    if unbalanced:
        wrong.append(f"analytics.flow: {unbalanced} totals are not those of daily_figure")
    stock = dict(
        _rows(
            url,
            "SELECT status, sum(entries - exits)::int FROM analytics.pool_movement "
            "WHERE entity = 'young' GROUP BY status HAVING sum(entries - exits) <> 0",
        )
    )
    expected = _stock(truth, pseudonyms, erased)
    if stock != expected:
        wrong.append(f"analytics.pool_movement: {stock} young people stand where {expected} do")
    withheld = {tuple(row) for row in _rows(url, "SELECT entity, field FROM analytics.withheld")}
    odd = truth.frame("oddities").filter(pl.col("becomes").str.contains('"OTHER"'))
    if strangers := withheld - set(odd.select("model", "field").iter_rows()):
        wrong.append(f"analytics.withheld: {sorted(strangers)} hold nothing odd")
    if not withheld:
        wrong.append("analytics.withheld: empty, where persons' values stand in the source")
    quarantined = _rows(url, "SELECT count(*) FROM analytics.quarantine")[0][0]
    if quarantined:
        wrong.append(f"analytics.quarantine: {quarantined} patches, where none is damaged")
    return wrong


def _stock(
    truth: TruthFolder, pseudonyms: Pseudonymiser, erased: frozenset[str]
) -> dict[str | None, int]:
    """How many young people stand in each status at the end: what entered less what left it.

    Patches of a document that never was move it out of a status that it never entered.
    """
    events = truth.frame("young_events")
    left = ~pseudonyms.series("young", events["ref"]).is_in(list(erased))
    moves = events.filter(left).select("field", "from_value", "to_value")
    stock: Counter[str | None] = Counter()
    for field, origin, target in moves.iter_rows():
        if field in (None, "status"):
            stock[target] += 1
        if field == "status":
            stock[origin] -= 1
    return {status: count for status, count in stock.items() if count}


def _secrets(truth: TruthFolder) -> set[str]:
    """The unlisted texts, which must not stand anywhere, in lower case."""
    odd = truth.frame("oddities").filter(pl.col("becomes").str.contains('"OTHER"'))
    texts = {t for written in odd["written"] for t in _texts(json.loads(written))}
    return {t.lower() for t in texts if len(t) >= _LEAST_SECRET and not _CATALOGUE.lists(t)}


def _texts(value: Any) -> Iterable[str]:
    match value:
        case str():
            yield value
        case list():
            for element in value:
                yield from _texts(element)
        case dict():
            for element in value.values():
                yield from _texts(element)


def _secrets_written(url: str, home: Path, output: Path, secrets: set[str]) -> list[str]:
    """Where such texts stand nevertheless: the place and how many, never the text."""
    hits = []
    for place, texts in written_texts(url, home, output):
        whole = "\n".join(texts).lower()
        if count := sum(secret in whole for secret in secrets):
            hits.append(f"{place}: {count} texts")
    return hits


def _rows(url: str, query: str, values: Sequence[Any] = ()) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, values or None).fetchall()


if __name__ == "__main__":
    main()
