"""What identifies anybody in all that a backfill leaves behind, and what an erasure costs.

Written to `privacy.md`. Every name, address, number, id, token and birth date of the invented
people is looked for, as a whole word, in the tables, the staged files, the logs and Dagster's
storage.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

import bson
import polars as pl
import psycopg

from benchmarks.__main__ import HISTORY, environment, simulated
from benchmarks.measure import run
from benchmarks.rematerialise import grow
from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.events import Pseudonymiser, build
from snu_analytics.pipeline import PipelineContext, Staging, load_events
from snu_analytics.privacy import erase_requested
from snu_analytics.settings import decode_key, default_file, read_key
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.postgres import stop_embedded

_COMMAND = [sys.executable, "-m", "snu_analytics"]
_WORD = re.compile(r"[\w@.+'-]{4,}")
_SCHEMAS = ("analytics", "published", "dagster")
_LEAK_CHECK_ROUNDS = 3
_SHORTEST_NUMBER = 9
_ERASED = 1_000
_ROWS = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="where to work; kept when given")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="snu-privacy-"))
    folder.mkdir(parents=True, exist_ok=True)
    dump = simulated(folder / "dump", options.youngs, HISTORY, 1)
    home = folder / "home"
    env = environment(home, dump)
    url = embedded_server(home)
    output = folder / "output.log"
    if not output.exists():  # a folder that is kept is not filled twice
        run([*_COMMAND, "migrate"], env)
        run([*_COMMAND, "backfill", str(HISTORY.first), str(HISTORY.last)], env, output)
        run([*_COMMAND, "audit"], env, output)
        run([*_COMMAND, "risk"], env, output)
    identities = set(filter(_telling, _identities(dump)))
    lines = [
        f"{options.youngs:,} young people, {HISTORY.first} to {HISTORY.last}: "
        f"{len(identities):,} distinct names, addresses, numbers, ids, tokens and birth dates of "
        "theirs, their parents' and their patches', looked for in all that was written.",
        "",
        "| where | words | of these identifying |",
        "|---|---:|---:|",
        *(_hits(place, texts, identities) for place, texts in written_texts(url, home, output)),
        "",
        *_leak_check(home, dump, url),
        "",
        *_erasure(home, dump, url),
    ]  # fmt: skip
    stop_embedded(home)
    results = Path(__file__).with_name("privacy.md")
    results.write_text("# Results of `make bench-privacy`\n\n" + "\n".join(lines) + "\n")
    print(results.read_text())
    if options.folder is None:
        shutil.rmtree(folder)


def written_texts(url: str, home: Path, output: Path) -> Iterator[tuple[str, Iterator[str]]]:
    """Each place that the program writes to, and the texts that stand there."""
    for schema in _SCHEMAS:
        yield f"PostgreSQL, schema {schema}", _rows(url, schema)
    yield "staged files", _staged(home / "staging")
    yield "output and logs", _logs(home, output)


def _identities(dump: Path) -> Iterator[str]:
    """The words of whatever the catalogues call identifying, the ids, and the birth dates."""
    listed = {word for entity in load_catalogue().entities.values() for word in entity.fields}
    for entity in load_catalogue().entities.values():
        for collection in (entity.collection, entity.patches):
            path = dump / f"{collection}.bson"
            if not path.exists():
                continue
            with path.open("rb") as file:
                for document in bson.decode_file_iter(file):
                    yield str(document["_id"])
                    for name, value in document.items():
                        if entity.identifying_name.match(name) and name not in listed:
                            yield from _words(value)
                    born = document.get("birthdateAt")
                    if isinstance(born, datetime):
                        yield born.date().isoformat()


def _telling(word: str) -> bool:
    """Whether a word can identify somebody: a postcode is any count of five digits by chance.

    The country of most addresses is a row of the projections.
    """
    letters = any(c.isalpha() for c in word)
    return word != "france" and (letters or len(word) >= _SHORTEST_NUMBER)


def _words(value: object) -> Iterator[str]:
    match value:
        case str():
            yield from (w.lower() for w in _WORD.findall(value) if not load_catalogue().lists(w))
        case dict():
            for held in value.values():
                yield from _words(held)
        case list():
            for held in value:
                yield from _words(held)


def _hits(place: str, texts: Iterator[str], identities: set[str]) -> str:
    words: set[str] = set()
    for text in texts:
        words.update(word.lower() for word in _WORD.findall(text))
    leaked = words & identities
    kinds = sorted({_shape(word) for word in leaked})
    line = f"| {place} | {len(words):,} | {len(leaked):,}{f' ({kinds})' if kinds else ''} |"
    print(line, flush=True)
    return line


def _shape(word: str) -> str:
    """How a hit looks, without the text itself."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d]+", "a", word))[:40]


def _rows(url: str, schema: str) -> Iterator[str]:
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]
        ).fetchall()
        for (table,) in tables:
            query = f'COPY (SELECT t::text FROM {schema}."{table}" t) TO STDOUT'
            with connection.cursor().copy(query) as rows:
                yield from (bytes(block).decode() for block in rows)


def _staged(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.parquet"):
        yield pl.read_parquet(path).write_ndjson()


def _logs(home: Path, output: Path) -> Iterator[str]:
    yield output.read_text()
    for path in home.rglob("*"):
        if path.is_file() and path.suffix not in (".parquet", ".bson", ".key"):
            inside = path.relative_to(home).parts[0]
            if inside not in ("postgres", "index", "demo-source") or path.name == "log":
                yield path.read_bytes().decode("utf-8", "replace")


def _bench(home: Path) -> PipelineContext:
    key = decode_key(read_key(default_file(home)), "key")
    staging = Staging(str(home / "staging"))
    return PipelineContext(load_catalogue(), Pseudonymiser(key), staging, home)


def _leak_check(home: Path, dump: Path, url: str) -> Iterator[str]:
    """The same month's events with the check and without it, in turns."""
    context, entity = _bench(home), load_catalogue().entities["young"]
    month = DayRange(date(2023, 3, 1), date(2023, 3, 31))
    with_check, without = [], []
    with connect(url) as connection:
        for _ in range(_LEAK_CHECK_ROUNDS):
            with_check.append(_timed(lambda: load_events(context, entity, month, connection)))
            with patch.object(build, "refuse_raw_values"):
                without.append(_timed(lambda: load_events(context, entity, month, connection)))
    share = min(with_check) / min(without) - 1
    yield (
        f"Leak check: the events of {month.first:%B %Y} take {min(with_check):.2f} s with it and "
        f"{min(without):.2f} s without: {share:.1%} more."
    )


def _erasure(home: Path, dump: Path, url: str) -> Iterator[str]:
    rows = grow(url, _ROWS)
    entity = load_catalogue().entities["young"]
    source = open_source(f"bson://{dump}", home)
    refs = source.present(entity)["ref"].sample(_ERASED, seed=1).to_list()
    source.close()
    with connect(url) as connection:
        began = time.monotonic()
        done = erase_requested(_bench(home), entity, refs, connection)
        seconds = time.monotonic() - began
    events, days = sum(e.events for e in done), len({d for e in done for d in e.days})
    yield (
        f"Erasure: {_ERASED:,} young people with {events:,} events on {days:,} days, out of "
        f"{rows:,} events and {len(list((home / 'staging').rglob('*.parquet'))):,} staged files "
        f"that are left, in {seconds:.0f} s, figures included."
    )


def _timed(work) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    main()
