"""Counts that nobody outside knows, as columns of a linear system, and the cells they add up to.

A column is a count of one kind of change (events that belong to exactly the same figures) in one
span of days and one combination of categories. A span's columns are kept by cliques of dimensions:
a table whose dimensions lie in no common clique with another's needs no column for both together,
as long as the columns of each kind agree on the dimensions that two cliques share. For tables
whose dimensions form a chordal graph, as the declared ones do, margins that agree are those of some
joint counts, so that nothing is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import prod

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from snu_analytics.days import DayRange

Labels = Mapping[str, Mapping[str, str]]
"""What each fine category is called in a table, by dimension; those of one name are added up."""


@dataclass(frozen=True)
class Counts:
    """Counts in order of their days (days since 1970), with numbers of kinds and of categories."""

    day: np.ndarray
    kind: np.ndarray
    codes: Mapping[str, np.ndarray]
    value: np.ndarray

    def of(self, days: DayRange) -> slice:
        """Where the counts of the days stand."""
        ends = np.array([days.first, days.last], "datetime64[D]").astype(np.int64)
        return slice(*np.searchsorted(self.day, [ends[0], ends[1] + 1]))

    def where(self, chosen: np.ndarray) -> "Counts":
        """Those chosen by a mask."""
        codes = {dimension: numbers[chosen] for dimension, numbers in self.codes.items()}
        return Counts(self.day[chosen], self.kind[chosen], codes, self.value[chosen])


@dataclass(frozen=True)
class Block:
    """Figures masked together, of the events of one entity, with their counts.

    `categories` are the fine categories by dimension, `regions` the region of each department, and
    `kinds` the figures of each kind of change.
    """

    figures: tuple[str, ...]
    kinds: tuple[frozenset[str], ...]
    categories: Mapping[str, Sequence[str]]
    regions: Mapping[str, str]
    counts: Counts

    def of(self, figure: str) -> np.ndarray:
        """The numbers of the kinds that the figure counts."""
        return np.flatnonzero([figure in kind for kind in self.kinds])

    def totals(self, days: DayRange) -> dict[str, int]:
        """The total of each figure."""
        within = self.counts.of(days)
        by_kind = np.bincount(
            self.counts.kind[within], self.counts.value[within], minlength=len(self.kinds)
        )
        return {figure: int(by_kind[self.of(figure)].sum()) for figure in self.figures}

    def about(self, figures: Sequence[str]) -> "Block":
        """The same of some of the figures, kinds of change as far as these tell them apart."""
        named = ["+".join(f for f in figures if f in kind) for kind in self.kinds]
        kinds = sorted(set(named) - {""})
        number = np.array([kinds.index(name) if name else -1 for name in named], np.int64)
        kind = number[self.counts.kind]
        counts = self.counts.where(kind >= 0)
        of_kinds = tuple(frozenset(name.split("+")) for name in kinds)
        counts = replace(counts, kind=kind[kind >= 0])
        return replace(self, figures=tuple(figures), kinds=of_kinds, counts=counts)

    def within(self, region: str) -> "Block":
        """The same of one region."""
        every = self.categories["department"]
        own = [n for n, department in enumerate(every) if self.regions[department] == region]
        inside = self.counts.codes["region"] == list(self.categories["region"]).index(region)
        counts = self.counts.where(inside)
        codes = {
            "region": np.zeros_like(counts.kind),
            "department": np.searchsorted(own, counts.codes["department"]),
        }
        counts = replace(counts, codes={**counts.codes, **codes})
        named = {"region": [region], "department": [every[n] for n in own]}
        return replace(self, categories={**self.categories, **named}, counts=counts)


def block_of(
    fine: pl.DataFrame,
    figures: Sequence[str],
    categories: Mapping[str, Sequence[str]],
    regions: Mapping[str, str],
) -> Block:
    """The kinds of change as far as these figures tell them apart, and the counts by kind."""
    of_kind = {
        kind: "+".join(f for f in figures if f in kind.split("+"))
        for kind in fine["figures"].unique().sort()
    }
    kinds = sorted(set(of_kind.values()) - {""})
    number = {kind: kinds.index(named) for kind, named in of_kind.items() if named}
    codes = {
        dimension: {category: n for n, category in enumerate(named)}
        for dimension, named in categories.items()
    }
    numbers = (
        fine.lazy()
        .filter(pl.col("figures").is_in(list(number)))
        .select(
            pl.col("day").cast(pl.Int32).cast(pl.Int64),
            pl.col("figures").replace_strict(number, return_dtype=pl.Int64),
            *(pl.col(d).replace_strict(c, return_dtype=pl.Int64) for d, c in codes.items()),
            pl.col("value"),
        )
        .sort("day", maintain_order=True)
        .collect()
    )
    counts = Counts(
        numbers["day"].to_numpy(),
        numbers["figures"].to_numpy(),
        {dimension: numbers[dimension].to_numpy() for dimension in codes},
        numbers["value"].to_numpy(),
    )
    named = tuple(frozenset(kind.split("+")) for kind in kinds)
    return Block(tuple(figures), named, categories, regions, counts)


class Clique:
    """The combinations of categories of some dimensions; regions are those of the departments."""

    def __init__(self, block: Block, dimensions: tuple[str, ...]) -> None:
        self._categories = block.categories
        self.free = [d for d in dimensions if d != "region" or "department" not in dimensions]
        sizes = [len(block.categories[d]) for d in self.free]
        self.size = prod(sizes)
        self._sizes = sizes
        numbers = np.indices(sizes).reshape(len(sizes), self.size)
        self._codes = dict(zip(self.free, numbers, strict=True))
        if "department" in self._codes:
            regions = list(block.categories["region"])
            of = [regions.index(block.regions[d]) for d in block.categories["department"]]
            self._codes["region"] = np.array(of)[self._codes["department"]]
        self.dimensions = frozenset(self._codes)
        self._margins: dict[tuple, tuple[list[tuple[str, ...]], np.ndarray]] = {}

    @property
    def regions(self) -> np.ndarray:
        """The number of the region of each combination."""
        return self._codes.get("region", np.zeros(self.size, np.int64))

    def numbers(self, counts: Counts, within: slice) -> np.ndarray:
        """The number of the combination that each count belongs to."""
        own = {d: counts.codes[d][within] for d in self.free}
        return np.broadcast_to(self.at(own), len(counts.day[within]))

    def combinations(self) -> dict[str, np.ndarray]:
        """The numbers of the categories of each combination."""
        return {d: self._codes[d] for d in self.free}

    def at(self, codes: Mapping[str, np.ndarray]) -> np.ndarray:
        """The numbers of the combinations of categories."""
        if not self.free:
            return np.zeros(1, np.int64)
        return np.ravel_multi_index([codes[d] for d in self.free], self._sizes)

    def margin(
        self, dimensions: Sequence[str], labels: Labels
    ) -> tuple[list[tuple[str, ...]], np.ndarray]:
        """The cells by some of the dimensions, sorted, and that of each combination."""
        called = tuple(
            tuple(labels[d][c] if d in labels else c for c in self._categories[d])
            for d in dimensions
        )
        key = tuple(dimensions), called
        if key not in self._margins:
            self._margins[key] = self._margin(dimensions, called)
        return self._margins[key]

    def _margin(
        self, dimensions: Sequence[str], called: Sequence[Sequence[str]]
    ) -> tuple[list[tuple[str, ...]], np.ndarray]:
        if not dimensions:
            return [()], np.zeros(self.size, np.int64)
        distinct = [sorted(set(names)) for names in called]
        ranks = [
            np.array([names.index(name) for name in every])[self._codes[d]]
            for d, names, every in zip(dimensions, distinct, called, strict=True)
        ]
        shape = [len(names) for names in distinct]
        numbers, cell = np.unique(np.ravel_multi_index(ranks, shape), return_inverse=True)
        of_cells = zip(*np.unravel_index(numbers, shape), strict=True)
        cells = [tuple(names[n] for names, n in zip(distinct, at, strict=True)) for at in of_cells]
        return cells, cell


def cliques(tables: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """The largest sets of dimensions of which any two stand in one table, the larger ones first.

    Region and department always stand together.
    """
    crossed = [set(table) for table in tables]
    used = sorted(set().union(*crossed))
    together = {frozenset(pair) for table in crossed for pair in combinations(table, 2)}
    if {"region", "department"} <= set(used):
        together.add(frozenset({"region", "department"}))
    complete = [
        set(chosen)
        for size in range(1, len(used) + 1)
        for chosen in combinations(used, size)
        if all(frozenset(pair) in together for pair in combinations(chosen, 2))
    ]
    largest = [c for c in complete if not any(c < other for other in complete)]
    return [tuple(sorted(c)) for c in sorted(largest, key=lambda c: (-len(c), sorted(c)))] or [()]


class Sums:
    """Sums of columns, one below the other."""

    def __init__(self) -> None:
        self.count = 0
        self._rows: list[np.ndarray] = []
        self._columns: list[np.ndarray] = []
        self._signs: list[np.ndarray] = []

    def add(self, rows: np.ndarray, columns: np.ndarray, sign: float = 1.0) -> None:
        """Let columns count in rows, numbered from those that `close` was told of."""
        self._rows.append(self.count + rows)
        self._columns.append(columns)
        self._signs.append(np.full(len(rows), sign))

    def close(self, count: int) -> None:
        """So many rows are complete."""
        self.count += count

    def matrix(self, columns: int) -> csr_array:
        """The sums as rows over so many columns."""
        if not self._rows:
            return csr_array((self.count, columns))
        at = np.concatenate(self._rows), np.concatenate(self._columns)
        return csr_array((np.concatenate(self._signs), at), (self.count, columns))


class Span:
    """Days whose counts appear together in every table, and where their columns lie."""

    def __init__(
        self, block: Block, days: DayRange, cliques: Sequence[Clique], offset: int = 0
    ) -> None:
        self.days, self.block, self.cliques = days, block, cliques
        kinds = len(block.kinds)
        starts = np.cumsum([offset, *(clique.size * kinds for clique in cliques)])
        self.starts, self.end = starts[:-1].tolist(), int(starts[-1])

    def truth(self) -> np.ndarray:
        """The true values of the columns."""
        counts = self.block.counts
        own = counts.of(self.days)
        parts = []
        for clique in self.cliques:
            at = counts.kind[own] * clique.size + clique.numbers(counts, own)
            size = clique.size * len(self.block.kinds)
            parts.append(np.bincount(at, counts.value[own], minlength=size))
        return np.concatenate(parts)

    def regions(self) -> np.ndarray:
        """The number of the region of each column; 0 for all where none is told."""
        kinds = len(self.block.kinds)
        return np.concatenate([np.tile(clique.regions, kinds) for clique in self.cliques])

    def sums(
        self, sums: Sums, dimensions: Sequence[str], labels: Labels, figure: str
    ) -> list[tuple[str, ...]]:
        """Let the columns count in the cells of a figure by some dimensions, which are returned."""
        number = next(n for n, c in enumerate(self.cliques) if c.dimensions.issuperset(dimensions))
        cells, cell = self.cliques[number].margin(dimensions, labels)
        kinds = self.block.of(figure)
        sums.add(np.tile(cell, len(kinds)), self._columns(number, kinds))
        return cells

    def agreements(self, sums: Sums) -> None:
        """Relations that are zero: the cliques agree on what they share."""
        kinds = np.arange(len(self.block.kinds))
        for number, clique in enumerate(self.cliques[1:], 1):
            before = max(
                range(number), key=lambda n: len(self.cliques[n].dimensions & clique.dimensions)
            )
            shared = sorted(self.cliques[before].dimensions & clique.dimensions)
            for part, sign in ((before, 1.0), (number, -1.0)):
                cells, cell = self.cliques[part].margin(shared, {})
                rows = (kinds[:, None] * len(cells) + cell).ravel()
                sums.add(rows, self._columns(part, kinds), sign)
            sums.close(len(kinds) * len(cells))

    def heaps(self, width: int) -> csr_array:
        """Other counts with the same totals of each kind: all in the same combination.

        A row for each combination of each clique. A dimension that the clique lacks has some
        category.
        """
        sizes = {d: len(self.block.categories[d]) for c in self.cliques for d in c.free}
        parts = []
        for clique in self.cliques:
            own = clique.combinations()
            every = np.arange(clique.size)
            parts.append({d: own.get(d, every % size) for d, size in sizes.items()})
        codes = {d: np.concatenate([part[d] for part in parts]) for d in sizes}
        count = sum(clique.size for clique in self.cliques)
        within = self.block.counts.of(self.days)
        kinds = len(self.block.kinds)
        totals = np.bincount(
            self.block.counts.kind[within], self.block.counts.value[within], minlength=kinds
        )
        heaps, columns = [], []
        for clique, start in zip(self.cliques, self.starts, strict=True):
            at = np.broadcast_to(clique.at(codes), count)
            columns.append((start + np.arange(kinds)[:, None] * clique.size + at).ravel())
            heaps.append(np.tile(np.arange(count), kinds))
        values = np.tile(np.repeat(totals, count), len(self.cliques))
        where = np.concatenate(heaps), np.concatenate(columns)
        return csr_array((values, where), (count, width))

    def _columns(self, number: int, kinds: np.ndarray) -> np.ndarray:
        size = self.cliques[number].size
        return (self.starts[number] + kinds[:, None] * size + np.arange(size)).ravel()


def cliques_of(block: Block, tables: Iterable[Sequence[str]]) -> list[Clique]:
    """The combinations of categories whose counts the tables add up."""
    return [Clique(block, dimensions) for dimensions in cliques(tables)]


@dataclass(frozen=True)
class Space:
    """Counts in columns: sums of them that are zero, those of each cell, their truth and region."""

    zero: csr_array
    cells: csr_array
    truth: np.ndarray
    region: np.ndarray
    spans: Sequence[Span]

    def values(self) -> np.ndarray:
        """The true values of the cells."""
        return np.rint(self.cells @ self.truth).astype(np.int64)


@dataclass(frozen=True)
class System:
    """Cells of a space and what is known of them.

    `values` are what they count, or counted when they were published. Of the cells some are
    `masked` already; `own` may be masked, the others are shown whatever happens. Of the `whole`
    ones, masked with their whole group, it is not told whether they are small. `group` numbers the
    groups that can be masked whole, `place` those of all figures, `price` is what masking a count
    costs, and `total` the national total of the cell's figure and period: what everybody knows that
    no cell exceeds.
    """

    space: Space
    values: np.ndarray
    own: np.ndarray
    masked: np.ndarray
    whole: np.ndarray
    group: np.ndarray
    place: np.ndarray
    price: np.ndarray
    total: np.ndarray

    def near(self, cells: np.ndarray) -> np.ndarray:
        """The cells that share a count with some of these."""
        columns = self.space.cells[np.flatnonzero(cells)].sum(axis=0) > 0
        return np.asarray(self.space.cells @ columns.astype(float) > 0)


def space_of(spans: Sequence[Span], zero: Sums, cells: Sums) -> Space:
    """The counts of some spans, and the cells that they add up to."""
    columns = spans[-1].end
    return Space(
        zero.matrix(columns),
        cells.matrix(columns),
        np.concatenate([span.truth() for span in spans]),
        np.concatenate([span.regions() for span in spans]),
        spans,
    )
