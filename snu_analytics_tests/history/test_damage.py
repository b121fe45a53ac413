"""Kinds of damage found in production, each a literal history: states, events and quality."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    add,
    application_events,
    document,
    instant,
    patch,
    remove,
    replace,
    states,
    young_events,
)

BORN = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
DONE = replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")


def events(folder, documents, patches) -> list[tuple]:
    rows = young_events(folder, documents, patches)
    return rows.select("event_name", "from_value", "to_value", "quality").rows()


def test_two_stale_writers_are_both_marked(tmp_path):
    patches = [
        BORN,
        patch("2024-03-02T10:00", DONE),
        patch("2024-03-02T10:05", replace("/status", "IN_PROGRESS", "ABANDONED")),
    ]
    assert events(tmp_path, [document(status="ABANDONED")], patches) == [
        ("inscription_created", None, "IN_PROGRESS", "recorded"),
        ("inscription_completed", "IN_PROGRESS", "WAITING_VALIDATION", "conflict"),
        ("inscription_abandoned", "WAITING_VALIDATION", "ABANDONED", "conflict"),
    ]


def test_a_patch_stored_twice_is_one_event(tmp_path):
    patches = [BORN, patch("2024-03-02T10:00", DONE), patch("2024-03-02T10:00", DONE)]
    assert events(tmp_path, [document(status="WAITING_VALIDATION")], patches) == [
        ("inscription_created", None, "IN_PROGRESS", "recorded"),
        ("inscription_completed", "IN_PROGRESS", "WAITING_VALIDATION", "recorded"),
    ]


def test_a_patch_dated_back_is_applied_at_its_date(tmp_path):
    late = patch("2024-06-01T10:00", DONE) | {"date": instant("2024-03-02T10:00")}
    validated = patch("2024-03-05T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED"))
    assert states(tmp_path, [document(status="VALIDATED")], [BORN, validated, late], "status") == [
        ('"IN_PROGRESS"',),
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
    ]


def test_patches_of_one_millisecond_are_applied_by_their_ids(tmp_path):
    patches = [
        BORN,
        patch("2024-03-01T10:00", DONE),
        patch("2024-03-01T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    assert [event[0] for event in events(tmp_path, [document(status="VALIDATED")], patches)] == [
        "inscription_created",
        "inscription_completed",
        "inscription_validated",
    ]


def test_values_that_a_newer_writer_turns_into_text_have_not_changed(tmp_path):
    born: dict[str, Any] = {
        "birthdateAt": instant("2007-01-01T11:00"),
        "phase2NumberHoursDone": "84",
    }
    patches = [
        patch(
            "2024-03-01T10:00",
            add("/status", "IN_PROGRESS"),
            add("/birthdateAt", "2007-01-01T11:00:00.000Z"),
            add("/hasStartedReinscription", True),
            add("/phase2NumberHoursDone", 84),
        ),
        patch(
            "2024-03-02T10:00",
            replace(
                "/birthdateAt",
                "2007-01-01T11:00:00.000Z",
                "Mon Jan 01 2007 11:00:00 GMT+0000 (Coordinated Universal Time)",
            ),
            replace("/hasStartedReinscription", True, "true"),
            replace("/phase2NumberHoursDone", 84, "84"),
        ),
    ]
    fields = ("birthdateAt", "hasStartedReinscription", "phase2NumberHoursDone")
    values = ('"2007-01-01T11:00:00.000Z"', "true", "84")
    documents = [document(status="IN_PROGRESS", hasStartedReinscription=True, **born)]
    assert states(tmp_path, documents, patches, *fields) == [values, values]
    assert events(tmp_path / "again", documents, patches) == [
        ("inscription_created", None, "IN_PROGRESS", "recorded")
    ]


def test_a_patch_that_destroys_is_set_aside_whole(tmp_path):
    destroyed = patch("2024-03-02T10:00", DONE, {"op": "destroy", "path": "/notes"})
    assert events(tmp_path, [document(status="IN_PROGRESS")], [BORN, destroyed]) == [
        ("inscription_created", None, "IN_PROGRESS", "recorded")
    ]


def test_virtual_paths_are_passed_over(tmp_path):
    created = patch(
        "2024-03-02T10:00",
        add("/id", "55a000000000000000000001"),
        add("/fullName", "Ana Iturbe"),
        add("/young/status", "VALIDATED"),
        DONE,
    )
    assert events(tmp_path, [document(status="WAITING_VALIDATION")], [BORN, created]) == [
        ("inscription_created", None, "IN_PROGRESS", "recorded"),
        ("inscription_completed", "IN_PROGRESS", "WAITING_VALIDATION", "recorded"),
    ]


def test_dotted_and_escaped_keys_are_other_fields(tmp_path):
    created = patch(
        "2024-03-02T10:00",
        add("/status.old", "REFUSED"),
        add("/status~1old", "REFUSED"),
        add("/status~0old", "REFUSED"),
        add("/old/status", "REFUSED"),
    )
    assert states(tmp_path, [document(status="IN_PROGRESS")], [BORN, created], "status") == [
        ('"IN_PROGRESS"',),
        ('"IN_PROGRESS"',),
    ]


def test_blanks_are_values_of_their_own(tmp_path):
    values: list[Any] = ["true", "", None, "false"]
    patches = [BORN, patch("2024-03-02T10:00", add("/cohesionStayPresence", "true"))]
    for day, (before, after) in enumerate(pairwise(values)):
        change = replace("/cohesionStayPresence", before, after)
        patches.append(patch(f"2024-03-{day + 3:02}T10:00", change))
    patches.append(patch("2024-03-09T10:00", remove("/cohesionStayPresence", "false")))
    rows = events(tmp_path, [document(status="IN_PROGRESS")], patches)
    assert [event[1:] for event in rows if event[0] == "stay_presence_recorded"] == [
        (None, "true", "recorded"),
        ("true", "", "recorded"),
        ("", None, "recorded"),
        (None, "false", "recorded"),
        ("false", None, "recorded"),
    ]


def test_the_two_saves_of_a_validated_file_without_beginning_are_what_they_say(tmp_path):
    moment = instant("2024-03-05T10:00")
    patches = [
        patch("2024-03-01T10:00", add("/status", "VALIDATED")),
        patch("2024-03-05T10:00", replace("/status", "VALIDATED", "IN_PROGRESS")),
        patch("2024-03-05T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))
        | {"date": moment + timedelta(milliseconds=40)},
    ]
    assert events(tmp_path, [document(status="VALIDATED")], patches) == [
        ("inscription_created", None, "VALIDATED", "recorded"),
        ("inscription_reopened", "VALIDATED", "IN_PROGRESS", "recorded"),
        ("inscription_validated", "IN_PROGRESS", "VALIDATED", "recorded"),
    ]


def test_an_application_trimmed_to_its_status_is_created_all_the_same(tmp_path):
    rows = application_events(
        tmp_path,
        applications=[document(OTHER_REF, status="CANCEL")],
        application_patches=[
            patch("2024-03-01T10:00", add("/status", "WAITING_VALIDATION"), ref=OTHER_REF),
            patch(
                "2024-03-02T10:00",
                replace("/status", "WAITING_VALIDATION", "CANCEL"),
                ref=OTHER_REF,
            ),
        ],
    )
    assert rows.select("event_name", "to_value", "quality").rows() == [
        ("application_created", "WAITING_VALIDATION", "recorded"),
        ("application_cancelled", "CANCEL", "recorded"),
    ]


def test_orphan_patches_of_a_deleted_document_are_told(tmp_path):
    patches = [BORN, patch("2024-03-02T10:00", DONE)]
    rows = young_events(tmp_path, [], patches)
    assert rows["quality"].to_list() == ["recorded", "recorded"]
    assert rows.filter(pl.col("doubts_after").is_not_null()).is_empty()
