"""Counts that nobody outside knows, as columns of a linear system, and the cells they add up to.

A column is a count of one kind of change (events that belong to exactly the same figures) in one
span of days and one combination of categories. A span's columns are kept by cliques of dimensions:
a table whose dimensions lie in no common clique with another's needs no column for both together,
as long as the columns of each kind agree on the dimensions that two cliques share. For tables
whose dimensions form a chordal graph, as the declared ones do, margins that agree are those of some
joint counts, so that nothing is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack, kron, vstack

from snu_analytics.days import DayRange

Labels = Mapping[str, Mapping[str, str]]
"""What each fine category is called in a table, by dimension; those of one name are added up."""


@dataclass(frozen=True)
class Block:
    """Figures masked together, of the events of one entity.

    `categories` are the fine categories by dimension, `regions` the region of each department, and
    `kinds` the figures of each kind of change.
    """

    figures: tuple[str, ...]
    kinds: tuple[frozenset[str], ...]
    categories: Mapping[str, Sequence[str]]
    regions: Mapping[str, str]

    def of(self, figure: str) -> np.ndarray:
        """Which kinds the figure counts, as a row of 0 and 1."""
        return np.array([[float(figure in kind) for kind in self.kinds]])


class Clique:
    """The combinations of categories of some dimensions; regions are those of the departments."""

    def __init__(self, block: Block, dimensions: tuple[str, ...]) -> None:
        free = [d for d in dimensions if d != "region" or "department" not in dimensions]
        rows = [
            dict(zip(free, c, strict=True)) for c in product(*(block.categories[d] for d in free))
        ]
        if "department" in dimensions:
            rows = [row | {"region": block.regions[row["department"]]} for row in rows]
        self.dimensions = frozenset(dimensions) | (
            {"region"} if "department" in dimensions else set()
        )
        self.frame = pl.DataFrame(rows or [{}], dict.fromkeys(sorted(self.dimensions), pl.String))
        self.size = len(rows) if dimensions else 1

    def margin(self, dimensions: Sequence[str], labels: Labels) -> tuple[pl.DataFrame, csr_array]:
        """The cells by some of the dimensions, and which combinations each adds up."""
        if not dimensions:
            return pl.DataFrame({"cell": [0]}).drop("cell"), csr_array(np.ones((1, self.size)))
        named = self.frame.select(
            pl.col(d).replace_strict(labels[d]) if d in labels else pl.col(d) for d in dimensions
        )
        cells = named.unique().sort(dimensions).with_row_index("cell")
        row = named.join(cells, on=list(dimensions), maintain_order="left")["cell"].to_numpy()
        shape = (len(cells), self.size)
        return cells.drop("cell"), csr_array(
            (np.ones(self.size), (row, np.arange(self.size))), shape
        )


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


class Span:
    """Days whose counts appear together in every table, and where their columns lie."""

    def __init__(
        self, block: Block, days: DayRange, tables: Iterable[Sequence[str]], offset: int
    ) -> None:
        self.days, self.block, self.offset = days, block, offset
        self.cliques = [Clique(block, dimensions) for dimensions in cliques(tables)]
        kinds = len(block.kinds)
        starts = np.cumsum([offset, *(clique.size * kinds for clique in self.cliques)])
        self.starts, self.end = starts[:-1].tolist(), int(starts[-1])

    def truth(self, fine: pl.DataFrame) -> np.ndarray:
        """The true values of the columns. `fine` has day, kind (number), categories and value."""
        own = fine.filter(pl.col("day").is_between(self.days.first, self.days.last))
        parts = []
        for clique in self.cliques:
            keys = sorted(clique.dimensions)
            places = clique.frame.with_row_index("place") if keys else pl.DataFrame({"place": [0]})
            counts = own.group_by("kind", *keys).agg(pl.col("value").sum())
            counts = counts.join(places, on=keys) if keys else counts.with_columns(place=pl.lit(0))
            part = np.zeros(clique.size * len(self.block.kinds))
            at = (
                counts["kind"].to_numpy().astype(np.int64) * clique.size
                + counts["place"].to_numpy()
            )
            part[at] = counts["value"].to_numpy()
            parts.append(part)
        return np.concatenate(parts)

    def sums(
        self, dimensions: Sequence[str], labels: Labels, kinds: np.ndarray, columns: int
    ) -> tuple[pl.DataFrame, csr_array]:
        """The cells by some dimensions, and the columns each adds up for each row of `kinds`."""
        start, clique = next(
            (s, c)
            for s, c in zip(self.starts, self.cliques, strict=True)
            if c.dimensions.issuperset(dimensions)
        )
        cells, margin = clique.margin(dimensions, labels)
        inner = kron(csr_array(kinds), margin, format="csr")
        width = start + inner.shape[1]
        left = csr_array((inner.shape[0], start))
        right = csr_array((inner.shape[0], columns - width))
        return cells, hstack([left, inner, right], format="csr")

    def agreements(self, columns: int) -> list[csr_array]:
        """Relations that are zero: the cliques agree on what they share."""
        relations = []
        every = np.eye(len(self.block.kinds))
        for number, clique in enumerate(self.cliques[1:], 1):
            before = max(
                range(number), key=lambda n: len(self.cliques[n].dimensions & clique.dimensions)
            )
            shared = sorted(self.cliques[before].dimensions & clique.dimensions)
            relations.append(
                self._of(before, shared, every, columns) - self._of(number, shared, every, columns)
            )
        return relations

    def _of(
        self, number: int, dimensions: Sequence[str], kinds: np.ndarray, columns: int
    ) -> csr_array:
        clique, start = self.cliques[number], self.starts[number]
        _, margin = clique.margin(dimensions, {})
        inner = kron(csr_array(kinds), margin, format="csr")
        rest = columns - start - inner.shape[1]
        rows = inner.shape[0]
        return hstack([csr_array((rows, start)), inner, csr_array((rows, rest))], format="csr")


def stacked(rows: Sequence[csr_array], columns: int) -> csr_array:
    """The rows one above the other, also when there are none."""
    return vstack(rows, format="csr") if rows else csr_array((0, columns))
