"""Tables for the terminal."""

from collections.abc import Iterable, Iterator

import pandas as pd
from rich.table import Table

from snu_analytics.catalogue import definitions
from snu_analytics.cli.console import out


def titled(title: str | None, texts: Iterable[str] = (), numbers: Iterable[str] = ()) -> Table:
    """An empty table without rules; columns of texts to the left, then of numbers to the right."""
    table = Table(title=title, title_justify="left", box=None)
    for name in texts:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def print_figures(figures: pd.DataFrame, period: str, title: str) -> None:
    """Print a table per phase: a row per figure, a column per value of `period`, 0 left blank.

    `figures` has the columns `period`, phase, figure and value; they stand in the order of the
    catalogue as far as they occur.
    """
    for table in _figure_tables(figures, period, title):
        out.print(table)


def _figure_tables(figures: pd.DataFrame, period: str, title: str) -> Iterator[Table]:
    if figures.empty:
        yield titled(f"no figures {title}")
    for phase, part in figures.groupby("phase", sort=True):
        wide = part.pivot_table(
            index="figure", columns=period, values="value", aggfunc="sum", fill_value=0
        )
        table = titled(f"{phase}: {title}", ["figure"], map(str, wide.columns))
        for definition in definitions():
            if definition.phase == phase and definition.figure in wide.index:
                values = wide.loc[definition.figure]
                table.add_row(definition.figure, *(f"{int(v):,}" if v else "" for v in values))
        yield table
