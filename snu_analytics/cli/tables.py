"""Figures as tables for the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from snu_analytics.catalogue import definitions

if TYPE_CHECKING:
    import pandas as pd


def figure_tables(found: "pd.DataFrame", period: str, title: str) -> Iterator[Table]:
    """A table per phase: a row per figure, a column per value of `period`, 0 left blank.

    `found` has the columns `period`, phase, figure and value; figures stand in the order of the
    catalogue as far as they occur.
    """
    if found.empty:
        yield Table(title=f"no figures {title}", title_justify="left", box=None)
    for phase, part in found.groupby("phase", sort=True):
        wide = part.pivot_table(
            index="figure", columns=period, values="value", aggfunc="sum", fill_value=0
        )
        table = Table(title=f"{phase}: {title}", title_justify="left", box=None)
        table.add_column("figure")
        for name in wide.columns:
            table.add_column(str(name), justify="right")
        for told in definitions():
            if told.phase == phase and told.figure in wide.index:
                values = wide.loc[told.figure]
                table.add_row(told.figure, *(f"{int(v):,}" if v else "" for v in values))
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
