"""How commands print figures, and what became of Dagster runs."""

from collections.abc import Iterable, Iterator

import pandas as pd
from rich.table import Table

from snu_analytics.catalogue import definitions
from snu_analytics.cli.console import err, out
from snu_analytics.orchestration.check_warnings import CheckWarning, warning_sentences
from snu_analytics.orchestration.runs import Outcome


def print_outcome(outcome: Outcome) -> bool:
    """Whether the run went well; its faults and warnings are printed."""
    for fault in outcome.faults:
        err.print(f"[bold red]{fault}[/]", highlight=False)
    print_warnings(outcome.warnings)
    return outcome.ok


def print_warnings(warnings: Iterable[CheckWarning]) -> None:
    """Print a line per asset and check that warns, with all the days or fields that it names."""
    for sentence in warning_sentences(warnings):
        err.print(f"[yellow]{sentence}[/]", highlight=False)


def print_figures(figures: pd.DataFrame, period: str, title: str) -> None:
    """Print a table per phase: a row per figure, a column per value of `period`, 0 left blank.

    `figures` has the columns `period`, phase, figure and value; the rows are in the order of the
    catalogue, without the figures that do not occur.
    """
    for table in _figure_tables(figures, period, title):
        out.print(table)


def titled_table(title: str, texts: Iterable[str] = (), numbers: Iterable[str] = ()) -> Table:
    """An empty table with columns of texts, to the left, and of numbers, to the right."""
    table = Table(title=title, title_justify="left", box=None)
    for name in texts:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _figure_tables(figures: pd.DataFrame, period: str, title: str) -> Iterator[Table]:
    if figures.empty:
        yield titled_table(f"no figures {title}")
    for phase, part in figures.groupby("phase", sort=True):
        wide = part.pivot_table(
            index="figure",
            columns=period,
            values="value",
            aggfunc="sum",
            fill_value=0,
            observed=True,
        )
        table = titled_table(f"{phase}: {title}", ["figure"], map(str, wide.columns))
        for definition in definitions():
            if definition.phase == phase and definition.figure in wide.index:
                values = wide.loc[definition.figure]
                table.add_row(definition.figure, *(f"{int(v):,}" if v else "" for v in values))
        yield table
