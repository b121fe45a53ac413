"""Periods that add up to others: weeks to months, months to a campaign.

What a longer period shows bounds the masked cells of the shorter ones within it, and the other way
round. Of each table the cells of all periods at hand are looked at together, with the national
totals of every span of days that belongs to the same periods: those that are out are known, those
of the period being closed may be masked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise, product

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure.close import (
    Cell,
    Cells,
    Dimensions,
    Key,
    block_of,
    numbered,
    related,
    totals,
)
from snu_analytics.publication.disclosure.space import Labels, Span, stacked
from snu_analytics.publication.disclosure.suppress import System, suppress


@dataclass(frozen=True)
class Scheme:
    """The fine categories by dimension, the region of each department, and the threshold."""

    categories: Mapping[str, Sequence[str]]
    regions: Mapping[str, str]
    threshold: int


@dataclass(frozen=True)
class Period:
    """A period with its cells: those that are published, or as far as they are `closing`.

    `labels` are the names of the categories in it, where they are not those of the fine counts.
    """

    kind: str
    days: DayRange
    cells: Cells
    closing: bool = False
    labels: Labels = field(default_factory=dict)


def nested_masks(
    fine: pl.DataFrame,
    periods: Sequence[Period],
    table: Dimensions,
    figures: Iterable[str],
    scheme: Scheme,
) -> Counter[str]:
    """Add the cells of one table to the periods that are being closed; counts of the programs.

    Departments are looked at region by region, after the regions.
    """
    counts: Counter[str] = Counter()
    inside = scheme.categories["region"] if "department" in table else [None]
    for group, region in product(related(fine, list(figures)), inside):
        nest = _Nest(fine, periods, (table, group), scheme, region)
        made = suppress(nest.system, scheme.threshold)
        counts.update(programs=made.programs, withheld=made.withheld)
        for number, (period, key) in enumerate(nest.keys):
            if period.closing and key[1]:
                value = int(nest.system.values[number])
                masked, whole = bool(made.masked[number]), bool(made.whole[number])
                period.cells[key] = Cell(value, masked, whole)
    return counts


class _Nest:
    """The system of one table in several periods."""

    def __init__(
        self,
        fine: pl.DataFrame,
        periods: Sequence[Period],
        counted: tuple[Dimensions, Sequence[str]],
        scheme: Scheme,
        region: str | None,
    ) -> None:
        table, figures = counted
        self._threshold, self._region = scheme.threshold, region
        categories, regions = dict(scheme.categories), scheme.regions
        self._totals = {
            (p.kind, p.days.first): totals(_of_days(fine, p.days), figures) for p in periods
        }
        if region is not None:
            departments = [d for d in categories["department"] if regions[d] == region]
            categories |= {"region": [region], "department": departments}
        block, counts = block_of(fine, figures, categories, regions)
        if region is not None:
            counts = counts.filter(pl.col("region") == region)
        spans: list[Span] = []
        for days in pieces([p.days for p in periods]):
            spans.append(Span(block, days, [table], spans[-1].end if spans else 0))
        columns = spans[-1].end
        truth = np.concatenate([span.truth(counts) for span in spans])
        self.keys: list[tuple[Period, Key]] = []
        rows = []
        for period in periods:
            within = [s for s in spans if period.days.first <= s.days.first <= period.days.last]
            for figure in figures:
                has = period.closing or any(key[:2] == (figure, table) for key in period.cells)
                for dimensions in ((), table) if has else ((),):
                    of_figure = block.of(figure)
                    parts = [s.sums(dimensions, period.labels, of_figure, columns) for s in within]
                    rows.append(sum((sums for _, sums in parts[1:]), parts[0][1]))
                    named = parts[0][0].rows() if dimensions else [()]
                    self.keys += [(period, (figure, dimensions, c)) for c in named]
        known = []
        if region is None:
            known = [s.sums((), {}, block.of(f), columns)[1] for s in spans for f in figures]
        zero = stacked([r for span in spans for r in span.agreements(columns)], columns)
        self.system = self._system(zero, stacked(rows, columns), stacked(known, columns), truth)

    def _system(
        self, zero: csr_array, cells: csr_array, known: csr_array, truth: np.ndarray
    ) -> System:
        before = [self._before(p, key) for p, key in self.keys]
        values = np.rint(cells @ truth).astype(np.int64)
        for number, cell in enumerate(before):
            if cell is not None and not cell.masked:
                values[number] = cell.value
        total = np.array([self._totals[p.kind, p.days.first][key[0]] for p, key in self.keys])
        whole = [
            cell.whole if cell else self._too_few(number) for number, cell in enumerate(before)
        ]
        price = 1 + np.array([self._share(n) for n in range(len(before))]) * total / 10
        extra = known.shape[0]
        shown = np.rint(known @ truth).astype(np.int64)
        none, zeros = np.zeros(extra, bool), np.zeros(extra, np.int64)
        group = numbered([(p.kind, p.days.first, key[0]) for p, key in self.keys])
        place = numbered([(p.kind, p.days.first) for p, _ in self.keys])
        return System(
            zero=zero,
            cells=stacked([cells, known], cells.shape[1]),
            values=np.concatenate([values, shown]),
            own=np.concatenate([[cell is None for cell in before], none]),
            masked=np.concatenate([[cell is not None and cell.masked for cell in before], none]),
            whole=np.concatenate([whole, none]),
            group=np.concatenate([group, zeros - 1]),
            place=np.concatenate([place, zeros - 1]),
            price=np.concatenate([price, zeros + 1.0]),
            total=np.concatenate([total, shown]),
        )

    def _before(self, period: Period, key: Key) -> Cell | None:
        """What is known of a cell; None of one that is being made."""
        figure, dimensions, _ = key
        if dimensions:
            return None if period.closing else period.cells[key]
        if self._region is not None:
            return period.cells[figure, ("region",), (self._region,)]
        return Cell(self._totals[period.kind, period.days.first][figure], masked=False)

    def _too_few(self, number: int) -> bool:
        """Whether the cell is masked whatever it counts, as in `close`."""
        period, key = self.keys[number]
        size = sum(p is period and k[:2] == key[:2] for p, k in self.keys)
        if self._region is None:
            total = self._totals[period.kind, period.days.first][key[0]]
            return total < 2 * self._threshold * size or self._masked_longer(period, key)
        region = period.cells[key[0], ("region",), (self._region,)]
        return size > 1 and (region.masked or region.value < 2 * self._threshold)

    def _masked_longer(self, period: Period, key: Key) -> bool:
        """Whether a published longer period that meets this one masks the same cell."""
        return any(
            not other.closing
            and len(other.days) > len(period.days)
            and other.days.first <= period.days.last
            and period.days.first <= other.days.last
            and key in other.cells
            and other.cells[key].masked
            for other in self._periods()
        )

    def _share(self, number: int) -> float:
        """What share of the total is expected in a cell, by what other periods show."""
        _, key = self.keys[number]
        shown = [
            (cell.value, self._totals[p.kind, p.days.first][key[0]])
            for p in self._periods()
            if (cell := p.cells.get(key)) and not (p.closing or cell.masked)
        ]
        return sum(s for s, _ in shown) / max(1, sum(t for _, t in shown))

    def _periods(self) -> list[Period]:
        return list({id(period): period for period, _ in self.keys}.values())


def pieces(periods: Sequence[DayRange]) -> list[DayRange]:
    """The longest spans of days whose days all lie in the same periods."""
    cuts = sorted({d for p in periods for d in (p.first, p.last + timedelta(days=1))})
    spans = [DayRange(a, b - timedelta(days=1)) for a, b in pairwise(cuts)]
    return [s for s in spans if any(p.first <= s.first <= p.last for p in periods)]


def _of_days(fine: pl.DataFrame, days: DayRange) -> pl.DataFrame:
    return fine.filter(pl.col("day").is_between(days.first, days.last))
