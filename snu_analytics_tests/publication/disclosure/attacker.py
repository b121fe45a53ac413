"""An attacker, written without regard to how cells are masked: programs over all fine counts.

He takes every count of a kind of change in a span of days and a combination of all categories as
unknown, and every published cell as a sum of them: shown cells are known. Once he knows no more,
once he knows the rules: which masked cells are small, and that the others are not.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_array, lil_array

from snu_analytics.publication.disclosure import Cell, Key
from snu_analytics_tests.publication.disclosure.world import CATEGORIES, KINDS, REGIONS

Published = tuple[Iterable[int], Mapping[Key, Cell]]
"""The numbers of the spans that a period consists of, and its cells."""

_TOLERANCE = 1e-4


class Attacker:
    """What can be told of the masked cells of some periods."""

    def __init__(
        self, periods: Sequence[Published], threshold: int = 11, *, knows_rules: bool
    ) -> None:
        free = ("gender", "age_group", "department", "cohort")
        spans = 1 + max(span for numbers, _ in periods for span in numbers)
        places = [
            (span, kind, {**dict(zip(free, groups, strict=True)), "region": REGIONS[groups[2]]})
            for span in range(spans)
            for kind in KINDS
            for groups in product(*(CATEGORIES[g] for g in free))
        ]
        self._cells = [
            (n, key, cell) for n, (_, made) in enumerate(periods) for key, cell in made.items()
        ]
        rows = lil_array((len(self._cells), len(places)))
        lower: list[float] = []
        upper: list[float] = []
        for row, (number, (figure, dimensions, named), cell) in enumerate(self._cells):
            for column, (span, kind, groups) in enumerate(places):
                if (
                    span in periods[number][0]
                    and figure in kind.split("+")
                    and all(groups[d] == c for d, c in zip(dimensions, named, strict=True))
                ):
                    rows[row, column] = 1
            small = cell.value < threshold
            if not cell.masked:
                lower, upper = [*lower, cell.value], [*upper, cell.value]
            elif knows_rules and not cell.whole:
                lower = [*lower, 0 if small else threshold]
                upper = [*upper, threshold - 1 if small else np.inf]
            else:
                lower, upper = [*lower, 0], [*upper, np.inf]
        self._rows, self._lower, self._upper = csr_array(rows), np.array(lower), np.array(upper)
        self._threshold = threshold
        self._totals = {(n, key[0]): cell.value for n, key, cell in self._cells if not key[1]}

    def recovered(self, *, whole_numbers: bool = False) -> dict[Key, tuple[float, float]]:
        """The masked cells that are bounded more closely than the rule promises."""
        recovered = {}
        for row, (number, key, cell) in enumerate(self._cells):
            if not cell.masked:
                continue
            last = min(self._threshold - 1, self._totals[number, key[0]])
            low, high = (self._bound(row, sign, whole_numbers) for sign in (1, -1))
            covered = low <= _TOLERANCE and high >= last - _TOLERANCE
            wide = high - low >= last - _TOLERANCE
            if not (covered if cell.value < self._threshold else wide):
                recovered[key] = (low, high)
        return recovered

    def _bound(self, row: int, sign: int, whole_numbers: bool) -> float:
        aim = sign * self._rows[[row]].toarray().ravel()
        if whole_numbers:
            limits = LinearConstraint(self._rows, self._lower, self._upper)
            solved = milp(aim, constraints=limits, integrality=np.ones(len(aim)))
        else:
            equal = self._lower == self._upper
            bounded = np.isfinite(self._upper) & ~equal
            at_least = ~equal & (self._lower > 0)
            solved = linprog(
                aim,
                A_eq=self._rows[np.flatnonzero(equal)],
                b_eq=self._lower[equal],
                A_ub=csr_array(
                    np.vstack(
                        [
                            self._rows[np.flatnonzero(bounded)].toarray(),
                            -self._rows[np.flatnonzero(at_least)].toarray(),
                        ]
                    )
                ),
                b_ub=np.concatenate([self._upper[bounded], -self._lower[at_least]]),
            )
        assert solved.status in (0, 3), solved.message
        return sign * solved.fun if solved.status == 0 else -sign * np.inf
