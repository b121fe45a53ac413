"""How closely an attacker can bound each masked cell, by linear programming.

A masked cell is protected when other counts exist, with all the same shown cells, in which it is
small, and others in which it is large: `Needs` says how small and how large. Every such alternative
is a witness. The first is free: counts whose places lie in the same shown cells can change places.
Where this does not do, linear programs look for alternatives, many cells in one program, until each
cell has its two witnesses or a program of its own proves that there is none.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

from snu_analytics.publication.disclosure.cells import Integers
from snu_analytics.publication.disclosure.relations import Shown

# Below the feasibility tolerance of HiGHS (1e-7) times the largest counts nothing is told apart.
_TOLERANCE = 1e-5

# What a count more of a target is worth, in the price of the dearest relation: many may have to be
# changed for it.
_WORTH = 500

# A cell's own program costs nearly as much as one for many: one that adds up 1,400 cells with
# random weights brings 900 of them as far down, or 500 as far up, as they need to come. Groups that
# gain less than a share of their cells compete, or can come no further: they are cut up, to one
# where exact bounds are wanted, else to a few.
_GAIN = 0.08
_FEWER = 8
_FEWEST = 50


@dataclass
class Bounds:
    """The least and greatest values seen of each target, and the programs that were solved."""

    least: np.ndarray
    greatest: np.ndarray
    programs: int = 0

    def see(self, shown: Shown, masses: np.ndarray) -> None:
        """Take in an alternative."""
        self.least = np.minimum(self.least, shown.confined @ masses + shown.fixed)
        self.greatest = np.maximum(self.greatest, shown.reach @ masses + shown.fixed)


class Needs(NamedTuple):
    """The protection interval of each target.

    A primary cell, whose count is from 1 to k-1, must be possible at `least` 1 or less and at
    `greatest` k-1 or more, so that nothing is known of it but that it is masked. For any other
    these are the ends of the line, and its possible values must be `width` = k-1 apart.
    """

    least: np.ndarray
    greatest: np.ndarray
    width: np.ndarray

    def met(self, bounds: Bounds) -> np.ndarray:
        """Which targets are protected."""
        return (
            (bounds.least <= self.least + _TOLERANCE)
            & (bounds.greatest >= self.greatest - _TOLERANCE)
            & (bounds.greatest - bounds.least >= self.width - _TOLERANCE)
        )

    def floor(self, bounds: Bounds) -> np.ndarray:
        """How far down each target must yet come, its greatest value being what was seen."""
        return np.maximum(0, np.minimum(self.least, bounds.greatest - self.width))

    def ceiling(self, bounds: Bounds) -> np.ndarray:
        """How far up each target must yet come, its least value being what was seen."""
        return np.maximum(self.greatest, bounds.least + self.width)


def needs(values: Integers, threshold: int) -> Needs:
    """The protection intervals of masked cells by their true values."""
    primary = (values >= 1) & (values < threshold)
    return Needs(
        np.where(primary, 1, np.inf),
        np.where(primary, threshold - 1, -np.inf),
        np.where(primary, 0, threshold - 1).astype(float),
    )


def bounds(
    shown: Shown, wanted: Needs, seen: Bounds | None = None, *, exact: bool = False
) -> Bounds:
    """Bounds of the targets: as wide as `wanted`, where they can be.

    `seen` are bounds known from before, of other alternatives. With `exact` each target that falls
    short has had programs of its own, so that its bounds are those of the relations; without, it
    may have been left when a program for many brought few of them further.
    """
    found = Bounds(np.full(len(shown.fixed), np.inf), np.full(len(shown.fixed), -np.inf))
    if seen is not None:
        found.least, found.greatest = seen.least.copy(), seen.greatest.copy()
    for free in (0.0, _plenty(shown, wanted)):
        found.see(shown, _with_free(shown, shown.masses, free))
    weights = np.random.default_rng(0)
    for upward in (False, True):
        left = _left(wanted, found, upward)
        group = len(left)
        fewest = 1 if exact else max(_FEWEST, group // _FEWER)
        while len(left):
            tried = left[:group]
            masses = _extreme(
                shown, tried, weights.uniform(0.5, 1.5, len(tried)), wanted, upward, exact
            )
            found.programs += 1
            if masses is not None:
                found.see(shown, masses)
            still = np.isin(left, _left(wanted, found, upward))
            if np.sum(~still) < _GAIN * len(tried):
                if group <= fewest:
                    still[: len(tried)] = False  # these are left at what was found
                group = max(fewest, group // _FEWER)
            left = left[still]
    return found


def _left(wanted: Needs, found: Bounds, upward: bool) -> Integers:
    if upward:
        short = found.greatest < wanted.ceiling(found) - _TOLERANCE
    else:
        short = found.least > wanted.floor(found) + _TOLERANCE
    return np.flatnonzero(short & ~wanted.met(found))


def _plenty(shown: Shown, wanted: Needs) -> float:
    """A mass for the class of no shown cell, which may have any: enough for every need."""
    most = np.max(wanted.greatest, initial=0, where=np.isfinite(wanted.greatest))
    return float(shown.masses.sum() + most + wanted.width.max(initial=0))


def _with_free(shown: Shown, masses: np.ndarray, free: float) -> np.ndarray:
    changed = masses.astype(float)
    if shown.free is not None:
        changed[shown.free] = free
    return changed


def _extreme(
    shown: Shown,
    targets: Integers,
    weights: np.ndarray,
    wanted: Needs,
    upward: bool,
    everywhere: bool,
) -> np.ndarray | None:
    """Masses that make the weighted sum of the targets greatest, or least.

    Without `everywhere` only the classes that have counts, and those of the targets, take part.
    """
    lies = (shown.reach if upward else shown.confined)[targets]
    used = np.flatnonzero(everywhere | (shown.masses > 0) | (lies.sum(axis=0) > 0))
    most = np.full(len(shown.masses), np.inf)
    most = _with_free(shown, most, _plenty(shown, wanted))[used]
    solved = linprog(
        (lies[:, used].T @ weights) * (-1 if upward else 1),
        A_eq=shown.known[:, used] if len(shown.rows) else None,
        b_eq=shown.known @ shown.masses if len(shown.rows) else None,
        bounds=np.column_stack([np.zeros(len(used)), most]),
        # Half the time of the simplex method here, and never the minutes it can take.
        method="highs-ipm",
    )
    if solved.x is None:
        return None
    masses = np.zeros(len(shown.masses))
    masses[used] = np.maximum(solved.x, 0)
    return masses


def price(
    shown: Shown, wanted: Needs, found: Bounds, costs: np.ndarray, upward: bool
) -> np.ndarray:
    """How much each relation's sum has to change for the targets to come as far as they need to.

    The cheapest changes: `costs` are those of one count more or less of each relation, infinite
    where its sum cannot change.
    """
    relations, classes = shown.known.shape
    changed = np.zeros(relations)
    group = _left(wanted, found, upward)
    if not len(group):
        return changed
    size = len(group)
    lies = (shown.reach if upward else shown.confined)[group]
    if upward:  # told <= reach @ masses + fixed, and no more than the ceiling counts
        goal, sign = wanted.ceiling(found)[group], 1
        right, most = shown.fixed[group].astype(float), goal
    else:  # told >= confined @ masses + fixed - floor
        goal, sign = wanted.floor(found)[group], -1
        right, most = goal - shown.fixed[group], np.full(size, np.inf)
    loose = np.flatnonzero(np.isfinite(costs))
    worth = _WORTH * np.max(costs[loose])
    slack = csr_array(
        (np.ones(len(loose)), (loose, np.arange(len(loose)))), (relations, len(loose))
    )
    nothing = csr_array((size, 2 * len(loose)))
    upper = np.full(classes + size + 2 * len(loose), np.inf)
    upper[:classes] = _with_free(shown, upper[:classes], _plenty(shown, wanted))
    upper[classes : classes + size] = most
    solved = linprog(
        np.concatenate([np.zeros(classes), np.full(size, -sign * worth), *[costs[loose]] * 2]),
        A_ub=hstack([-sign * lies, sign * eye_array(size), nothing], format="csr"),
        b_ub=right,
        A_eq=hstack([shown.known, csr_array((relations, size)), slack, -slack], format="csr"),
        b_eq=shown.known @ shown.masses,
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs-ipm",
    )
    if solved.x is not None:
        up, down = np.split(solved.x[classes + size :], 2)
        changed[loose] = np.abs(up - down)
    return changed
