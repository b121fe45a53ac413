"""The audit finds what can be bounded, on literal tables of masked and shown cells."""

from datetime import date

import numpy as np
import pytest

from snu_analytics.publication.disclosure import Cube
from snu_analytics.publication.disclosure.audit import Bounds, needs
from snu_analytics.publication.disclosure.views import Targets, View
from snu_analytics_tests.publication.disclosure.counts import APRIL, fine

DAY = date(2024, 4, 1)
PAIRS = ("gender", "cohort")


def bounds(
    rows: list[tuple], masked: list[tuple], out: set, dimensions=PAIRS
) -> list[tuple[float, float]]:
    """The bounds of the masked cells (kind, breakdown, categories) when the periods are out."""
    figure = Cube(dimensions, fine(*rows, dimensions=dimensions), APRIL, threshold=1)
    every = figure.numbering.rows(figure.cells).rows(named=True)
    found = []
    for kind, breakdown, *categories in masked:
        (number,) = [
            n
            for n, cell in enumerate(every)
            if cell["breakdown"] == breakdown
            and figure.numbering.tables[
                figure.numbering.table_and_period(figure.cells[n : n + 1])[0][0]
            ].kind
            == kind
            and cell["period"] == DAY
            and [cell[name] for name in dimensions if cell[name] is not None] == categories
        ]
        found.append(figure.cells[number])
    figure.masked = np.sort(np.array(found))
    figure.published = out
    targets = Targets(figure.masked, figure.values_of(figure.masked), 11)
    days = [day for kind, day in out if kind == "day"]
    View(figure, figure.out(set()), days, out).look(targets, exact=True)
    at = np.searchsorted(figure.masked, found)
    return [(float(targets.seen.least[n]), float(targets.seen.greatest[n])) for n in at]


def test_one_masked_cell_of_a_shown_total_is_found():
    rows = [(1, "female", "A", 30), (1, "male", "A", 5)]
    masked = [("day", "gender", "male")]
    assert bounds(rows, masked, {("day", DAY)}) == [(5, 5)]


def test_two_masked_cells_of_a_shown_total_hide_in_their_sum():
    rows = [(1, "female", "A", 8), (1, "male", "A", 5), (1, "unknown", "A", 20)]
    masked = [("day", "gender", "female"), ("day", "gender", "male")]
    (least, greatest), _ = bounds(rows, masked, {("day", DAY)})
    assert (least, greatest) == (pytest.approx(0), pytest.approx(13))


def test_one_masked_cell_of_a_square_is_found():
    rows = [(1, g, c, n) for g, c, n in zip("ffmm", "ABAB", (20, 30, 40, 5), strict=True)]
    masked = [("week", "gender × cohort", "m", "B")]
    out = {("day", DAY), ("week", DAY)}
    assert bounds(rows, masked, out) == [(5, 5)]


def test_the_four_corners_of_a_square_hide_each_other():
    rows = [(1, g, c, n) for g, c, n in zip("ffmm", "ABAB", (20, 30, 40, 15), strict=True)]
    corners = [("week", "gender × cohort", g, c) for g in "fm" for c in "AB"]
    for least, greatest in bounds(rows, corners, {("day", DAY), ("week", DAY)}):
        assert greatest - least >= 10


def test_a_masked_day_is_the_rest_of_a_shown_week():
    rows = [(day, "f", "A", 3 if day == 1 else 20) for day in range(1, 8)]
    masked = [("day", "total"), ("day", "gender", "f"), ("day", "cohort", "A")]
    days = {("day", date(2024, 4, n)) for n in range(1, 8)}
    assert bounds(rows, masked, days | {("week", DAY)})[0] == (3, 3)
    least, greatest = bounds(rows, masked, days)[0]
    assert (least, greatest >= 10) == (0, True)


def test_a_masked_cell_of_one_breakdown_is_found_in_another():
    rows = [
        (1, "f", "A", 6),
        (1, "f", "B", 4),
        (1, "m", "A", 50),
    ]
    masked = [("day", "gender", "f"), ("week", "gender × cohort", "f", "A")]
    out = {("day", DAY), ("week", DAY)}
    (gender, pair) = bounds(rows, masked, out)
    assert gender == (10, 10)
    assert pair == (6, 6)


def test_a_primary_cell_must_reach_from_1_to_10_and_another_span_10():
    wanted = needs(np.array([5, 5, 5, 30, 30, 0]), 11)
    seen = Bounds(
        np.array([1.0, 2.0, 0.0, 22.0, 25.0, 0.0]), np.array([10.0, 40.0, 9.0, 32.0, 34.0, 10.0])
    )
    assert wanted.met(seen).tolist() == [True, False, False, True, False, True]
