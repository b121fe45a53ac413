"""`snu-analytics simulate`, and what of it the demo does."""

from pathlib import Path
from typing import Any

import click

from snu_analytics.cli.console import out as console
from snu_analytics.cli.console import progress
from snu_analytics.cli.parameters import DAY
from snu_analytics.simulation import (
    PROFILES,
    Simulation,
    load_into_mongo,
    write_dump,
    write_truth,
)
from snu_analytics.simulation import simulate as simulate_history


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the dump into this folder, and its truth below it.",
)
@click.option("--into", help="Write into this mongodb:// address with a database instead.")
@click.option("--youngs", default=2_000, show_default=True, help="Invent so many young people.")
@click.option(
    "--from",
    "first",
    type=DAY,
    metavar="DAY",
    default="2022-10-01",
    show_default=True,
    help="Let the first of them register on this day.",
)
@click.option(
    "--to",
    "last",
    type=DAY,
    metavar="DAY",
    default="2024-06-30",
    show_default=True,
    help="Let the history end on this day.",
)
@click.option(
    "--seed", default=1, show_default=True, help="The same seed gives the same history again."
)
@click.option(
    "--damage",
    type=click.Choice(list(PROFILES)),
    metavar="PROFILE",
    help=f"Damage it as production histories are. The profiles are {', '.join(PROFILES)}.",
)
@click.option(
    "--messy",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Give this share of documents values that no list knows.",
)
def simulate(out: Path | None, into: str | None, **history: Any) -> None:
    """Write a believable history as a mongodump folder, with its truth beside it."""
    if (out is None) == (into is None):
        raise click.UsageError("give either --out DIR or --into mongodb://host/database")
    simulation = invent(**history)
    if out:
        write_history(simulation, out)
    if into:
        load_into_mongo(simulation, into)
    print_counts(simulation)


def invent(youngs: int, **history: Any) -> Simulation:
    """The invented history of so many young people; `history` as for `simulation.simulate`."""
    with progress("inventing", "people", youngs) as update:
        return simulate_history(youngs, progress=lambda done, _: update(completed=done), **history)


def write_history(simulation: Simulation, folder: Path) -> None:
    """Write the dump into the folder, and its truth into the folder `truth` below."""
    write_dump(simulation, folder)
    write_truth(simulation, folder / "truth")
    console.print(f"written to {folder}, with the true states and events in {folder / 'truth'}")


def print_counts(simulation: Simulation) -> None:
    """Print the number of documents of each collection."""
    for name, documents in simulation.collections.items():
        console.print(f"  {len(documents):>9,} {name}", highlight=False)
