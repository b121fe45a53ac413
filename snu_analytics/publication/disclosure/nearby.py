"""Witnesses that leave most counts as they are: those of a few regions change, then of more.

A program over the counts of a few regions takes a hundredth of the time of one over all, and what
it shows possible is possible. What remains is for the programs over all counts.
"""

import numpy as np
from scipy.sparse import csc_array, vstack

from snu_analytics.publication.disclosure.ranges import TOLERANCE, Ranges
from snu_analytics.publication.disclosure.solver import Program
from snu_analytics.publication.disclosure.space import Space, System

# So many regions at a time; with less than four in all there is nothing to divide.
_REGIONS = (4, 9, 9)
_FEWEST = 4


def look_nearby(space: Space, ranges: Ranges, random: np.random.Generator) -> int:
    """Take such witnesses into the ranges; the number of programs solved."""
    regions = np.unique(space.region)
    true = space.cells @ space.truth
    stand = np.abs(true - ranges.values)[~ranges.masked] < TOLERANCE
    if len(regions) < _FEWEST or not stand.all():
        return 0
    cells, zero = space.cells.tocsc(), space.zero.tocsc()
    moves = (ranges.masked @ space.cells) > 0
    solved = 0
    for size in _REGIONS:
        for some in np.array_split(random.permutation(regions), len(regions) // size or 1):
            if len(ranges.open()):
                columns = np.flatnonzero(moves & np.isin(space.region, some))
                part = _Part(cells[:, columns], zero[:, columns], space.truth[columns], true)
                part.push(ranges, random)
                solved += part.solved
    return solved


def look_at_heaps(system: System, ranges: Ranges) -> None:
    """Take in the witnesses in which all counts lie in one combination of categories.

    Where nothing but national totals is known, as in most months of few people, they are all it
    takes.
    """
    masked = ranges.masked
    if (masked & ~system.whole).any() or (ranges.values != system.total)[~masked].any():
        return
    space = system.space
    heaps = [span.heaps(len(space.truth)) for span in space.spans]
    columns = sum(heaps[1:], heaps[0]).T.tocsc()
    cells, between = (space.cells @ columns).toarray(), (space.zero @ columns).toarray()
    lower, upper = (bound[:, None] for bound in ranges.bounds())
    possible = ((cells >= lower) & (cells <= upper)).all(axis=0) & (between == 0).all(axis=0)
    if possible.any():
        ranges.see(cells[:, possible].min(axis=1))
        ranges.see(cells[:, possible].max(axis=1))


class _Part:
    """Some columns; the others stay as they truly are."""

    def __init__(
        self, cells: csc_array, zero: csc_array, truth: np.ndarray, true: np.ndarray
    ) -> None:
        own, between = cells.tocsr(), zero.tocsr()
        self._rows = np.flatnonzero(np.diff(own.indptr))
        self._own = own[self._rows]
        self._between = between[np.flatnonzero(np.diff(between.indptr))]
        self._fixed = self._between @ truth
        self._others = true[self._rows] - self._own @ truth
        self._program: Program | None = None

    @property
    def solved(self) -> int:
        """The number of programs."""
        return self._program.solved if self._program else 0

    def push(self, ranges: Ranges, random: np.random.Generator) -> None:
        """Take as many cells as possible to an end, as long as it takes more of them there."""
        weight = random.uniform(0.5, 1.5, len(self._rows))
        left = self._left(ranges)
        while left:
            down, up = (wanted[self._rows] for wanted in ranges.wanted())
            self._solve(ranges, weight * np.where(up, -1.0, np.where(down, 1.0, 0.0)))
            before, left = left, self._left(ranges)
            if left == before:
                return

    def _left(self, ranges: Ranges) -> int:
        return int(sum(wanted[self._rows].sum() for wanted in ranges.wanted()))

    def _solve(self, ranges: Ranges, gain: np.ndarray) -> None:
        columns = self._own.shape[1]
        if self._program is None:
            bounds = [
                np.concatenate([self._fixed, bound[self._rows] - self._others])
                for bound in ranges.bounds()
            ]
            rows = vstack([self._between, self._own], format="csr")
            free = np.full(columns, np.inf)
            self._program = Program(rows, np.array(bounds), np.zeros(columns), free)
        self._program.price(np.arange(columns), self._own.T @ gain)
        solution = self._program.solve()
        if solution is not None:
            ranges.see(self._own @ solution + self._others, self._rows)
