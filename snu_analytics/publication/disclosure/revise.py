"""What a revision may change, so that nobody learns from two versions what neither shows.

A revision only adds: then every witness of the former version, other counts with the same shown
cells, is one of the revised version too once the added counts are put upon it, and what was
protected stays so for a reader who has both. What is added is itself a table that the reader can
work out: of each kind of change it is nothing or at least the threshold wherever a cell is shown,
and nothing in a cell that was masked for itself. No mask changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Addition:
    """The late counts of a period: figures (texts joined by `+`), the dimensions and value.

    `cells` are the period's published cells: figure, the dimensions, value, masked, mask and any
    others. A part of a period, which follows from those beside it, has none.
    """

    late: pl.DataFrame
    cells: pl.DataFrame | None = None


def revised_cells(
    table: Sequence[str], additions: Sequence[Addition], threshold: int
) -> pl.DataFrame | None:
    """The shown cells of a table that change, with their `former` value, in all periods together.

    None when the former numbers must stand.
    """
    cells = [addition.cells for addition in additions if addition.cells is not None]
    figures = {figure for frame in cells for figure in frame["figure"]}
    shown = any(not frame["masked"].all() for frame in cells)
    revised = []
    for addition in additions:
        late = _by_kind(addition.late, figures, table)
        if (late["late"] < 0).any() or (shown and (late["late"] < threshold).any()):
            return None
        if addition.cells is None:
            continue
        moved = _by_figure(late, table)
        known = addition.cells.join(moved, on=["figure", *table], how="inner")
        if (known["mask"] == "cell").any():
            return None
        revised.append(
            known.filter(~pl.col("masked"))
            .with_columns(pl.col("value").alias("former"), pl.col("value") + pl.col("late"))
            .drop("late")
        )
    return pl.concat(revised) if revised else pl.DataFrame()


def _by_kind(late: pl.DataFrame, figures: set[str], table: Sequence[str]) -> pl.DataFrame:
    """Late counts by kind of change, as far as the figures of a table tell kinds apart."""
    kinds = {
        kind: "+".join(figure for figure in kind.split("+") if figure in figures)
        for kind in late["figures"].unique()
    }
    return (
        late.with_columns(pl.col("figures").replace_strict(kinds, return_dtype=pl.String))
        .filter(pl.col("figures") != "")
        .group_by("figures", *table)
        .agg(pl.col("value").sum().alias("late"))
        .filter(pl.col("late") != 0)
    )


def _by_figure(late: pl.DataFrame, table: Sequence[str]) -> pl.DataFrame:
    return (
        late.with_columns(pl.col("figures").str.split("+").alias("figure"))
        .explode("figure")
        .group_by("figure", *table)
        .agg(pl.col("late").sum())
    )
