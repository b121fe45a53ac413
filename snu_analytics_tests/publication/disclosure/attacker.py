"""An attacker, written without regard to how cells are masked: subtraction, then programs.

He knows the shown cells, that an absent one is zero, and how tables add up. Each masked cell is an
unknown, and so is each margin that no table tells; every relation is a sum that is zero.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from snu_analytics_tests.publication.disclosure.counts import APRIL, Cells

Cell = tuple


class Attacker:
    """What can be found out from published cells of April 2024.

    `places` tells the region of each department.
    """

    def __init__(
        self, cells: Cells, dimensions: Sequence[str], places: Mapping[str, str] | None = None
    ) -> None:
        self._dimensions, self._places = list(dimensions), places or {}
        self.known: dict[Cell, float] = {}
        self.unknown: dict[Cell, int] = {}
        self._categories: dict[str, set[str]] = {name: set() for name in dimensions}
        self._published: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for kind, frame in cells.items():
            for row in frame.iter_rows(named=True):
                used = tuple(name for name in dimensions if row[name] is not None)
                for name in used:
                    self._categories[name].add(row[name])
                cell = (kind, row["period"], tuple((name, row[name]) for name in used))
                self._published[kind].add(used)
                if row["masked"]:
                    self.unknown[cell] = len(self.unknown)
                else:
                    self.known[cell] = row["value"]
        self.masked = list(self.unknown)
        self._sums = [s for s in self._relations() if s]

    def learn(self, value_of: Mapping[Cell, float]) -> None:
        """Take values of masked cells as known from elsewhere."""
        for cell, value in value_of.items():
            if cell in self.unknown:
                self._sums.append({self.unknown[cell]: 1.0, -1: -value})

    def subtracted(self) -> dict[Cell, float]:
        """The masked cells found by solving sums of one unknown again and again."""
        found: dict[int, float] = {}
        while True:
            before = len(found)
            for terms in self._sums:
                rest = terms.get(-1, 0.0)
                rest += sum(c * found[n] for n, c in terms.items() if n != -1 and n in found)
                left = [n for n in terms if n != -1 and n not in found]
                if len(left) == 1:
                    found[left[0]] = -rest / terms[left[0]]
            if len(found) == before:
                return {
                    c: found[n] for c, n in self.unknown.items() if n in found and c in self.masked
                }

    def intervals(self) -> dict[Cell, tuple[float, float]]:
        """The least and greatest possible value of each masked cell."""
        size = len(self.unknown)
        rows, columns, values = [], [], []
        right = np.zeros(len(self._sums))
        for row, terms in enumerate(self._sums):
            right[row] = -terms.get(-1, 0.0)
            for column, value in terms.items():
                if column != -1:
                    rows.append(row)
                    columns.append(column)
                    values.append(value)
        matrix = csr_array((values, (rows, columns)), (len(self._sums), size))
        found = {}
        for cell in self.masked:
            aim = np.zeros(size)
            aim[self.unknown[cell]] = 1
            ends = []
            for sign in (1, -1):
                solved = linprog(
                    sign * aim, A_eq=matrix, b_eq=right, bounds=(0, 10_000), method="highs"
                )
                assert solved.status == 0
                ends.append(sign * solved.fun)
            found[cell] = (ends[0], ends[1])
        return found

    def _relations(self) -> Iterator[dict[int, float]]:
        for day in APRIL:
            total = self._cell("day", day, {})
            for name in self._dimensions:
                yield self._sum([total], self._line("day", day, {}, name))
            yield from self._regions("day", day, [])
        weeks = [day for day in APRIL if day.weekday() == 0 and day.day <= 22]
        for week in weeks:
            seven = [date(2024, 4, week.day + n) for n in range(7)]
            yield self._sum(
                [self._cell("week", week, {})], [self._cell("day", d, {}) for d in seven]
            )
            for pair in self._published["week"]:
                for name, other in (pair, pair[::-1]) if len(pair) == 2 else ():
                    for category in self._categories[name]:
                        one = {name: category}
                        line = self._line("week", week, one, other)
                        yield self._sum(line, [self._cell("day", d, one) for d in seven])
            yield from self._regions("week", week, self._beside())
        month = APRIL.first
        yield self._sum(
            [self._cell("month", month, {})], [self._cell("day", day, {}) for day in APRIL]
        )
        pairs = sorted({tuple(sorted(p)) for p in self._published["week"] if len(p) == 2})
        for pair in pairs:
            for values in product(*(sorted(self._categories[name]) for name in pair)):
                both = dict(zip(pair, values, strict=True))
                margin = self._margin(("margin", month, tuple(both.items())))
                for triple in self._published["month"]:
                    if set(pair) < set(triple):
                        (third,) = set(triple) - set(pair)
                        yield self._sum([margin], self._line("month", month, both, third))
                rest = self._margin(("rest of the month", month, tuple(both.items())))
                yield self._sum([margin], [self._cell("week", w, both) for w in weeks] + [rest])
            for name, other in (pair, pair[::-1]):
                for category in self._categories[name]:
                    margins = [
                        self._margin(
                            (
                                "margin",
                                month,
                                tuple((n, {name: category, other: o}[n]) for n in pair),
                            )
                        )
                        for o in sorted(self._categories[other])
                    ]
                    days = [self._cell("day", day, {name: category}) for day in APRIL]
                    yield self._sum(margins, days)
        beside = [n for n in self._dimensions if n not in ("region", "department")]
        yield from self._regions(
            "month", month, [p for p in product(beside, beside) if p[0] < p[1]]
        )

    def _beside(self) -> list[tuple[str, ...]]:
        return [(n,) for n in self._dimensions if n not in ("region", "department")]

    def _regions(
        self, kind: str, period: date, beside: Sequence[tuple[str, ...]]
    ) -> Iterator[dict[int, float]]:
        if not self._places:
            return
        for names in beside or [()]:
            for values in product(*(sorted(self._categories[name]) for name in names)):
                same = dict(zip(names, values, strict=True))
                for region in sorted(set(self._places.values())):
                    parts = [
                        self._cell(kind, period, {**same, "department": department})
                        for department, within in self._places.items()
                        if within == region
                    ]
                    yield self._sum([self._cell(kind, period, {**same, "region": region})], parts)

    def _line(self, kind: str, period: date, fixed: dict[str, str], name: str) -> list:
        return [
            self._cell(kind, period, {**fixed, name: category})
            for category in sorted(self._categories[name])
        ]

    def _cell(self, kind: str, period: date, categories: Mapping[str, str]) -> tuple[int, float]:
        used = tuple((name, categories[name]) for name in self._dimensions if name in categories)
        cell = (kind, period, used)
        if cell in self.unknown:
            return self.unknown[cell], 1.0
        return -1, self.known.get(cell, 0.0)

    def _margin(self, cell: Cell) -> tuple[int, float]:
        return self.unknown.setdefault(cell, len(self.unknown)), 1.0

    @staticmethod
    def _sum(left: Sequence[tuple[int, float]], right: Sequence[tuple[int, float]]) -> dict:
        terms: dict[int, float] = defaultdict(float)
        for sign, part in ((1, left), (-1, right)):
            for number, value in part:
                terms[number] += sign * value
        return {n: v for n, v in terms.items() if v or n == -1}
