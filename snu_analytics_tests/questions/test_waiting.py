"""How long files and applications wait, on literal histories."""

from snu_analytics_tests.figures.pool.literal import ANNA, BORIS, answer, created, load, moved
from snu_analytics_tests.fixtures.histories import add, patch


def test_a_file_waits_since_its_completion_corrections_included(world):
    history = [
        created("2024-03-01T10:00", ANNA),
        moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION"),
        moved("2024-03-03T10:00", ANNA, "WAITING_VALIDATION", "WAITING_CORRECTION"),
        moved("2024-03-05T10:00", ANNA, "WAITING_CORRECTION", "WAITING_VALIDATION"),
        created("2024-03-01T10:00", BORIS, department="Ain"),
        moved("2024-03-05T10:00", BORIS, "IN_PROGRESS", "WAITING_VALIDATION"),
        moved("2024-03-06T10:00", BORIS, "WAITING_VALIDATION", "VALIDATED"),
    ]
    load(world, 1, young_patches=history)
    assert answer(world, "inscriptions_waiting") == [(0, None, None)]
    load(world, 2, 3, 5, young_patches=history)
    assert answer(world, "inscriptions_waiting") == [(2, 1.5, 2.7)]
    assert answer(world, "inscriptions_waiting", "department") == [
        ("Ain", 1, 0.0, 0.0),
        ("Paris", 1, 3.0, 3.0),
    ]
    load(world, 6, young_patches=history)
    assert answer(world, "inscriptions_waiting") == [(1, 4.0, 4.0)]


def test_an_application_waits_since_it_reached_the_structure(world):
    history = [
        patch("2024-03-01T10:00", add("/status", "WAITING_VALIDATION"), ref=ANNA),
        patch("2024-03-01T10:00", add("/status", "WAITING_VALIDATION"), ref=BORIS),
        moved("2024-03-03T10:00", BORIS, "WAITING_VALIDATION", "VALIDATED"),
    ]
    load(world, 1, 2, 3, application_patches=history)
    assert answer(world, "applications_waiting") == [(1, 2.0, 2.0)]
