"""An attacker against tables with and without secondary suppression."""

import random

import polars as pl
import pytest

from snu_analytics_tests.publication.disclosure.attacker import Attacker
from snu_analytics_tests.publication.disclosure.counts import Cells, fine, publish

NAMES = ("gender", "region", "department", "cohort")
PLACES = {"Orne": "Normandie", "Eure": "Normandie", "Lot": "Occitanie", "Gers": "Occitanie"}


def campaign(seed: int, days: int = 9) -> pl.DataFrame:
    """Events of some days of April 2024, in classes of many places and a few sessions."""
    draw = random.Random(seed)
    rows = []
    for day in sorted(draw.sample(range(1, 31), days)):
        size = draw.choice([4, 20, 60, 150])
        for _ in range(size):
            department = draw.choices(list(PLACES), [60, 5, 30, 1])[0]
            cohort = draw.choices(["Juin", "Juillet", "CLE"], [50, 20, 2])[0]
            gender = draw.choices(["female", "male"], [6, 4])[0]
            rows.append((day, gender, PLACES[department], department, cohort, 1))
    return fine(*rows, dimensions=NAMES)


def recovered(cells: Cells) -> int:
    return len(Attacker(cells, NAMES, PLACES).subtracted())


@pytest.mark.parametrize("seed", [1, 2])
def test_small_counts_masked_alone_are_got_back_by_subtraction(seed):
    bare, _ = publish(campaign(seed), NAMES, secondary=False)
    assert recovered(bare) > 10


def test_no_masked_cell_is_got_back_or_bounded_closely():
    counts = campaign(1)
    cells, made = publish(counts, NAMES)
    assert not any(secured.refused or secured.withheld for secured in made.values())
    assert recovered(cells) == 0
    for least, greatest in Attacker(cells, NAMES, PLACES).intervals().values():
        assert greatest - least >= 10 - 1e-4


@pytest.mark.parametrize("hidden", [("day", "total"), ("week", "gender × cohort")])
def test_values_are_still_shown(hidden):
    kind, breakdown = hidden
    cells, _ = publish(campaign(1), NAMES)
    shown = cells[kind].filter(pl.col("breakdown") == breakdown, ~pl.col("masked"))
    assert len(shown) > 0


def test_primary_cells_could_be_anything_from_1_to_10_for_all_one_knows():
    counts = campaign(3)
    cells, made = publish(counts, NAMES)
    true = truth(counts)
    intervals = Attacker(cells, NAMES, PLACES).intervals()
    close = [
        cell
        for cell, (least, greatest) in intervals.items()
        if 1 <= true.get(cell, 0) <= 10 and (least > 1.001 or greatest < 9.999)
    ]
    assert len(close) <= sum(secured.bounded for secured in made.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_the_values_of_a_former_publication_give_no_masked_cell_away(seed):
    before = campaign(seed)
    after = late(before, seed)
    first, _ = publish(before, NAMES)
    second, made = publish(after, NAMES, first)
    assert not any(secured.refused or secured.withheld for secured in made.values())
    assert given_away(first, second, truth(after)) == []


def test_they_would_if_masks_were_chosen_anew():
    before, found = campaign(1), 0
    first, _ = publish(before, NAMES)
    for seed in range(6):
        after = late(before, seed)
        second, _ = publish(after, NAMES)
        found += len(given_away(first, second, truth(after)))
    assert found > 0


def late(counts: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The counts when some events have gone and some have come late."""
    draw = random.Random(seed)
    changes = draw.choices([0, -1, 1, -4, 3], [90, 3, 3, 2, 2], k=len(counts))
    values = [max(0, n + change) for n, change in zip(counts["value"], changes, strict=True)]
    return counts.with_columns(pl.Series("value", values)).filter(pl.col("value") > 0)


def truth(counts: pl.DataFrame) -> dict:
    """All cells, as an attacker would know them if nothing were masked."""
    bare, _ = publish(counts, NAMES, secondary=False, threshold=1)
    return Attacker(bare, NAMES, PLACES).known


def given_away(first: Cells, second: Cells, true: dict) -> list:
    """Small masked cells found when those masked now and shown before are what they were."""
    former, attacker = Attacker(first, NAMES, PLACES), Attacker(second, NAMES, PLACES)
    same = {
        cell: former.known.get(cell, 0)
        for cell in attacker.masked
        if cell not in former.unknown and former.known.get(cell, 0) == true.get(cell, 0)
    }
    attacker.learn(same)
    return [
        cell
        for cell, value in attacker.subtracted().items()
        if cell not in same and 1 <= true.get(cell, 0) <= 10 and value == true[cell]
    ]
