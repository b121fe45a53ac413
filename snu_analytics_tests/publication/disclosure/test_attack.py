"""What is shown of small countries, attacked with all that a reader sees together."""

from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure import Period, Scheme, nested_masks, recoverable
from snu_analytics_tests.publication.disclosure.attacker import Attacker
from snu_analytics_tests.publication.disclosure.together import campaign
from snu_analytics_tests.publication.disclosure.world import (
    APRIL,
    CATEGORIES,
    FIGURES,
    REGIONS,
    closing,
    country,
    late,
    masked,
    revised,
    small_movements,
)

WEEKS = [DayRange(date(2024, 4, d), date(2024, 4, d + 6)) for d in (1, 8, 15, 22)]


@pytest.mark.parametrize("people", [300, 1_000])
@pytest.mark.parametrize("knows_rules", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_recovered_from_a_month(seed, knows_rules, people):
    month = closing(country(seed, people)).cells
    assert Attacker([([0], month)], knows_rules=knows_rules).recovered() == {}


def test_nothing_is_recovered_by_whole_numbers():
    month = closing(country(4, 300)).cells
    attacker = Attacker([([0], month)], knows_rules=True)
    assert attacker.recovered(whole_numbers=True) == {}


def test_cells_are_recovered_without_secondary_suppression():
    month = closing(country(1, 1_000), secondary=False).cells
    assert len(Attacker([([0], month)], knows_rules=False).recovered()) > 10


def test_the_audit_finds_what_the_attacker_finds():
    month = closing(country(1, 1_000), secondary=False)
    exposed = Attacker([([0], month.cells)], knows_rules=True).recovered()
    assert set(recoverable(month)) == set(exposed)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_recovered_from_weeks_beside_their_month(seed):
    fine = country(seed, 1_000)
    month = closing(fine).cells
    weeks = [Period("week", days, {}, closing=True) for days in WEEKS]
    periods = [Period("month", APRIL, month), *weeks]
    tables: dict[tuple[str, ...], tuple[str, ...]] = {("gender",): FIGURES, ("region",): FIGURES}
    nested_masks(fine, periods, tables, Scheme(CATEGORIES, REGIONS, 11))
    published = [(range(5), month), *(([n], week.cells) for n, week in enumerate(weeks))]
    for number, week in enumerate(WEEKS):
        inside = fine.filter(fine["day"].is_between(week.first, week.last))
        weeks[number].cells.update(closing(inside, tables=[]).cells)
    assert Attacker(published, knows_rules=True).recovered() == {}
    assert masked(weeks[0].cells) < len(weeks[0].cells)


def test_nothing_is_recovered_from_a_campaign_beside_its_months():
    whole, april, may = (cells for _, cells in campaign(1, 600)[:3])
    published = [([0, 1], whole), ([0], april), ([1], may)]
    assert Attacker(published, knows_rules=True).recovered() == {}
    assert masked(whole) < len(whole)


def test_national_totals_are_those_of_the_counts():
    fine = country(5, 300)
    month = closing(fine).cells
    for figure in FIGURES:
        counted = fine.filter(fine["figures"].str.split("+").list.contains(figure))
        cell = month[figure, (), ()]
        assert (cell.value, cell.masked) == (counted["value"].sum(), False)


def test_every_category_has_a_cell_and_every_small_one_is_masked():
    month = closing(country(6, 300)).cells
    assert {key[2] for key in month if key[:2] == ("created", ("department",))} == {
        (department,) for department in REGIONS
    }
    assert all(cell.masked for key, cell in month.items() if key[1] and cell.value < 11)


@pytest.mark.parametrize("seed", [2, 3])
def test_nothing_is_recovered_from_two_versions(seed):
    former = closing(country(seed, 300)).cells
    second = revised(former, late(seed))
    attacker = Attacker([([0], former), ([0, 1], second)], knows_rules=True)
    assert (attacker.recovered(), small_movements(former, second)) == ({}, 0)


def test_few_late_changes_are_seen_in_a_revision_that_nobody_checks():
    former = closing(country(3, 1_000)).cells
    assert small_movements(former, revised(former, late(3), checked=False)) > 0
