"""Invented objectives: one per cohort and department, near what the campaigns validate."""

from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from bson import ObjectId

from snu_analytics.catalogue import load_catalogue, places
from snu_analytics.days import DayRange
from snu_analytics.figures.objectives import cohort_facts, from_records, read_objectives
from snu_analytics.simulation import Simulation, simulate, write_dump
from snu_analytics.simulation.campaigns import cohort_id
from snu_analytics.simulation.objectives import level, objectives, registrations
from snu_analytics.source import open_source
from snu_analytics_tests.simulation.histories import decoded

DAYS = DayRange(date(2022, 10, 1), date(2024, 6, 30))


@cache
def simulated() -> Simulation:
    return simulate(100, DAYS.first, DAYS.last, seed=5)


@cache
def goals() -> list[dict[str, Any]]:
    return objectives(20_000, DAYS, seed=5)


def test_every_cohort_one_can_register_for_has_an_objective_in_every_department():
    goals = objectives(50_000, DAYS, seed=5)
    departments = {goal["department"] for goal in goals}
    assert len(departments) == 101
    counts = Counter((goal["cohort"], goal["department"]) for goal in goals)
    assert counts == {
        (cohort, department): 1
        for cohort in (
            *("Février 2023 - C", "Avril 2023 - A", "Avril 2023 - B", "Juin 2023", "Juillet 2023"),
            *("Février 2024 - C", "CLE mars 2024 1", "CLE GE1 2024", "CLE 23-24"),
            *("Avril 2024 - A", "Avril 2024 - B", "CLE mai 2024", "Juin 2024", "Juillet 2024"),
            *("Toussaint 2024", "2024 CLE 06 - Novembre", "2025 CLE 03 Fevrier"),
            *("2025 HTS 02 - Avril", "2025 CLE Globale", "2025 HTS 04 - Juillet"),
        )
        for department in departments
    }


def test_stays_that_registration_has_closed_for_have_none():
    goals = objectives(100, DayRange(date(2024, 5, 6), date(2024, 5, 31)), seed=5)
    assert {goal["cohort"] for goal in goals if "2024" in goal["cohort"]} == {
        *("Juin 2024", "Juillet 2024", "Toussaint 2024", "2024 CLE 06 - Novembre"),
    }


def test_an_objective_is_stored_as_the_application_does():
    objective = next(
        g for g in goals() if (g["cohort"], g["department"]) == ("Juin 2023", "Finistère")
    )
    assert objective == {
        "_id": ObjectId("14012dd7578cadae3e21c554"),
        "department": "Finistère",
        "region": "Bretagne",
        "academy": "Rennes",
        "max": 16,
        "cohort": "Juin 2023",
        "cohortId": cohort_id("Juin 2023"),
        "fillingRate": 56.25,
        "createdAt": datetime(2022, 10, 1, tzinfo=UTC),
        "updatedAt": datetime(2022, 10, 1, tzinfo=UTC),
    }


def test_places_are_those_of_the_catalogue():
    homes = {(place.department, place.region, place.academy) for place in places()}
    assert {(goal["department"], goal["region"], goal["academy"]) for goal in goals()} <= homes


def test_every_objective_of_a_dump_is_read_without_a_problem(tmp_path):
    write_dump(simulated(), tmp_path / "dump")
    source = open_source(f"bson://{tmp_path / 'dump'}", tmp_path / "home")
    given = source.records("inscriptiongoals", ("cohort", "department", "max", "region", "academy"))
    facts = cohort_facts(source.records("cohorts", ("name", "objectifLevel", "dateStart")))
    read = read_objectives(from_records(given), facts, load_catalogue().vocabularies)
    assert read.problems == ()
    assert len(read.frame) == len(simulated().collections["inscriptiongoals"]) > 0
    assert set(read.frame["level"]) == {"departemental", "regional"}


def test_registrations_within_the_days_and_until_the_next_campaign_ends_are_expected():
    expected = registrations(100, DayRange(date(2021, 9, 1), date(2022, 8, 31)))
    # The second campaign draws 12 % more people; who comes late in one registers for the next.
    assert sum(expected.values()) == pytest.approx(100 + 112, abs=0.5)
    first = sum(people for stay, people in expected.items() if stay.start.year == 2022)
    assert first == pytest.approx(96, abs=3)


def test_classes_of_the_next_campaign_take_from_those_who_come_alone():
    expected = registrations(100, DayRange(date(2022, 9, 1), date(2023, 8, 31)))
    pupils = sum(people for stay, people in expected.items() if stay.source == "CLE")
    assert sum(expected.values()) == pytest.approx(100 + 112, abs=0.5)
    assert pupils == pytest.approx(0.28 * 112, abs=0.5)


def test_who_registers_chooses_the_stays_as_expected():
    history = simulate(2_000, DAYS.first, DAYS.last, seed=5)
    created_by_cohort: Counter[str] = Counter()
    for patch in decoded(history, "young_patches"):
        created = {op["path"]: op["value"] for op in patch["ops"] if op["op"] == "add"}
        if "/createdAt" in created:
            created_by_cohort[created["/cohort"]] += 1
    assert sum(created_by_cohort.values()) == 2_000
    for stay, expected in registrations(2_000, DAYS).items():
        if stay.source == "VOLONTAIRE" and stay.start.year < 2025:
            assert created_by_cohort[stay.cohort] == pytest.approx(expected, abs=4 * expected**0.5)


def test_objectives_are_near_what_a_department_validates():
    expected = {stay.cohort: people for stay, people in registrations(20_000, DAYS).items()}
    for goal in goals():
        share = 0.74 * expected[goal["cohort"]] / 101
        low, high = max(1, round(0.85 * share)), max(1, round(1.25 * share))
        assert goal["max"] is None or low <= goal["max"] <= high


def test_few_young_people_have_few_objectives_and_none_below_one():
    few = objectives(300, DAYS, seed=5)
    assert {goal["max"] for goal in few} == {1, None}
    validated = sum(registrations(300, DAYS).values()) * 0.74
    assert 0.85 < len(few) / validated < 1.25


def test_few_objectives_have_no_maximum():
    unlimited = [goal for goal in goals() if goal["max"] is None]
    assert 0.02 < len(unlimited) / len(goals()) < 0.04
    assert {goal["fillingRate"] for goal in unlimited} == {0}


def test_the_rate_is_that_of_so_many_people():
    for goal in goals():
        if goal["max"]:
            filled = goal["fillingRate"] * goal["max"] / 100
            assert filled == pytest.approx(round(filled))
            assert 0 <= goal["fillingRate"] <= 100


def test_most_cohorts_are_held_to_departments_and_some_to_regions():
    levels = Counter(level(f"cohort {number}", 5) for number in range(500))
    assert set(levels) == {"departemental", "regional"}
    assert 75 < levels["regional"] < 125
    stored = {c["name"]: c["objectifLevel"] for c in decoded(simulated(), "cohorts")}
    assert stored == {cohort: level(cohort, 5) for cohort in stored}
    assert "à venir" in stored


def test_the_same_seed_gives_the_same_objectives_and_another_one_others():
    assert objectives(20_000, DAYS, seed=5) == goals()
    assert objectives(20_000, DAYS, seed=6) != goals()


def test_ids_are_all_different():
    assert len({goal["_id"] for goal in goals()}) == len(goals())


def test_damage_leaves_objectives_alone():
    damaged = simulate(100, DAYS.first, DAYS.last, seed=5, damage="everything")
    for name in ("inscriptiongoals", "cohorts"):
        assert damaged.collections[name] == simulated().collections[name]


def test_no_other_collection_depends_on_the_objectives(monkeypatch):
    monkeypatch.setattr("snu_analytics.simulation.generate.objectives", lambda *_: [])
    without = simulate(100, DAYS.first, DAYS.last, seed=5)
    assert without.collections == {**simulated().collections, "inscriptiongoals": []}
    assert without.truth == simulated().truth
