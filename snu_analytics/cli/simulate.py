"""The simulation as the commands `simulate` and `demo` show it."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from snu_analytics.days import DayRange
from snu_analytics.simulation import load_into_mongo, simulate, write_dump, write_truth

# Two campaigns, so that one can be held against the other.
DEMO = DayRange(date(2022, 10, 1), date(2024, 6, 30))

# The share of documents with values that no list knows, as histories have them that people wrote.
DEMO_MESSY = 0.02


def run_simulation(
    out: Console,
    youngs: int,
    days: DayRange,
    seed: int,
    folder: Path | None,
    into: str | None,
    damage: str | None = None,
    messy: float = 0.0,
) -> None:
    """Invent a history and put it into a folder, with its truth, or into a MongoDB."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn("people"), TimeElapsedColumn(), console=out) as progress:
        task = progress.add_task("inventing", total=youngs)
        invented = simulate(
            youngs,
            days.first,
            days.last,
            seed,
            lambda done, _: progress.update(task, completed=done),
            damage=damage,
            messy=messy,
        )
    if into is not None:
        load_into_mongo(invented, into)
    if folder is not None:
        write_dump(invented, folder)
        write_truth(invented, folder / "truth")
        out.print(f"written to {folder}, with the true states and events in {folder / 'truth'}")
    for name, documents in invented.collections.items():
        out.print(f"  {len(documents):>9,} {name}", highlight=False)
