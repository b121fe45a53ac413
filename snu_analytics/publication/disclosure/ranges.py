"""How far each masked cell reaches in the witnesses seen so far."""

import numpy as np

from snu_analytics.publication.disclosure.space import System

TOLERANCE = 1e-3


class Ranges:
    """What an attacker must believe possible of each cell, and what witnesses show that he does.

    `floor` and `ceiling` bound a masked cell by what he knows of it. A small cell `must_vary` from
    0 to `last`, any other masked one by as much as `last`.
    """

    def __init__(self, system: System, small: np.ndarray, threshold: int) -> None:
        last = threshold - 1
        self.values, self.masked = system.values, system.masked.copy()
        self.floor = np.where(system.whole | small, 0, threshold)
        self.ceiling = np.where(small, last, np.inf)
        self.last = np.minimum(last, system.total)
        self.must_vary = (system.values < threshold) & self.masked
        self.exposed = np.zeros(len(system.values), bool)
        self.least, self.greatest = system.values.astype(float), system.values.astype(float)

    def see(self, values: np.ndarray, cells: np.ndarray | slice = slice(None)) -> None:
        """Take in a witness: what the cells are in it."""
        self.least[cells] = np.minimum(self.least[cells], values)
        self.greatest[cells] = np.maximum(self.greatest[cells], values)

    def protected(self) -> np.ndarray:
        """Which cells reach as far as they must."""
        low, high = self.least - TOLERANCE, self.greatest + TOLERANCE
        every = (low <= 0) & (high >= self.last)
        return np.where(self.must_vary, every, high - low >= self.last)

    def open(self) -> np.ndarray:
        """The numbers of the masked cells of which that is not known yet."""
        return np.flatnonzero(self.masked & ~self.exposed & ~self.protected())

    def wanted(self) -> tuple[np.ndarray, np.ndarray]:
        """Which cells must still be taken down, and which up."""
        still = self.masked & ~self.exposed & ~self.protected()
        down = still & (~self.must_vary | (self.least > TOLERANCE))
        up = still & (~self.must_vary | (self.greatest < self.last - TOLERANCE))
        return down, up

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The least and greatest that the attacker believes possible of each cell."""
        lower = np.where(self.masked, self.floor, self.values)
        return lower, np.where(self.masked, self.ceiling, self.values)
