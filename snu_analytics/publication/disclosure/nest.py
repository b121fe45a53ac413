"""Periods that add up to others: weeks to months, months to a campaign.

What a longer period shows bounds the masked cells of the shorter ones within it, and the other way
round. Of each table the cells of all periods at hand are looked at together, with the national
totals of every span of days that belongs to the same periods: those that are out are known, those
of the period being closed may be masked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import pairwise, product
from math import prod

import numpy as np
import polars as pl

from snu_analytics.catalogue.published import Dimensions
from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure.close import (
    Cell,
    Cells,
    Key,
    numbered,
    related,
)
from snu_analytics.publication.disclosure.space import (
    Block,
    Labels,
    Space,
    Span,
    Sums,
    System,
    block_of,
    cliques_of,
    space_of,
)
from snu_analytics.publication.disclosure.suppress import suppress
from snu_analytics.publication.disclosure.threads import in_threads


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
    tables: Mapping[Dimensions, Sequence[str]],
    scheme: Scheme,
) -> Counter[str]:
    """Add the cells of tables to the periods that are being closed; counts of the programs.

    `tables` has the figures of each. Departments are looked at region by region, after the regions.
    """
    counts: Counter[str] = Counter()
    blocks = {
        group: block_of(fine, group, scheme.categories, scheme.regions)
        for group in {tuple(g) for figures in tables.values() for g in related(fine, figures)}
    }
    for late in (False, True):
        of_stage = {t: figures for t, figures in tables.items() if ("department" in t) == late}
        nests = [
            partial(_nested, blocks[tuple(group)], periods, table, scheme.threshold, region)
            for table, figures in sorted(of_stage.items(), key=lambda item: _size(item[0], scheme))
            for group in related(fine, figures)
            for region in (scheme.categories["region"] if late else [None])
        ]
        for cells, of_nest in in_threads(nests):
            counts.update(of_nest)
            for number, key, cell in cells:
                periods[number].cells[key] = cell
    return counts


def _size(table: Dimensions, scheme: Scheme) -> int:
    """Less, the more cells a table has."""
    return -prod(len(scheme.categories[d]) for d in table)


def _nested(
    block: Block,
    periods: Sequence[Period],
    table: Dimensions,
    threshold: int,
    region: str | None,
) -> tuple[list[tuple[int, Key, Cell]], Counter[str]]:
    """The cells of a table in the periods being closed, and counts of the programs."""
    nest = _Nest(block, periods, table, threshold, region)
    made = suppress(nest.system, threshold)
    cells = [
        (at, key, Cell(int(nest.system.values[n]), bool(made.masked[n]), bool(made.whole[n])))
        for n, (at, key) in enumerate(nest.keys)
        if periods[at].closing and key[1]
    ]
    return cells, Counter(programs=made.programs, withheld=made.withheld)


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
        cells, zero = Sums(), Sums()
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
            # The national totals of all spans are known.
            for span, figure in product(spans, block.figures):
                span.sums(cells, (), {}, figure)
                cells.close(1)
        for span in spans:
            span.agreements(zero)
        self.system = self._system(space_of(spans, zero, cells))

    def _system(self, space: Space) -> System:
        before = [self._before(number, key) for number, key in self.keys]
        values = space.values()
        extra = len(values) - len(before)
        shown = values[len(before) :]
        for number, cell in enumerate(before):
            if cell is not None and not cell.masked:
                values[number] = cell.value
        total = np.array([self._totals[number][key[0]] for number, key in self.keys])
        whole = [
            cell.whole if cell else self._too_few(number) for number, cell in enumerate(before)
        ]
        shares = self._shares()
        price = 1 + np.array([shares.get(key, 0.0) for _, key in self.keys]) * total / 10
        none, zeros = np.zeros(extra, bool), np.zeros(extra, np.int64)
        group = numbered([(number, key[0]) for number, key in self.keys])
        place = np.array([number for number, _ in self.keys])
        return System(
            space=space,
            values=values,
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
