"""The tables that are out as an attacker sees them, over some days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from snu_analytics.catalogue.breakdowns import KINDS, days_of_period, period_of
from snu_analytics.publication.disclosure.audit import Bounds, Needs, bounds, needs, price
from snu_analytics.publication.disclosure.cells import Integers
from snu_analytics.publication.disclosure.cube import Cube, Periods
from snu_analytics.publication.disclosure.relations import Block, Shown, block_of, relations

# A cell is the dearer to mask the more it tells: its cost is the bits of its value. One that is
# zero and shown as absent tells little, but gets a row, and must not be taken before a small count.
_COST_OF_ZERO = 8.0

# A sum changed by less in a program's solution is not changed.
_CHANGED = 1e-4


@dataclass
class Targets:
    """Masked cells that are to be protected, sorted, and what is known of their bounds."""

    cells: Integers
    values: Integers
    threshold: int

    def __post_init__(self) -> None:
        self.needs: Needs = needs(self.values, self.threshold)
        self.seen = Bounds(self.values.astype(float), self.values.astype(float))

    def open(self) -> Integers:
        """The positions of those that are not protected yet."""
        return np.flatnonzero(~self.needs.met(self.seen))

    def joined(self, cells: Integers, cube: Cube) -> "Targets":
        """These and others; an alternative stays one when more cells are masked."""
        every = np.union1d(self.cells, cells)
        joined = Targets(every, cube.values_of(every), self.threshold)
        at = np.searchsorted(every, self.cells)
        joined.seen.least[at], joined.seen.greatest[at] = self.seen.least, self.seen.greatest
        return joined


class View:
    """A block of some days when the given periods are out; days that are not take no part.

    The counts of all other days are held fixed, as if the attacker knew them.
    """

    def __init__(self, cube: Cube, own: np.ndarray, days: Iterable[date], out: Periods) -> None:
        self.days = {day for day in days if ("day", day) in out}
        self.periods = periods_of(self.days) & out
        self._cube, self._own = cube, own
        self._block: Block | None = None
        self._opened = False

    def whole(self, month: date | None = None) -> Periods:
        """The periods all whose days are here; of months only the one given."""
        return {
            (kind, first)
            for kind, first in self.periods
            if (kind != "month" or first == month)
            and all(day in self.days for day in days_of_period(kind, first))
        }

    def open(self) -> bool:
        """Let zeros of the view's own periods be masked too; whether that is new."""
        if self._opened:
            return False
        self._opened, self._block = True, None
        return True

    def look(self, targets: Targets, *, exact: bool) -> int:
        """Look for alternatives for the targets that are open, as `audit.bounds` does.

        Gives the number of programs that were solved.
        """
        here, shown, wanted = self._relations(targets)
        if not len(here):
            return 0
        seen = Bounds(targets.seen.least[here], targets.seen.greatest[here])
        found = bounds(shown, wanted, seen, exact=exact)
        targets.seen.least[here], targets.seen.greatest[here] = found.least, found.greatest
        return found.programs

    def hiding(self, targets: Targets) -> Integers:
        """Cells of the view's own periods that, masked, let the open targets be something else."""
        here, shown, wanted = self._relations(targets)
        if not len(here):
            return self._cube.masked[:0]
        cells, value = self._now.cells[shown.rows], self._now.full[shown.rows]
        costs = np.where(value == 0, _COST_OF_ZERO, np.log2(1 + value))
        costs[~self._cube.of_periods(cells, self._own)] = np.inf
        if not np.isfinite(costs).any():
            return cells[:0]
        seen = Bounds(targets.seen.least[here], targets.seen.greatest[here])
        changes = [price(shown, wanted, seen, costs, upward) for upward in (False, True)]
        return cells[np.max(changes, axis=0) > _CHANGED]

    def _relations(self, targets: Targets) -> tuple[Integers, Shown, Needs]:
        """The open targets that are here (by position), the relations and their needs."""
        here = targets.open()
        block = self._now
        at = np.minimum(np.searchsorted(block.cells, targets.cells[here]), len(block.cells) - 1)
        found = block.cells[at] == targets.cells[here] if len(block.cells) else at != at
        here, at = here[found], at[found]
        masked = np.isin(block.cells, self._cube.masked, assume_unique=True)
        wanted = Needs(*(column[here] for column in targets.needs))
        return here, relations(block, masked, at), wanted

    @property
    def _now(self) -> Block:
        if self._block is None:
            cube = self._cube
            counts = cube.within(sorted(self.days))
            out = cube.out(self.periods)
            cells = np.union1d(cube.cells, cube.masked)
            cells = cells[cube.of_periods(cells, out)]
            openable = self._own if self._opened else None
            self._block = block_of(
                counts, cube.choices, cube.numbering, out, cells, cube.values_of(cells), openable
            )
        return self._block


def periods_of(days: Iterable[date]) -> Periods:
    """The days, weeks and months that the days lie in."""
    return {(kind, period_of(kind, day)) for day in days for kind in KINDS}
