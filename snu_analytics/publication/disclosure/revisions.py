"""Which changes of published cells may be told once more, in a log that stays.

Whoever kept the former cells sees every change anyway; a log shows it to everybody, for good. What
a cell changed by is itself a count: of young people who came late, were erased or were mended. It
is told as other counts are, from the threshold k on. The total alone is told however little it
changed: one inscription more has no gender, age or place as long as no breakdown gives it one.

So a breakdown is told wholly or not at all. It is told when

- the total is shown then and now, and no cell that was shown is masked now;
- each cell that is shown then and now changed by nothing, or by k and more;
- so did the others together: the change of the total less that of the cells shown.

A breakdown that is not told leaves the log with its earlier changes: the last value told of a cell,
beside the one that is published now, would give the change that is not. A total that is masked
takes everything along.

Two more differences would give small changes:

- What a cell of a week changed by, less what the same cell of its days did, is what a single day's
  cell changed by. So of weeks and months the total alone is told.
- What a region changed by, less its shown departments, is what the masked ones changed by. So
  departments are told only while regions are not.
"""

from typing import NamedTuple

import polars as pl

from snu_analytics.catalogue.breakdowns import DIMENSIONS

_TOTAL = "total"
_KEYS = ("breakdown", *DIMENSIONS)


class Revised(NamedTuple):
    """What a new publication of one figure and period changes in the log.

    `changes` has the columns breakdown, the five dimensions, former and value (counts, never null);
    `standing` are the breakdowns that are told, whose earlier changes may stay.
    """

    changes: pl.DataFrame
    standing: tuple[str, ...]


def revised(former: pl.DataFrame, now: pl.DataFrame, threshold: int) -> Revised:
    """The changes to be told between two publications of one figure and period.

    Both frames have the columns breakdown, the five dimensions, value and masked; a cell without a
    row is zero.
    """
    cells = _side_by_side(former, now)
    total = cells.filter(pl.col("breakdown") == _TOTAL)
    standing = () if total["change"].null_count() else (_TOTAL, *_told(cells, total, threshold))
    changes = cells.filter(pl.col("breakdown").is_in(standing), pl.col("change") != 0)
    return Revised(changes.select(*_KEYS, "former", "value").sort(_KEYS), standing)


def _side_by_side(former: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Columns breakdown, the dimensions, former, value and change; null where masked."""
    before = former.select(*_KEYS, pl.col("value").alias("former"), pl.col("masked").alias("was"))
    return (
        now.select(*_KEYS, "value", "masked")
        .join(before, on=_KEYS, how="full", nulls_equal=True, coalesce=True)
        .with_columns(
            pl.when(~pl.col(masked).fill_null(False)).then(pl.col(value).fill_null(0)).alias(value)
            for value, masked in (("value", "masked"), ("former", "was"))
        )
        .with_columns((pl.col("value") - pl.col("former")).alias("change"))
    )


def _told(cells: pl.DataFrame, total: pl.DataFrame, threshold: int) -> list[str]:
    """The breakdowns by one dimension whose changes may be told, if there are any."""
    change = pl.col("change")
    lost = pl.col("value").is_null() & pl.col("former").is_not_null()
    rest = total["change"].sum() - change.sum()
    told = (
        cells.filter(pl.col("breakdown").is_in(DIMENSIONS))
        .group_by("breakdown")
        .agg(told=~lost.any() & _large(change, threshold).all() & _large(rest, threshold))
        .filter("told")["breakdown"]
    )
    return [name for name in sorted(told) if name != "department" or "region" not in set(told)]


def _large(change: pl.Expr, threshold: int) -> pl.Expr:
    return (change == 0) | (change.abs() >= threshold)
