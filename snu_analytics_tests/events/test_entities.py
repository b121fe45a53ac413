"""The events of the entities around the young people: by their catalogue files alone."""

from datetime import date

import pytest

from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    REF,
    add,
    document,
    patch,
    replace,
)

DAY = "2024-03-01"


def events(world, entity: str, collection: str, patches: str, *history: dict) -> list[tuple]:
    world.hold(**{collection: [document()], patches: list(history)})
    world.load(DAY)
    return world.rows(
        "SELECT event_name, phase, from_value, to_value, quality "
        f"FROM analytics.{entity}_event ORDER BY event_order, event_name",
    )


def creation(**fields: object) -> dict:
    return patch(f"{DAY}T08:00", *(add(f"/{name}", value) for name, value in fields.items()))


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("DRAFT", "WAITING_VALIDATION", "mission_submitted"),
        ("WAITING_VALIDATION", "VALIDATED", "mission_validated"),
        ("WAITING_VALIDATION", "REFUSED", "mission_refused"),
        ("WAITING_VALIDATION", "WAITING_CORRECTION", "mission_correction_requested"),
        ("VALIDATED", "CANCEL", "mission_cancelled"),
        ("VALIDATED", "ARCHIVED", "mission_archived"),
        ("WAITING_CORRECTION", "DRAFT", "mission_withdrawn_to_draft"),
    ],
)
def test_a_mission_takes_a_status(world, before, after, name):
    change = patch(f"{DAY}T09:00", replace("/status", before, after))
    assert events(world, "mission", "missions", "mission_patches", change) == [
        (name, "mission", before, after, "recorded")
    ]


def test_a_mission_is_created_and_changes_its_places_and_domain(world):
    born = creation(status="DRAFT", placesTotal=4, placesLeft=4, mainDomain="SPORT")
    change = patch(
        f"{DAY}T09:00",
        replace("/placesTotal", 4, 6),
        replace("/placesLeft", 4, 5),
        replace("/mainDomain", "SPORT", "HEALTH"),
    )
    found = events(world, "mission", "missions", "mission_patches", born, change)
    assert found == [
        ("mission_created", "mission", None, "DRAFT", "recorded"),
        ("mission_domain_changed", "mission", "SPORT", "HEALTH", "recorded"),
        ("mission_places_left_changed", "mission", "4", "5", "recorded"),
        ("mission_places_total_changed", "mission", "4", "6", "recorded"),
    ]
    assert world.rows(
        "SELECT places_total, places_left, main_domain FROM analytics.mission_event "
        "ORDER BY event_order DESC LIMIT 1"
    ) == [(6, 5, "HEALTH")]


def test_a_structure_is_created_and_changes_its_status_and_legal_status(world):
    born = creation(status="DRAFT", legalStatus="PRIVATE", types=[])
    change = patch(
        f"{DAY}T09:00",
        replace("/status", "DRAFT", "VALIDATED"),
        replace("/legalStatus", "PRIVATE", "ASSOCIATION"),
    )
    assert events(world, "structure", "structures", "structure_patches", born, change) == [
        ("structure_created", "mission", None, "DRAFT", "recorded"),
        ("structure_legal_status_changed", "mission", "PRIVATE", "ASSOCIATION", "recorded"),
        ("structure_status_changed", "mission", "DRAFT", "VALIDATED", "recorded"),
    ]


def test_a_class_is_created_and_changes_its_statuses_and_seats(world):
    born = creation(status="CREATED", statusPhase1="WAITING_AFFECTATION", seatsTaken=0)
    change = patch(
        f"{DAY}T09:00",
        replace("/status", "CREATED", "VERIFIED"),
        replace("/statusPhase1", "WAITING_AFFECTATION", "AFFECTED"),
        replace("/seatsTaken", 0, 12),
    )
    assert events(world, "classe", "classes", "classe_patches", born, change) == [
        ("classe_created", "inscription", None, "CREATED", "recorded"),
        ("classe_phase1_status_changed", "phase1", "WAITING_AFFECTATION", "AFFECTED", "recorded"),
        ("classe_seats_taken_changed", "inscription", "0", "12", "recorded"),
        ("classe_status_changed", "inscription", "CREATED", "VERIFIED", "recorded"),
    ]


def test_an_equivalence_born_validated_counts_as_granted_with_its_young_persons_profile(world):
    world.hold(
        youngs=[document(gender="female", region="Bretagne", cohort="2022")],
        missionequivalences=[document(OTHER_REF)],
        missionequivalence_patches=[
            patch(
                f"{DAY}T10:00",
                add("/status", "VALIDATED"),
                add("/youngId", REF),
                add("/type", "BAFA"),
                ref=OTHER_REF,
            )
        ],
    )
    world.load(DAY)
    assert world.rows(
        "SELECT event_name, to_value, type, gender, region, cohort "
        "FROM analytics.mission_equivalence_event",
    ) == [("equivalence_created", "VALIDATED", "BAFA", "female", "Bretagne", "2022")]
    assert world.rows(
        "SELECT day, figure, gender, age, value FROM analytics.daily_figure ORDER BY figure",
    ) == [
        (date(2024, 3, 1), "equivalences_created", "female", None, 1),
        (date(2024, 3, 1), "equivalences_validated", "female", None, 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("WAITING_VERIFICATION", "VALIDATED", "equivalence_validated"),
        ("WAITING_VERIFICATION", "REFUSED", "equivalence_refused"),
        ("WAITING_VERIFICATION", "WAITING_CORRECTION", "equivalence_correction_requested"),
        ("WAITING_CORRECTION", "WAITING_VERIFICATION", "equivalence_submitted"),
    ],
)
def test_an_equivalence_takes_a_status(world, before, after, name):
    change = patch(f"{DAY}T09:00", replace("/status", before, after))
    places = ("mission_equivalence", "missionequivalences", "missionequivalence_patches")
    assert events(world, *places, change) == [(name, "mission", before, after, "recorded")]


def test_a_source_older_than_an_entity_has_no_events_of_it(world):
    world.hold(missions=[document(status="DRAFT")])
    for name in ("classes", "classe_patches", "mission_patches"):
        (world.folder / "dump" / f"{name}.bson").unlink()
    world.load(DAY)
    assert world.rows(
        "SELECT relation, row_count FROM analytics.day_load "
        "WHERE relation IN ('classe_event', 'mission_event') ORDER BY relation",
    ) == [("classe_event", 0), ("mission_event", 0)]
