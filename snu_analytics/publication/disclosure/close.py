"""The cells of a period, coarse before fine: which are shown, and which are masked.

What a stage decides is known in the next, which masks cells of its own alone:

1. one dimension at a time, without departments, all figures together;
2. two and three dimensions together, without departments and sessions;
3. sessions with another dimension, since together with the second stage they took twice as long;
4. departments, region by region.

A cell is masked without a look at its value when a coarser cell that holds it is masked, or shows
fewer than 2k, or when the national total is less than 2k for each cell of the table: there is not
enough to hide in, and to tell. So is, of several dimensions, the same cell of
related figures. Of such cells it is not told whether they are small.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from math import prod

import numpy as np
import polars as pl

from snu_analytics.catalogue.published import GROUPS, Dimensions
from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure.space import (
    Block,
    Space,
    Span,
    Sums,
    System,
    block_of,
    cliques_of,
    space_of,
)
from snu_analytics.publication.disclosure.suppress import suppress

Table = tuple[str, Dimensions]  # of a figure

# What a category is worth to readers, beside one of which nothing is known but that it is listed.
_WORTH = {"gender": 20.0, "age_group": 10.0, "cohort": 8.0}
_UNKNOWN_WORTH = 9.0


@dataclass(frozen=True)
class Cell:
    """What is published of one cell; of a `whole` one not even whether it is small."""

    value: int
    masked: bool
    whole: bool = False


Key = tuple[str, Dimensions, tuple[str, ...]]
Cells = dict[Key, Cell]
"""Cells by figure, dimensions and categories."""


@dataclass
class Closing:
    """One period of one entity's figures, in the making.

    `fine` has day, figures (texts joined by `+`), a category for each dimension, and value.
    `tables` lists the tables of each figure. `regions` is the region of each department. `before`
    are cells that other periods need to be masked, and whether with their whole group: of a cell
    masked by itself it may be known that it counts k or more, which bounds its months.
    """

    fine: pl.DataFrame
    days: DayRange
    tables: Mapping[str, Sequence[Dimensions]]
    categories: Mapping[str, Sequence[str]]
    regions: Mapping[str, str]
    threshold: int = 11
    secondary: bool = True
    before: Mapping[Key, bool] = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def parts(self) -> list["Closing"]:
        """The same, for each group of figures that share no kind of change with others."""
        return [
            replace(self, tables={f: self.tables[f] for f in group}, cells={}, counts=Counter())
            for group in related(self.fine, list(self.tables))
        ]

    def run(self) -> Cells:
        """All cells, national totals among them."""
        for figures in related(self.fine, list(self.tables)):
            block = block_of(self.fine, figures, self.categories, self.regions)
            for figure, value in block.totals(self.days).items():
                self.cells[figure, (), ()] = Cell(value, masked=False)
            for size, late in ((1, ""), (2, ""), (3, ""), (2, "cohort")):
                own = {f: self._tables(f, size, late) for f in figures}
                self._stage(block, own)
            for size, region in product((1, 2), self.categories["region"]):
                own = {f: self._tables(f, size, "department") for f in figures}
                if any(own.values()):
                    self._stage(block.within(region), own, region)
        return self.cells

    def sparse(self, figure: str, table: Dimensions) -> bool:
        """Whether a figure's national total is less than 2k for each cell of a table."""
        others = [d for d in table if d != "region" or "department" not in table]
        cells = prod(len(self.categories[d]) for d in others)
        return self.cells[figure, (), ()].value < 2 * self.threshold * cells

    def _tables(self, figure: str, size: int, late: str) -> list[Dimensions]:
        """A figure's tables of so many dimensions that wait for the stage of the late one."""
        return [t for t in self.tables[figure] if len(t) == size and _late(t) == late]

    def _stage(
        self, block: Block, own: Mapping[str, Sequence[Dimensions]], region: str | None = None
    ) -> None:
        figures = [figure for figure in block.figures if own[figure]]
        if region is not None:
            own = {f: [] if self._settled(block, f, own[f]) else own[f] for f in figures}
        if not any(own[f] for f in figures):
            return
        stage = _Stage(self, block.about(figures), own, region)
        made = suppress(stage.system, self.threshold, secondary=self.secondary)
        self.counts.update(programs=made.programs, withheld=made.withheld)
        for number, key in enumerate(stage.keys):
            if stage.system.own[number] or stage.system.whole[number]:
                value = int(stage.system.values[number])
                masked, whole = bool(made.masked[number]), bool(made.whole[number])
                self.cells[key] = Cell(value, masked, whole)

    def _settled(self, block: Block, figure: str, tables: Sequence[Dimensions]) -> bool:
        """Whether a figure's cells by department of a region follow from its, and are made here.

        They do where it has one department, or too little for any cell of it to be shown.
        """
        (region,), departments = block.categories["region"], block.categories["department"]
        cell = self.cells[figure, ("region",), (region,)]
        alone = len(departments) == 1
        few = cell.masked or cell.value < 2 * self.threshold
        if not (alone or few or all(self.sparse(figure, table) for table in tables)):
            return False
        for table in tables:
            as_region = tuple("region" if d == "department" else d for d in table)
            cells, values = _counted(block, self.days, figure, table)
            for categories, value in zip(cells, values, strict=True):
                same = tuple(region if d in departments else d for d in categories)
                out = self.cells.get((figure, as_region, same)) if alone else None
                self.cells[figure, table, categories] = out or Cell(value, True, whole=True)
        return True


def _counted(
    block: Block, days: DayRange, figure: str, table: Dimensions
) -> tuple[list[tuple[str, ...]], list[int]]:
    """The cells of a table and their values."""
    span, sums = Span(block, days, cliques_of(block, [table])), Sums()
    cells = span.sums(sums, table, {}, figure)
    sums.close(len(cells))
    return cells, np.rint(sums.matrix(span.end) @ span.truth()).astype(int).tolist()


class _Stage:
    """The system of one stage: the cells that are out and concern it, then its own."""

    def __init__(
        self,
        closing: Closing,
        block: Block,
        own: Mapping[str, Sequence[Dimensions]],
        region: str | None,
    ) -> None:
        self.closing = closing
        used = {f: [*self._out(f, own, region), *own[f]] for f in block.figures}
        span = Span(
            block, closing.days, cliques_of(block, (t for tables in used.values() for t in tables))
        )
        sums, zero = Sums(), Sums()
        self.keys: list = []
        for figure, table in ((f, t) for f in block.figures for t in used[f]):
            named = span.sums(sums, table, {}, figure)
            sums.close(len(named))
            self.keys += [(figure, table, categories) for categories in named]
        span.agreements(zero)
        self.system = self._system(space_of([span], zero, sums))

    def _out(
        self, figure: str, own: Mapping[str, Sequence[Dimensions]], region: str | None
    ) -> list[Dimensions]:
        """The tables of the figure that are out and bear upon this stage."""
        out = dict.fromkeys(t for f, t, _ in self.closing.cells if f == figure)
        if region is not None:
            near = {"region"}.union(*(t for tables in own.values() for t in tables))
            return [t for t in out if set(t) & {"region", "department"} and set(t) <= near]
        return [t for t in out if "department" not in t]

    def _system(self, space: Space) -> System:
        before = [self.closing.cells.get(key) for key in self.keys]
        own = np.array([cell is None for cell in before])
        masked = np.array(
            [
                key in self.closing.before if cell is None else cell.masked
                for key, cell in zip(self.keys, before, strict=True)
            ]
        )
        whole = np.array(
            [
                self.closing.before.get(key, False) if cell is None else cell.whole
                for key, cell in zip(self.keys, before, strict=True)
            ]
        )
        lines = [line(key, self.closing.regions) for key in self.keys]
        price = np.array([self._price(key) for key in self.keys])
        for number, key in enumerate(self.keys):
            if before[number] is None:
                whole[number] |= self._too_few(key)
        hidden = {
            key[1:] for key, so in zip(self.keys, whole, strict=True) if so and len(key[1]) > 1
        }
        whole |= own & np.array([key[1:] in hidden for key in self.keys])
        total = np.array([self.closing.cells[figure, (), ()].value for figure, _, _ in self.keys])
        return System(
            *(space, space.values(), own, masked, whole),
            *(numbered(lines), numbered([line[1:] for line in lines]), price, total),
        )

    def _coarser(self, key: tuple) -> Iterator[Cell]:
        """The cells out that hold this one."""
        figure, dimensions, categories = key
        named = dict(zip(dimensions, categories, strict=True))
        if "department" in named:
            named["region"] = self.closing.regions[named["department"]]
        for size in range(len(named) + 1):
            for fewer in combinations(named, size):
                ordered = tuple(d for d in GROUPS if d in fewer)
                cell = self.closing.cells.get((figure, ordered, tuple(named[d] for d in ordered)))
                if cell is not None and ordered != dimensions:
                    yield cell

    def _too_few(self, key: tuple) -> bool:
        return self.closing.sparse(key[0], key[1]) or any(
            cell.masked or cell.value < 2 * self.closing.threshold for cell in self._coarser(key)
        )

    def _price(self, key: tuple) -> float:
        """What masking the cell costs: what is expected in it, by what is out."""
        figure, dimensions, categories = key
        total = max(1, self.closing.cells[figure, (), ()].value)
        share = 1.0
        for dimension, category in zip(dimensions, categories, strict=True):
            out = self.closing.cells.get((figure, (dimension,), (category,)))
            if len(dimensions) > 1 and out is not None and not out.masked:
                share *= out.value / total
            else:
                share *= self._worth(dimension, category) / 100
        return 1 + share * total / 10

    def _worth(self, dimension: str, category: str) -> float:
        if category.startswith("unknown"):
            return _UNKNOWN_WORTH
        if dimension == "region":
            return float(sum(region == category for region in self.closing.regions.values()))
        rest = category == self.closing.categories[dimension][-1]
        return _WORTH.get(dimension, 1.0) * (0.6 if rest else 1)


def _late(table: Dimensions) -> str:
    """The dimension whose cells are made after the others', if any."""
    if "department" in table:
        return "department"
    return "cohort" if "cohort" in table and len(table) > 1 else ""


def line(key: tuple, regions: Mapping[str, str]) -> tuple:
    """The group of a cell: its table, within one region where the table has several dimensions."""
    figure, dimensions, categories = key
    named = dict(zip(dimensions, categories, strict=True))
    if "department" in named:
        return figure, dimensions, regions[named["department"]]
    if len(dimensions) > 1 and "region" in named:
        return figure, dimensions, named["region"]
    return figure, dimensions


def numbered(things: Sequence[tuple]) -> np.ndarray:
    numbers = {thing: number for number, thing in enumerate(dict.fromkeys(things))}
    return np.array([numbers[thing] for thing in things])


def related(fine: pl.DataFrame, figures: Iterable[str]) -> list[list[str]]:
    """The figures in groups that share no kind of change."""
    groups = [{figure} for figure in figures]
    for kind in fine["figures"].unique():
        named = set(kind.split("+"))
        joined = [g for g in groups if g & named]
        groups = [g for g in groups if not g & named] + ([set().union(*joined)] if joined else [])
    order = list(figures)
    return sorted((sorted(g, key=order.index) for g in groups), key=lambda g: order.index(g[0]))
