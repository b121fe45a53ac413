"""Cells as numbers: every cell of every table of a figure has one, and every place of its counts.

A figure's counts are kept as columns of small integers (day, week, month and categories); the
number of a cell is made of its table, its period and its categories, so that the cells of many
counts are found by arithmetic.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from snu_analytics.catalogue.breakdowns import DIMENSIONS, KINDS, UNKNOWN, Kind, Table, period_of
from snu_analytics.days import DayRange

Integers = np.ndarray

COORDINATES = (*KINDS, *DIMENSIONS)
COLUMN = {name: number for number, name in enumerate(COORDINATES)}


class Numbering:
    """Cells of some tables to numbers, and back.

    `categories` lists those of each dimension, `days` bounds the days.
    """

    def __init__(
        self,
        tables: Sequence[Table],
        categories: Mapping[str, Sequence[str]],
        days: DayRange,
    ) -> None:
        self.tables = list(tables)
        self._categories = {name: sorted(set(categories[name])) for name in DIMENSIONS}
        self._first = days.first.toordinal() - 31  # its month may begin before the first day
        self.periods = days.last.toordinal() + 31 - self._first
        self._sizes = [len(self._categories[name]) + 1 for name in DIMENSIONS]

    @cached_property
    def _codes(self) -> dict[str, dict[str, int]]:
        return {n: {c: i + 1 for i, c in enumerate(cs)} for n, cs in self._categories.items()}

    def choices(
        self, places: Iterable[tuple[str, str]], counts: Integers
    ) -> dict[tuple[str, ...], Integers]:
        """The numbers of the categories, for the dimensions that can change by themselves.

        A department takes its region along: `places` are known pairs of region and department,
        besides those that the coordinates of `counts` have.
        """
        chosen: dict[tuple[str, ...], Integers] = {
            (name,): np.arange(1, len(self._categories[name]) + 1).reshape(-1, 1)
            for name in ("gender", "age", "cohort")
        }
        regions, departments = self._codes["region"], self._codes["department"]
        pairs = [
            (regions[region], departments[department])
            for region, department in [(UNKNOWN, UNKNOWN), *places]
            if region in regions and department in departments
        ]
        place = [COLUMN["region"], COLUMN["department"]]
        both = np.concatenate([counts[:, place], np.array(pairs, np.int64).reshape(-1, 2)])
        return chosen | {("region", "department"): np.unique(both, axis=0)}

    def categories(self, cells: Integers) -> Integers:
        """The number of each cell's category in each dimension, 0 where it has none."""
        found, rest = [], cells
        for size in reversed(self._sizes):
            rest, category = rest // size, rest % size
            found.append(category)
        return np.column_stack(found[::-1])

    def period(self, first: date) -> int:
        """The number of a period by its first day."""
        return first.toordinal() - self._first

    def coordinates(self, counts: pl.DataFrame) -> Integers:
        """The columns COORDINATES of counts with day and the dimensions, a row each."""
        day = pl.col("day")
        periods = counts.select(
            day, day.dt.truncate("1w").alias("week"), day.dt.truncate("1mo").alias("month")
        )
        epoch = date(1970, 1, 1).toordinal() - self._first
        columns = [periods[kind].cast(pl.Int32).to_numpy() + epoch for kind in KINDS]
        columns += [
            counts[name].replace_strict(self._codes[name], return_dtype=pl.Int64).to_numpy()
            for name in DIMENSIONS
        ]
        return np.column_stack(columns).astype(np.int64).reshape(-1, len(COORDINATES))

    def coordinates_of_day(self, day: date) -> list[int]:
        """The day, week and month that a day lies in."""
        return [self.period(period_of(kind, day)) for kind in KINDS]

    def cells(self, coordinates: Integers) -> Integers:
        """The cells that hold the counts at the coordinates: a column per table."""
        found = [self.cell(number, coordinates) for number in range(len(self.tables))]
        return np.column_stack(found) if found else np.empty((len(coordinates), 0), np.int64)

    def cell(self, number: int, coordinates: Integers) -> Integers:
        """The cells of one table that hold the counts at the coordinates."""
        table = self.tables[number]
        code = number * self.periods + coordinates[:, COLUMN[table.kind]]
        for name, size in zip(DIMENSIONS, self._sizes, strict=True):
            code = code * size
            if name in table.dimensions:
                code = code + coordinates[:, COLUMN[name]]
        return code

    def numbers(self, rows: pl.DataFrame, kind: Kind) -> Integers:
        """The cells of rows with period, breakdown and the dimensions (null where unused)."""
        of_kind = {t.breakdown: n for n, t in enumerate(self.tables) if t.kind == kind}
        table = rows["breakdown"].replace_strict(of_kind, return_dtype=pl.Int64).to_numpy()
        epoch = date(1970, 1, 1).toordinal() - self._first
        code = table * self.periods + rows["period"].cast(pl.Int32).to_numpy() + epoch
        for name, size in zip(DIMENSIONS, self._sizes, strict=True):
            category = rows[name].replace_strict(
                self._codes[name], default=0, return_dtype=pl.Int64
            )
            code = code * size + category.fill_null(0).to_numpy()
        return code.astype(np.int64)

    def table_and_period(self, cells: Integers) -> tuple[Integers, Integers]:
        """The number of each cell's table, and of its period."""
        rest = cells // int(np.prod(self._sizes))
        return rest // self.periods, rest % self.periods

    def rows(self, cells: Integers) -> pl.DataFrame:
        """The cells as rows: period, breakdown and the dimensions."""
        columns: dict[str, pl.Series] = {}
        for name, category in zip(DIMENSIONS, self.categories(cells).T, strict=True):
            labels = pl.Series([None, *self._categories[name]], dtype=pl.String)
            columns[name] = labels.gather(pl.Series(category, dtype=pl.Int64))
        table, period = self.table_and_period(cells)
        names = pl.Series([t.breakdown for t in self.tables], dtype=pl.String)
        epoch = date(1970, 1, 1).toordinal() - self._first
        return pl.DataFrame(
            {
                "period": pl.Series(period - epoch, dtype=pl.Int32).cast(pl.Date),
                "breakdown": names.gather(pl.Series(table, dtype=pl.Int64)),
                **columns,
            }
        )
