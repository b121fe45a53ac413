"""What attackers recover from all that the program stores: `make attack`.

Invents a history, loads and publishes it with the commands, and lets each attacker loose on the
real database; then on tables in which the defence is missing, where each must succeed. Written to
`attack.md`; ends with status 1 where an attacker recovers anything from what is defended, or
nothing from what is not.
"""

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import bson
import polars as pl
import psutil
import psycopg

from benchmarks.__main__ import environment, simulated
from benchmarks.rehearsal import TruthFolder
from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.events import Pseudonymiser
from snu_analytics.settings import decode_key, default_file, read_key
from snu_analytics_tests.fixtures import attackers, plants
from snu_analytics_tests.fixtures.postgres import stop_embedded
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.fixtures.world import World
from snu_analytics_tests.publication.disclosure.attacker import Attacker
from snu_analytics_tests.publication.disclosure.together import campaign
from snu_analytics_tests.publication.disclosure.world import (
    closing,
    country,
    late,
    masked,
    revised,
    small_movements,
)

_COMMAND = [sys.executable, "-m", "snu_analytics"]
_DAYS = DayRange(date(2023, 10, 1), date(2023, 12, 31))
_LOOK_EVERY_SECONDS = 0.2
_YOUNG_EVENTS = "analytics.young_event"
_CATALOGUE = load_catalogue()


class Result(NamedTuple):
    """What one attacker recovered of so many, and what where the defence is missing."""

    attack: str
    of: str
    recovered: int
    undefended: int


# Invented countries whose published months are attacked: seed and people.
_COUNTRIES = tuple((seed, (300, 600, 1_000, 2_000)[seed % 4]) for seed in range(1, 21))
_CAMPAIGNS = _COUNTRIES[:4]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, help="where to work; kept when given")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="snu-attack-"))
    folder.mkdir(parents=True, exist_ok=True)
    dump, home = simulated(folder / "dump", options.youngs, _DAYS, 1), folder / "home"
    env = environment(home, dump)
    url = embedded_server(home)
    key = read_key(default_file(home)) or ""
    processes = _loaded(env, folder / "output.log", key)
    created = _created(dump)
    pseudonyms = Pseudonymiser(decode_key(key, "key"))
    results = [
        *_rows_attacked(url, created, pseudonyms),
        _hashes(url, dump, created),
        _planted(home, folder),
        _environments(url, key, processes),
        _published("arithmetic finds out masked counts", knows_rules=False),
        _published("arithmetic and all rules find out masked counts", knows_rules=True),
        _revised(),
        _together(),
    ]
    alone = attackers.by_day(url, _YOUNG_EVENTS, dict.fromkeys(created, ""))
    stop_embedded(home)
    lines = [
        "# Results of `make attack`",
        "",
        f"{options.youngs:,} young people, {_DAYS.first} to {_DAYS.last}.",
        "",
        "| attack | of | recovered | without the defence |",
        "|---|---:|---:|---:|",
        *(f"| {r.attack} | {r.of} | {r.recovered:,} | {r.undefended:,} |" for r in results),
        "",
        f"What remains: {alone:,} of {len(created):,} young people were the only one to register "
        "on their day, which the row shows and the id tells. The fewer a day sees, the more "
        "this is; `snu-analytics risk` measures it.",
        "",
        "What remains as well: months and their campaign together are proven for figures of "
        "up to 6,000 columns alone; of the inscription figures of a whole campaign it is proven of "
        "each table over all periods, and of each period over all tables.",
    ]
    Path(__file__).with_name("attack.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    if options.folder is None:
        shutil.rmtree(folder)
    sys.exit(any(r.recovered or not r.undefended for r in results))


def _published(attack: str, *, knows_rules: bool) -> Result:
    """What a reader recovers of invented countries, and what where primary masks stand alone."""
    cells, recovered, undefended = 0, 0, 0
    for seed, people in _COUNTRIES:
        fine = country(seed, people)
        month, unprotected = closing(fine).cells, closing(fine, secondary=False).cells
        cells += masked(month)
        recovered += len(Attacker([([0], month)], knows_rules=knows_rules).recovered())
        undefended += len(Attacker([([0], unprotected)], knows_rules=knows_rules).recovered())
    return Result(attack, f"{cells:,} masked cells", recovered, undefended)


def _revised() -> Result:
    """What a reader of two versions recovers, and what of revisions that nobody checks."""
    cells, recovered, undefended = 0, 0, 0
    for seed, people in _COUNTRIES:
        former, added = closing(country(seed, people)).cells, late(seed)
        second = revised(former, added)
        cells += masked(former)
        both = Attacker([([0], former), ([0, 1], second)], knows_rules=True)
        recovered += len(both.recovered()) + small_movements(former, second)
        undefended += small_movements(former, revised(former, added, checked=False))
    return Result(
        "a revision tells masked counts or late ones", f"{cells:,} cells", recovered, undefended
    )


def _together() -> Result:
    """What months, weeks and their campaign tell together, and what with each masked by itself."""
    cells, recovered, undefended = 0, 0, 0
    for seed, people in _CAMPAIGNS:
        periods = campaign(seed, people)
        cells += sum(masked(dict(made)) for _, made in periods)
        recovered += len(Attacker(periods, knows_rules=True).recovered())
        apart = campaign(seed, people, nested=False)
        undefended += len(Attacker(apart, knows_rules=True).recovered())
    return Result(
        "months, weeks and their campaign together find out masked counts",
        f"{cells:,} masked cells",
        recovered,
        undefended,
    )


def _loaded(env: dict[str, str], output: Path, key: str) -> tuple[int, int]:
    """The history loaded and published: the processes looked at, and of these that hold the key."""
    looked_at: dict[int, bool] = {}
    days = str(_DAYS.first), str(_DAYS.last)
    for arguments in (["migrate"], ["backfill", *days], ["publish", *days]):
        with output.open("ab") as file:
            command = subprocess.Popen([*_COMMAND, *arguments], env=env, stdout=file, stderr=file)
        while command.poll() is None:
            for process in _family(command.pid):
                holds = attackers.in_environment(process, _spellings(key))
                looked_at[process] = looked_at.get(process, False) or holds
            time.sleep(_LOOK_EVERY_SECONDS)
        if command.returncode:
            raise subprocess.CalledProcessError(command.returncode, command.args)
    return len(looked_at), sum(looked_at.values())


def _family(process: int) -> list[int]:
    """A process and its children, their children and so on; none once it has ended."""
    try:
        children = psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [process, *(child.pid for child in children)]


def _spellings(key: str) -> list[str]:
    """The key's text, and its bytes in other writings."""
    content = base64.b64decode(key)
    return [key, content.hex(), base64.urlsafe_b64encode(content).decode()]


def _created(dump: Path) -> dict[str, datetime]:
    """The young people's ids and when each was created, of those that a patch tells."""
    events = TruthFolder(dump / "truth").frame("young_events")
    creations = events.filter(pl.col("field").is_null(), pl.col("patch_id").is_not_null())
    within = creations.filter(pl.col("date").dt.date().is_between(_DAYS.first, _DAYS.last))
    return dict(within.select("ref", "date").iter_rows())


def _rows_attacked(
    url: str, created: dict[str, datetime], pseudonyms: Pseudonymiser
) -> Iterator[Result]:
    refs = pl.Series(list(created))
    subjects = dict(zip(refs, pseudonyms.series("young", refs), strict=True))
    bare, digests = attackers.undefended(url, created), attackers.undefended_ids(created)
    of = f"{len(created):,} ids"
    yield Result(
        "an ObjectId's second finds its rows",
        of,
        sum(attackers.by_instant(url, schema, subjects) for schema in ("analytics", "published")),
        attackers.by_instant(url, attackers.UNDEFENDED, digests),
    )
    yield Result(
        "an ObjectId's rank within its day finds its row, beyond chance",
        of,
        attackers.by_place(url, _YOUNG_EVENTS, subjects),
        attackers.by_place(url, bare, digests),
    )


def _hashes(url: str, dump: Path, created: dict[str, datetime]) -> Result:
    ids = sorted(set(_ids(dump)))
    return Result(
        "an id's unkeyed digest stands in a column",
        f"{len(ids):,} ids",
        attackers.by_hash(url, ("analytics", "published", "dagster"), ids),
        attackers.by_hash(url, [attackers.UNDEFENDED], created),
    )


def _ids(dump: Path) -> Iterator[str]:
    """The ids of all documents."""
    for entity in _CATALOGUE.entities.values():
        with (dump / f"{entity.collection}.bson").open("rb") as file:
            yield from (str(document["_id"]) for document in bson.decode_file_iter(file))


def _planted(home: Path, folder: Path) -> Result:
    """The plants recovered; without the defence, the names among them, every list open."""
    database = embedded_server(home).replace("/snu?", "/planted?")
    with psycopg.connect(embedded_server(home), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS planted")
        connection.execute("CREATE DATABASE planted")
    migrate(database, _CATALOGUE)
    before = set(attackers.stored(database))
    world = World(folder / "planted", database)
    world.hold(**plants.planted_source(_CATALOGUE, plants.texts()))
    world.load(plants.DAY)
    defended = plants.recovered_from(world.folder / "staging", database, before, _CATALOGUE)
    names = [*plants.PLANTS["names"], *plants.PLANTS["health"]]
    world.hold(**plants.planted_source(_CATALOGUE, names))
    open_world = replace(world, catalogue=plants.without_lists(_CATALOGUE))
    open_world.load(plants.DAY)
    undefended = plants.recovered_from(world.folder / "staging", database, before, _CATALOGUE)
    return Result(
        "planted texts pass", f"{len(plants.texts())} texts", len(defended), len(undefended)
    )


def _environments(url: str, key: str, processes: tuple[int, int]) -> Result:
    """The key in environments: of the commands, of their children and of PostgreSQL."""
    looked_at, holding = processes
    variable = {**os.environ, "SNU_PSEUDONYM_KEY": key}
    child = subprocess.Popen(["sleep", "60"], env=variable)
    try:
        time.sleep(_LOOK_EVERY_SECONDS)
        undefended = attackers.in_environment(child.pid, _spellings(key))
    finally:
        child.kill()
        child.wait()
    return Result(
        "the key of a file stands in an environment",
        f"{looked_at + 1} processes",
        holding + attackers.in_server(url, _spellings(key)),
        int(undefended),
    )


if __name__ == "__main__":
    main()
