"""Figures as tables for the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd


def figure_tables(found: "pd.DataFrame", row: str, title: str) -> Iterator[Table]:
    """A table per phase: a row per value of `row`, a column per figure, 0 left blank.

    `found` has the columns `row`, phase, figure and value; figures stand in the order of the
    catalogue as far as they occur.
    """
    if found.empty:
        yield Table(title=f"no figures {title}", title_justify="left", box=None)
    for phase, part in found.groupby("phase", sort=True):
        wide = part.pivot_table(
            index=row, columns="figure", values="value", aggfunc="sum", fill_value=0
        )
        order = [name for name in _ORDER if name in wide.columns]
        order += [name for name in wide.columns if name not in _ORDER]
        table = Table(title=f"{phase}: {title}", title_justify="left", box=None)
        table.add_column(row)
        for name in order:
            table.add_column(name, justify="right")
        for index, values in wide[order].iterrows():
            table.add_row(str(index), *(f"{int(v):,}" if v else "" for v in values))
        yield table


def audit_tables(found: "pd.DataFrame") -> Iterator[Table]:
    """A table per entity with anything to tell; `found` as `warehouse.audit_lines` gives it."""
    told = found[found.total > 0].fillna("")
    for entity, part in told.groupby("entity", sort=False):
        table = Table(title=str(entity), title_justify="left", box=None)
        for name in ("measure", "field", "which"):
            table.add_column(name)
        for name in ("count", "of", "share"):
            table.add_column(name, justify="right")
        for line in part.itertuples():
            table.add_row(
                str(line.measure),
                str(line.field),
                str(line.cause),
                f"{line.count:,}",
                f"{line.total:,}",
                f"{line.count / line.total:.1%}",
            )
        yield table
    if told.empty:
        yield Table(title="nothing was touched in this month", title_justify="left", box=None)


_ORDER = ("created", "completed", "processed", "validated", "refused")
