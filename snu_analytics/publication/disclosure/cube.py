"""The counts of one figure, and what is published of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, product

import numpy as np
import polars as pl

from snu_analytics.catalogue.breakdowns import DIMENSIONS, KINDS, UNKNOWN, Kind, tables
from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure.cells import COLUMN, COORDINATES, Integers, Numbering
from snu_analytics.publication.disclosure.relations import Counts

CELLS = {
    "period": pl.Date,
    "breakdown": pl.String,
    **dict.fromkeys(DIMENSIONS, pl.String),
    "value": pl.Int64,
    "masked": pl.Boolean,
}

Periods = set[tuple[Kind, date]]

# More than enough for a masked day that has become empty: it had ten counts at most.
_PLACES_OF_AN_EMPTY_DAY = 2_000


@dataclass
class Cube:
    """The counts of one figure and what is published of it, kept up as more is.

    `fine` has the columns of `breakdowns.categorised` and lies within `days`; `former` the rows
    that are published, with the columns CELLS, by kind, and `published` their periods. All small
    counts are masked from the start. `places` are regions and departments that go together; those
    of the counts need not be told.
    """

    dimensions: Sequence[str]
    fine: pl.DataFrame
    days: DayRange
    former: Mapping[Kind, pl.DataFrame] = field(default_factory=dict)
    published: Periods = field(default_factory=set)
    threshold: int = 11
    places: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        rows = [frame for frame in self.former.values() if len(frame)]
        categories = {
            name: {UNKNOWN}.union(*(f[name].drop_nulls() for f in (self.fine, *rows)))
            for name in DIMENSIONS
        }
        self.numbering = Numbering(
            tables(self.dimensions), {n: sorted(c) for n, c in categories.items()}, self.days
        )
        self.counts = Counts(
            self.numbering.coordinates(self.fine), self.fine["value"].to_numpy().astype(np.int64)
        )
        self.choices = self.numbering.choices(self.places, self.counts.coordinates)
        codes = self.numbering.cells(self.counts.coordinates)
        self.cells, where = np.unique(codes, return_inverse=True)
        repeated = np.repeat(self.counts.values, codes.shape[1])
        self.values = np.bincount(where.ravel(), repeated, len(self.cells)).astype(np.int64)
        self.masked = self.cells[self.values < self.threshold]
        self.shown_before = np.empty(0, np.int64)
        self.values_before = np.empty(0, np.int64)
        self.masked_before = np.empty(0, np.int64)
        for kind, frame in self.former.items():
            number = self.numbering.numbers(frame, kind)
            hidden = frame["masked"].to_numpy()
            self.masked_before = np.union1d(self.masked_before, number[hidden])
            self.shown_before = np.concatenate([self.shown_before, number[~hidden]])
            self.values_before = np.concatenate(
                [self.values_before, frame["value"].fill_null(0).to_numpy()[~hidden]]
            )
        self.masked = np.union1d(self.masked, self.masked_before)
        order = np.argsort(self.shown_before)
        self.shown_before = self.shown_before[order]
        self.values_before = self.values_before[order]

    def out(self, periods: Iterable[tuple[Kind, date]]) -> np.ndarray:
        """Whether each kind and period is among those given."""
        told = np.zeros((len(KINDS), self.numbering.periods), bool)
        for kind, first in periods:
            told[COLUMN[kind], self.numbering.period(first)] = True
        return told

    def of_periods(self, cells: Integers, told: np.ndarray) -> np.ndarray:
        """Whether each cell is of a period that `told` marks."""
        table, period = self.numbering.table_and_period(cells)
        kinds = np.array([COLUMN[t.kind] for t in self.numbering.tables])
        return told[kinds[table], period]

    def within(self, days: Iterable[date]) -> Counts:
        """The counts of the days; where a masked day has none left, zeros where it may have had."""
        inside = np.zeros(self.numbering.periods, bool)
        inside[[self.numbering.period(day) for day in days]] = True
        chosen = inside[self.counts.coordinates[:, COLUMN["day"]]]
        found = Counts(*(column[chosen] for column in self.counts))
        inside[found.coordinates[:, COLUMN["day"]]] = False
        empty = [day for day in days if inside[self.numbering.period(day)]]
        masked = self.masked[self.of_periods(self.masked, self.out(("day", d) for d in empty))]
        _, period = self.numbering.table_and_period(masked)
        places = [found.coordinates]
        for day in empty:
            own = self.numbering.categories(masked[period == self.numbering.period(day)])
            if len(own):
                places.append(self._possible(day, own))
        coordinates = np.concatenate(places)
        zeros = np.zeros(len(coordinates) - len(found.values), np.int64)
        return Counts(coordinates, np.concatenate([found.values, zeros]))

    def _possible(self, day: date, masked: Integers) -> Integers:
        """The coordinates on a day whose categories are all those of masked cells."""
        kept = []
        for names, values in self.choices.items():
            fit = np.ones(len(values), bool)
            for name, column in zip(names, values.T, strict=True):
                if name in self.dimensions:
                    fit &= np.isin(column, masked[:, DIMENSIONS.index(name)])
            kept.append(values[fit].tolist())
        combined = islice(product(*kept), _PLACES_OF_AN_EMPTY_DAY)
        lines = [[category for part in line for category in part] for line in combined]
        columns = [COLUMN[name] for names in self.choices for name in names]
        found = np.zeros((len(lines), len(COORDINATES)), np.int64)
        found[:, : len(KINDS)] = self.numbering.coordinates_of_day(day)
        found[:, columns] = np.array(lines, np.int64).reshape(-1, len(columns))
        return found

    def values_of(self, cells: Integers) -> Integers:
        """The true values of the cells."""
        return looked_up(cells, self.cells, self.values)


def looked_up(wanted: Integers, known: Integers, values: Integers) -> Integers:
    """The values of the known ones (sorted) among the wanted, 0 for the others."""
    if not len(known):
        return np.zeros(len(wanted), np.int64)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, values[at], 0)
