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
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows, run_days

DAY = "2024-03-01"


def events(folder, url, entity: str, collection: str, patches: str, *history: dict) -> list[tuple]:
    source = write_dump(folder / "d", **{collection: [document()], patches: list(history)})
    run_days(folder, source, url, DAY)
    return rows(
        url,
        "SELECT event_name, phase, from_value, to_value, quality "
        f"FROM analytics.{entity}_event ORDER BY event_at, event_name",
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
def test_a_mission_takes_a_status(tmp_path, warehouse_url, before, after, name):
    change = patch(f"{DAY}T09:00", replace("/status", before, after))
    assert events(tmp_path, warehouse_url, "mission", "missions", "mission_patches", change) == [
        (name, "mission", before, after, "recorded")
    ]


def test_a_mission_is_created_and_changes_its_places_and_domain(tmp_path, warehouse_url):
    created = creation(status="DRAFT", placesTotal=4, placesLeft=4, mainDomain="SPORT")
    change = patch(
        f"{DAY}T09:00",
        replace("/placesTotal", 4, 6),
        replace("/placesLeft", 4, 5),
        replace("/mainDomain", "SPORT", "HEALTH"),
    )
    lines = events(
        tmp_path, warehouse_url, "mission", "missions", "mission_patches", created, change
    )
    assert lines == [
        ("mission_created", "mission", None, "DRAFT", "recorded"),
        ("mission_domain_changed", "mission", "SPORT", "HEALTH", "recorded"),
        ("mission_places_left_changed", "mission", "4", "5", "recorded"),
        ("mission_places_total_changed", "mission", "4", "6", "recorded"),
    ]
    assert rows(
        warehouse_url, "SELECT places_total, places_left, main_domain FROM analytics.mission_event"
    )[-1] == (6, 5, "HEALTH")


def test_a_structure_is_created_and_changes_its_status_and_legal_status(tmp_path, warehouse_url):
    created = creation(status="DRAFT", legalStatus="PRIVATE", types=[])
    change = patch(
        f"{DAY}T09:00",
        replace("/status", "DRAFT", "VALIDATED"),
        replace("/legalStatus", "PRIVATE", "ASSOCIATION"),
    )
    assert events(
        tmp_path, warehouse_url, "structure", "structures", "structure_patches", created, change
    ) == [
        ("structure_created", "mission", None, "DRAFT", "recorded"),
        ("structure_legal_status_changed", "mission", "PRIVATE", "ASSOCIATION", "recorded"),
        ("structure_status_changed", "mission", "DRAFT", "VALIDATED", "recorded"),
    ]


def test_a_class_is_created_and_changes_its_statuses_and_seats(tmp_path, warehouse_url):
    created = creation(status="CREATED", statusPhase1="WAITING_AFFECTATION", seatsTaken=0)
    change = patch(
        f"{DAY}T09:00",
        replace("/status", "CREATED", "VERIFIED"),
        replace("/statusPhase1", "WAITING_AFFECTATION", "AFFECTED"),
        replace("/seatsTaken", 0, 12),
    )
    assert events(
        tmp_path, warehouse_url, "classe", "classes", "classe_patches", created, change
    ) == [
        ("classe_created", "inscription", None, "CREATED", "recorded"),
        ("classe_phase1_status_changed", "phase1", "WAITING_AFFECTATION", "AFFECTED", "recorded"),
        ("classe_seats_taken_changed", "inscription", "0", "12", "recorded"),
        ("classe_status_changed", "inscription", "CREATED", "VERIFIED", "recorded"),
    ]


def test_an_equivalence_born_validated_counts_as_granted_with_its_young_persons_profile(
    tmp_path, warehouse_url
):
    source = write_dump(
        tmp_path / "d",
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
    run_days(tmp_path, source, warehouse_url, DAY)
    assert rows(
        warehouse_url,
        "SELECT event_name, to_value, type, gender, region, cohort "
        "FROM analytics.mission_equivalence_event",
    ) == [("equivalence_created", "VALIDATED", "BAFA", "female", "Bretagne", "2022")]
    assert rows(
        warehouse_url,
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
def test_an_equivalence_takes_a_status(tmp_path, warehouse_url, before, after, name):
    change = patch(f"{DAY}T09:00", replace("/status", before, after))
    places = ("mission_equivalence", "missionequivalences", "missionequivalence_patches")
    assert events(tmp_path, warehouse_url, *places, change) == [
        (name, "mission", before, after, "recorded")
    ]


def test_a_source_older_than_an_entity_has_no_events_of_it(tmp_path, warehouse_url):
    source = write_dump(tmp_path / "d", missions=[document(status="DRAFT")])
    for name in ("classes", "classe_patches", "mission_patches"):
        (tmp_path / "d" / f"{name}.bson").unlink()
    run_days(tmp_path, source, warehouse_url, DAY)
    assert rows(
        warehouse_url,
        "SELECT relation, row_count FROM analytics.day_load "
        "WHERE relation IN ('classe_event', 'mission_event') ORDER BY relation",
    ) == [("classe_event", 0), ("mission_event", 0)]
