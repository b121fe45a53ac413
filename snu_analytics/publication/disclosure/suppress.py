"""Which cells are masked, so that nobody can tell where from 0 to k-1 a small one lies.

A cell is small when its count is below the threshold k, zero included: it is masked (primary
suppression). It is protected when other counts exist, with all the same shown cells, in which it is
0, and others in which it is k-1. A cell that is masked for the sake of others (secondary
suppression) is protected when its possible values lie k-1 apart. The attacker assumed here knows
of each masked cell whether it is small, which is more than the tables tell him; of a group of cells
that is masked whole, by a rule that does not look at their values, there is nothing to know.

The search is the audit. For each end that a masked cell must be able to reach, a linear program
asks how much the shown cells would have to give way for it. Nothing: the solution is a witness, for
every cell that it takes to an end. Otherwise those that give way are masked. What a cell costs
follows from what everybody can see, so that the choice tells nothing else.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from snu_analytics.publication.disclosure.nearby import look_at_heaps, look_nearby
from snu_analytics.publication.disclosure.ranges import TOLERANCE, Ranges
from snu_analytics.publication.disclosure.solver import Program
from snu_analytics.publication.disclosure.space import System

# What a solution may gain by taking other cells to an end as well, in counts that give way: too
# little to buy one. A solution starts from the last one, which is quicker as long as the prices
# stay: other cells are chosen when the programs since took as many steps as choosing them did.
_ASIDE, _LEAST_STEPS = 1e-4, 100

# How often groups that cannot be protected cell by cell are masked whole: those at fault first,
# then with them the same groups of other figures.
_ROUNDS = 3


@dataclass(frozen=True)
class Masks:
    """The masked cells, those masked with their whole group, and those that nothing protects.

    Exposed cells are left only where none may be masked. `withheld` tells that all own cells are
    masked, since no choice of masks does.
    """

    masked: np.ndarray
    whole: np.ndarray
    exposed: np.ndarray
    programs: int = 0
    withheld: bool = False


def suppress(system: System, threshold: int, *, secondary: bool = True) -> Masks:
    """The cells to mask, by position."""
    small = _small(system, threshold)
    if not secondary or not (small | system.masked | system.whole).any():
        nothing = np.zeros(len(small), bool)
        return Masks(system.masked | system.whole | small, system.whole, nothing)
    programs = 0
    for attempt in range(_ROUNDS):
        made = searched(system, threshold)
        programs += made.programs
        exposed = made.exposed
        if not exposed.any() or not system.own.any():
            return replace(made, programs=programs)
        by = system.place if attempt else system.group
        at_fault = exposed if (exposed & system.own).any() else system.near(exposed)
        wider = system.own & np.isin(by, by[at_fault & system.own])
        system = replace(system, whole=system.whole | wider)
    return Masks(
        system.masked | system.own,
        system.whole | system.own,
        np.zeros(len(small), bool),
        programs,
        withheld=True,
    )


def searched(system: System, threshold: int) -> Masks:
    """The cells to mask one by one, by position, and those that this does not protect."""
    small = _small(system, threshold)
    masked = system.masked | system.whole | (small & system.own)
    search = _Search(replace(system, masked=masked), small & ~system.whole, threshold)
    masked, exposed = search.run()
    return Masks(masked, system.whole, exposed, search.programs)


def _small(system: System, threshold: int) -> np.ndarray:
    return (system.values < threshold) & (system.own | system.masked)


class _Search:
    def __init__(self, system: System, small: np.ndarray, threshold: int) -> None:
        self.programs = 0
        self._system, self._threshold = system, threshold
        self._ranges = Ranges(system, small, threshold)
        self._loose = np.flatnonzero(system.own & ~system.masked)
        self._columns, self._first = system.space.cells.shape[1], system.space.zero.shape[0]
        self._stale = True
        self._spent = self._aside = 0
        self._random = np.random.default_rng(0)

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """The masked cells, and those that are exposed all the same."""
        ranges = self._ranges
        look_at_heaps(self._system, ranges)
        self.programs = look_nearby(self._system.space, ranges, self._random)
        if self.programs:
            self._stale, self._aside = False, len(ranges.values)
        if len(ranges.open()):
            self._program = self._model()
        while len(cells := ranges.open()):
            # What hides a small cell varies with it.
            first = cells[ranges.must_vary[cells]]
            self._widen(int(first[0] if len(first) else cells[0]))
        return ranges.masked, ranges.exposed & ~ranges.protected()

    def _model(self) -> Program:
        s, loose = self._system, self._loose
        count = len(loose)
        slack = csr_array((np.ones(count), (loose, np.arange(count))), (len(s.values), count))
        nothing = csr_array((self._first, 2 * count))
        rows = vstack(
            [hstack([s.space.zero, nothing]), hstack([s.space.cells, -slack, slack])], format="csr"
        )
        zeros = np.zeros(self._first)
        bounds = [np.concatenate([zeros, bound]) for bound in self._ranges.bounds()]
        prices = np.concatenate([np.zeros(self._columns), s.price[loose], s.price[loose]])
        room = np.maximum(0, s.values[loose] - self._threshold)
        most = np.concatenate([np.full(self._columns + count, np.inf), room])
        return Program(rows, np.array(bounds), prices, most)

    def _widen(self, cell: int) -> None:
        """Take a cell to the ends that it must be able to reach, masking what stands in the way."""
        ranges = self._ranges
        last = ranges.last[cell]
        if ranges.must_vary[cell]:
            if ranges.least[cell] > TOLERANCE:
                self._reach(cell, 0, 0)
            if ranges.greatest[cell] < last - TOLERANCE:
                self._reach(cell, last, ranges.ceiling[cell])
        elif not self._reach(cell, ranges.least[cell] + last - TOLERANCE, np.inf):
            self._climb(cell)
            self._reach(cell, ranges.floor[cell], ranges.greatest[cell] - last + TOLERANCE)
        ranges.exposed[cell] = not ranges.protected()[cell]

    def _reach(self, cell: int, lower: float, upper: float) -> bool:
        if upper < lower:
            return False
        row, ranges = self._first + cell, self._ranges
        before = self._program.iterations
        if self._stale or before - self._spent >= self._aside:
            self._take_others_along()
            self._spent = self._program.iterations
            self._aside = max(_LEAST_STEPS, self._spent - before)
        self._program.bound(row, lower, upper)
        seen = self._see(self._solve())
        self._program.bound(row, ranges.floor[cell], ranges.ceiling[cell])
        return seen

    def _solve(self) -> np.ndarray | None:
        self.programs += 1
        return self._program.solve()

    def _climb(self, cell: int) -> None:
        """Take a cell as far up as it can come without any other giving way."""
        gain = np.zeros(len(self._ranges.values))
        gain[cell] = -0.5
        self._price(gain)
        self._stale = True
        self._see(self._solve())

    def _price(self, gain: np.ndarray) -> None:
        self._program.price(np.arange(self._columns), self._system.space.cells.T @ gain)

    def _see(self, solution: np.ndarray | None) -> bool:
        """Take in a witness, and mask the cells that give way in it."""
        if solution is None:
            return False
        up, down = np.split(solution[self._columns :], 2)
        masked = self._ranges.masked
        self._mask(np.flatnonzero((up + down > TOLERANCE) & ~masked[self._loose]))
        self._ranges.see(self._system.space.cells @ solution[: self._columns])
        return True

    def _take_others_along(self) -> None:
        self._stale = False
        down, up = self._ranges.wanted()
        toss = self._random.random(len(up)) < 0.5
        gain = self._random.uniform(0.5, 1.5, len(up)) * _ASIDE
        gain *= np.where(down & (toss | ~up), 1, np.where(up, -1, 0))
        self._see(self._solve())
        self._price(gain)
        self._see(self._solve())

    def _mask(self, numbers: np.ndarray) -> None:
        if len(numbers):
            cells = self._loose[numbers]
            self._ranges.masked[cells] = True
            gives_way = self._columns + numbers + len(self._loose) * np.array([[0], [1]])
            self._program.free(self._first + cells, gives_way, self._threshold)
