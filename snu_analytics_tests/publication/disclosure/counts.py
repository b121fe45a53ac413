"""Literal fine counts for tests, and their publication in the order of the calendar."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from snu_analytics.catalogue.breakdowns import (
    DIMENSIONS,
    KINDS,
    Kind,
    categorised,
    days_of_period,
    period_of,
)
from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure import Cube, Secured, secure

Cells = dict[Kind, pl.DataFrame]
APRIL = DayRange(date(2024, 4, 1), date(2024, 4, 30))


def fine(*rows: tuple, dimensions: Sequence[str]) -> pl.DataFrame:
    """Counts by day; a row is the day of April 2024, its category in each dimension, the count."""
    lines = [
        {"day": date(2024, 4, day), **dict(zip(dimensions, categories, strict=True)), "value": n}
        for day, *categories, n in rows
    ]
    schema = {"day": pl.Date, **dict.fromkeys(DIMENSIONS, pl.String), "value": pl.Int64}
    frame = pl.DataFrame(lines, schema)
    return categorised(frame.with_columns(pl.col("age").cast(pl.Int64)))


def cube(
    counts: pl.DataFrame,
    dimensions: Sequence[str],
    former: Cells | None = None,
    threshold: int = 11,
) -> Cube:
    """The cube of counts of April 2024, `former` being what is published of them."""
    told = former or {}
    out = {
        (kind, period)
        for kind, cells in told.items()
        for period in _periods(kind)
        if kind == "day" or len(cells)
    }
    return Cube(dimensions, counts, APRIL, told, out, threshold)


def publish(
    counts: pl.DataFrame,
    dimensions: Sequence[str],
    former: Cells | None = None,
    *,
    secondary: bool = True,
    threshold: int = 11,
) -> tuple[Cells, dict[Kind, Secured]]:
    """Publish April 2024: its days, its four whole weeks, the month."""
    figure = cube(counts, dimensions, former, threshold)
    made = {kind: secure(figure, kind, _periods(kind), secondary=secondary) for kind in KINDS}
    return {kind: secured.cells for kind, secured in made.items()}, made


def told(cells: pl.DataFrame, breakdown: str) -> dict[tuple, int | None]:
    """The cells of a breakdown: period and categories to value, None where masked."""
    rows = cells.filter(pl.col("breakdown") == breakdown).sort("period", *DIMENSIONS)
    names = breakdown.split(" × ") if breakdown != "total" else []
    return {
        (row["period"].day, *(row[name] for name in names)): row["value"]
        for row in rows.iter_rows(named=True)
    }


def _periods(kind: Kind) -> list[date]:
    found = sorted({period_of(kind, day) for day in APRIL})
    return [first for first in found if days_of_period(kind, first).last <= APRIL.last]
