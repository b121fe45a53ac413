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

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from snu_analytics.publication.disclosure.solver import Program

_TOLERANCE = 1e-3

# What a solution may gain by taking other cells to an end as well, in counts that give way: too
# little to buy one. Other cells are chosen after so many programs; a solution starts from the last
# one, which is quicker as long as the prices stay.
_ASIDE, _ASIDES = 1e-4, 8

# How often groups that cannot be protected cell by cell are masked whole: those at fault first,
# then with them the same groups of other figures.
_ROUNDS = 3


@dataclass(frozen=True)
class System:
    """Counts in columns, and the cells that they add up to.

    `zero` are sums of columns that are zero, `cells` those of each cell, `values` the cells' true
    values. Of the cells some are `masked` already; `own` may be masked, the others are shown
    whatever happens. Of the `whole` ones, masked with their whole group, it is not told whether
    they are small. `group` numbers the groups that can be masked whole, `place` those of all
    figures, `price` is what masking a count costs, and `total` the national total of the cell's
    figure and period: what everybody knows that no cell exceeds.
    """

    zero: csr_array
    cells: csr_array
    values: np.ndarray
    own: np.ndarray
    masked: np.ndarray
    whole: np.ndarray
    group: np.ndarray
    place: np.ndarray
    price: np.ndarray
    total: np.ndarray


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
    small = (system.values < threshold) & (system.own | system.masked)
    if not secondary or not (small | system.masked | system.whole).any():
        nothing = np.zeros(len(small), bool)
        return Masks(system.masked | system.whole | small, system.whole, nothing)
    programs = 0
    for attempt in range(_ROUNDS):
        masked = system.masked | system.whole | (small & system.own)
        search = _Search(replace(system, masked=masked), small & ~system.whole, threshold)
        masked, exposed = search.run()
        programs += search.program.solved
        if not exposed.any() or not system.own.any():
            return Masks(masked, system.whole, exposed, programs)
        by = system.place if attempt else system.group
        at_fault = exposed if (exposed & system.own).any() else search.near(exposed)
        wider = system.own & np.isin(by, by[at_fault & system.own])
        system = replace(system, whole=system.whole | wider)
    return Masks(
        system.masked | system.own,
        system.whole | system.own,
        np.zeros(len(small), bool),
        programs,
        withheld=True,
    )


@dataclass
class _Search:
    system: System
    small: np.ndarray
    threshold: int
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        s, last = self.system, self.threshold - 1
        self._masked = s.masked.copy()
        self._floor = np.where(s.whole | self.small, 0, self.threshold)
        self._ceiling = np.where(self.small, last, np.inf)
        self._last = np.minimum(last, s.total)
        self._must_vary = (s.values < self.threshold) & self._masked
        self._loose = np.flatnonzero(s.own & ~s.masked)
        self._exposed = np.zeros(len(s.values), bool)
        self._least, self._greatest = s.values.astype(float), s.values.astype(float)
        self._columns, self._first = s.zero.shape[1], s.zero.shape[0]
        self._stale = True
        self._random = np.random.default_rng(0)
        self.program = self._model()

    def _model(self) -> Program:
        s, loose = self.system, self._loose
        count = len(loose)
        slack = csr_array((np.ones(count), (loose, np.arange(count))), (len(s.values), count))
        nothing = csr_array((self._first, 2 * count))
        rows = vstack([hstack([s.zero, nothing]), hstack([s.cells, -slack, slack])], format="csr")
        zeros = np.zeros(self._first)
        lower = np.concatenate([zeros, np.where(self._masked, self._floor, s.values)])
        upper = np.concatenate([zeros, np.where(self._masked, self._ceiling, s.values)])
        prices = np.concatenate([np.zeros(self._columns), s.price[loose], s.price[loose]])
        room = np.maximum(0, s.values[loose] - self.threshold)
        most = np.concatenate([np.full(self._columns + count, np.inf), room])
        return Program(rows, np.array([lower, upper]), prices, most)

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """The masked cells, and those that are exposed all the same."""
        while len(cells := np.flatnonzero(self._masked & ~self._exposed & ~self._protected())):
            # What hides a small cell varies with it.
            first = cells[self._must_vary[cells]]
            self._widen(int(first[0] if len(first) else cells[0]))
        return self._masked, self._exposed & ~self._protected()

    def near(self, cells: np.ndarray) -> np.ndarray:
        """The cells that share a count with some of these."""
        columns = self.system.cells[np.flatnonzero(cells)].sum(axis=0) > 0
        return np.asarray(self.system.cells @ columns.astype(float) > 0)

    def _protected(self) -> np.ndarray:
        low, high = self._least - _TOLERANCE, self._greatest + _TOLERANCE
        every = (low <= 0) & (high >= self._last)
        return np.where(self._must_vary, every, high - low >= self._last)

    def _widen(self, cell: int) -> None:
        """Take a cell to the ends that it must be able to reach, masking what stands in the way."""
        last = self._last[cell]
        if self._must_vary[cell]:
            if self._least[cell] > _TOLERANCE:
                self._reach(cell, 0, 0)
            if self._greatest[cell] < last - _TOLERANCE:
                self._reach(cell, last, self._ceiling[cell])
        elif not self._reach(cell, self._least[cell] + last - _TOLERANCE, np.inf):
            self._climb(cell)
            self._reach(cell, self._floor[cell], self._greatest[cell] - last + _TOLERANCE)
        self._exposed[cell] = not self._protected()[cell]

    def _reach(self, cell: int, lower: float, upper: float) -> bool:
        if upper < lower:
            return False
        row = self._first + cell
        if self._stale or self.program.solved % _ASIDES == 0:
            self._take_others_along()
        self.program.bound(row, lower, upper)
        seen = self._see(self.program.solve())
        self.program.bound(row, self._floor[cell], self._ceiling[cell])
        return seen

    def _climb(self, cell: int) -> None:
        """Take a cell as far up as it can come without any other giving way."""
        gain = np.zeros(len(self._masked))
        gain[cell] = -0.5
        self.program.price(np.arange(self._columns), self.system.cells.T @ gain)
        self._stale = True
        self._see(self.program.solve())

    def _see(self, solution: np.ndarray | None) -> bool:
        """Take in a witness, and mask the cells that give way in it."""
        if solution is None:
            return False
        up, down = np.split(solution[self._columns :], 2)
        self._mask(np.flatnonzero((up + down > _TOLERANCE) & ~self._masked[self._loose]))
        values = self.system.cells @ solution[: self._columns]
        self._least = np.minimum(self._least, values)
        self._greatest = np.maximum(self._greatest, values)
        return True

    def _take_others_along(self) -> None:
        self._stale = False
        wanted = self._masked & ~self._exposed & ~self._protected()
        down = wanted & (~self._must_vary | (self._least > _TOLERANCE))
        up = wanted & (~self._must_vary | (self._greatest < self._last - _TOLERANCE))
        toss = self._random.random(len(wanted)) < 0.5
        gain = self._random.uniform(0.5, 1.5, len(wanted)) * _ASIDE
        gain *= np.where(down & (toss | ~up), 1, np.where(up, -1, 0))
        self._see(self.program.solve())
        self.program.price(np.arange(self._columns), self.system.cells.T @ gain)
        self._see(self.program.solve())

    def _mask(self, numbers: np.ndarray) -> None:
        if len(numbers):
            cells = self._loose[numbers]
            self._masked[cells] = True
            gives_way = self._columns + numbers + len(self._loose) * np.array([[0], [1]])
            self.program.free(self._first + cells, gives_way, self.threshold)
