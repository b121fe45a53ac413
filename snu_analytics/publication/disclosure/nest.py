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
from scipy.sparse import csr_array, vstack

from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure.close import (
    Cell,
    Cells,
    Dimensions,
    Key,
    numbered,
    related,
)
from snu_analytics.publication.disclosure.space import (
    Block,
    Labels,
    Span,
    Sums,
    block_of,
    cliques_of,
)
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
    for group in related(fine, list(figures)):
        block = block_of(fine, group, scheme.categories, scheme.regions)
        for region in inside:
            nest = _Nest(block, periods, table, scheme.threshold, region)
            made = suppress(nest.system, scheme.threshold)
            counts.update(programs=made.programs, withheld=made.withheld)
            for number, (at, key) in enumerate(nest.keys):
                if periods[at].closing and key[1]:
                    value = int(nest.system.values[number])
                    masked, whole = bool(made.masked[number]), bool(made.whole[number])
                    periods[at].cells[key] = Cell(value, masked, whole)
    return counts


class _Nest:
    """The system of one table in several periods."""

    def __init__(
        self,
        block: Block,
        periods: Sequence[Period],
        table: Dimensions,
        threshold: int,
        region: str | None,
    ) -> None:
        self._periods, self._table = periods, table
        self._threshold, self._region = threshold, region
        self._totals = [block.totals(period.days) for period in periods]
        if region is not None:
            block = block.within(region)
        cliques = cliques_of(block, [table])
        spans: list[Span] = []
        for days in pieces([p.days for p in periods]):
            spans.append(Span(block, days, cliques, spans[-1].end if spans else 0))
        columns = spans[-1].end
        truth = np.concatenate([span.truth() for span in spans])
        cells, known, zero = Sums(), Sums(), Sums()
        self.keys: list[tuple[int, Key]] = []
        self._sizes: list[int] = []
        for number, period in enumerate(periods):
            within = [s for s in spans if period.days.first <= s.days.first <= period.days.last]
            out = {key[0] for key in period.cells if key[1] == table}
            for figure in block.figures:
                for dimensions in ((), table) if period.closing or figure in out else ((),):
                    for span in within:
                        named = span.sums(cells, dimensions, period.labels, figure)
                    cells.close(len(named))
                    self.keys += [(number, (figure, dimensions, c)) for c in named]
                    self._sizes += [len(named)] * len(named)
        if region is None:
            for span, figure in product(spans, block.figures):
                span.sums(known, (), {}, figure)
                known.close(1)
        for span in spans:
            span.agreements(zero)
        self.system = self._system(
            zero.matrix(columns), cells.matrix(columns), known.matrix(columns), truth
        )

    def _system(
        self, zero: csr_array, cells: csr_array, known: csr_array, truth: np.ndarray
    ) -> System:
        before = [self._before(number, key) for number, key in self.keys]
        values = np.rint(cells @ truth).astype(np.int64)
        for number, cell in enumerate(before):
            if cell is not None and not cell.masked:
                values[number] = cell.value
        total = np.array([self._totals[number][key[0]] for number, key in self.keys])
        whole = [
            cell.whole if cell else self._too_few(number) for number, cell in enumerate(before)
        ]
        shares = self._shares()
        price = 1 + np.array([shares.get(key, 0.0) for _, key in self.keys]) * total / 10
        extra = known.shape[0]
        shown = np.rint(known @ truth).astype(np.int64)
        none, zeros = np.zeros(extra, bool), np.zeros(extra, np.int64)
        group = numbered([(number, key[0]) for number, key in self.keys])
        place = np.array([number for number, _ in self.keys])
        return System(
            zero=zero,
            cells=vstack([cells, known], format="csr"),
            values=np.concatenate([values, shown]),
            own=np.concatenate([[cell is None for cell in before], none]),
            masked=np.concatenate([[cell is not None and cell.masked for cell in before], none]),
            whole=np.concatenate([whole, none]),
            group=np.concatenate([group, zeros - 1]),
            place=np.concatenate([place, zeros - 1]),
            price=np.concatenate([price, zeros + 1.0]),
            total=np.concatenate([total, shown]),
        )

    def _before(self, number: int, key: Key) -> Cell | None:
        """What is known of a cell; None of one that is being made."""
        figure, dimensions, _ = key
        period = self._periods[number]
        if dimensions:
            return None if period.closing else period.cells[key]
        if self._region is not None:
            return period.cells[figure, ("region",), (self._region,)]
        return Cell(self._totals[number][figure], masked=False)

    def _too_few(self, at: int) -> bool:
        """Whether the cell is masked whatever it counts, as in `close`."""
        (number, key), size = self.keys[at], self._sizes[at]
        if self._region is None:
            few = self._totals[number][key[0]] < 2 * self._threshold * size
            return few or self._masked_longer(self._periods[number], key)
        region = self._periods[number].cells[key[0], ("region",), (self._region,)]
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
            for other in self._periods
        )

    def _shares(self) -> dict[Key, float]:
        """What share of the total is expected in each cell, by what other periods show."""
        shown: Counter[Key] = Counter()
        of: Counter[Key] = Counter()
        for period, totals in zip(self._periods, self._totals, strict=True):
            if period.closing:
                continue
            for key, cell in period.cells.items():
                if key[1] == self._table and key[0] in totals and not cell.masked:
                    shown[key] += cell.value
                    of[key] += totals[key[0]]
        return {key: value / max(1, of[key]) for key, value in shown.items()}


def pieces(periods: Sequence[DayRange]) -> list[DayRange]:
    """The longest spans of days whose days all lie in the same periods."""
    cuts = sorted({d for p in periods for d in (p.first, p.last + timedelta(days=1))})
    spans = [DayRange(a, b - timedelta(days=1)) for a, b in pairwise(cuts)]
    return [s for s in spans if any(p.first <= s.first <= p.last for p in periods)]
