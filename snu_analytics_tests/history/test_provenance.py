"""How far each value can be trusted: literal histories, the marks of every state, the quality."""

import json
from itertools import pairwise

import polars as pl

from snu_analytics.history import snapshots
from snu_analytics_tests.fixtures.histories import (
    BEGINNING,
    END,
    add,
    document,
    patch,
    remove,
    replace,
    timeline,
    young_events,
)

BORN = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))


def marks(folder, documents, patches, field: str) -> list[tuple[str, str]]:
    """The field's text after each patch, and what it rests on."""
    frame = snapshots(timeline(folder, documents, patches), BEGINNING, END)
    frame = frame.filter(pl.col("patch_id").is_not_null())
    doubts = [json.loads(f"{{{members}}}") for members in frame["doubts"]]
    return [
        (text.strip('"'), doubt.get(field, "recorded"))
        for text, doubt in zip(frame[field], doubts, strict=True)
    ]


def qualities(folder, documents, patches) -> list[tuple[str, str]]:
    rows = young_events(folder, documents, patches)
    return rows.select("to_value", "quality").rows()


def moves(*statuses: str) -> list[dict]:
    """The creation, then a change of status a day, each from the one before."""
    patches = [BORN]
    for day, (before, after) in enumerate(pairwise(("IN_PROGRESS", *statuses))):
        patches.append(patch(f"2024-03-{day + 2:02}T10:00", replace("/status", before, after)))
    return patches


def test_values_that_follow_one_another_are_recorded(tmp_path):
    patches = moves("WAITING_VALIDATION", "VALIDATED")
    assert marks(tmp_path, [document(status="VALIDATED")], patches, "status") == [
        ("IN_PROGRESS", "recorded"),
        ("WAITING_VALIDATION", "recorded"),
        ("VALIDATED", "recorded"),
    ]


def test_a_value_that_no_patch_tells_is_inferred_from_the_document(tmp_path):
    patches = moves("VALIDATED")
    young = document(status="VALIDATED", gender="male")
    assert marks(tmp_path, [young], patches, "gender") == [("male", "inferred")] * 2


def test_a_value_is_recorded_from_the_first_operation_that_tells_its_original(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED")),
        patch("2024-03-02T10:00", replace("/gender", "male", "female")),
    ]
    young = document(status="VALIDATED", gender="female")
    assert marks(tmp_path, [young], patches, "gender") == [
        ("male", "recorded"),
        ("female", "recorded"),
    ]


def test_a_value_that_appeared_after_the_creation_is_inferred_until_a_patch_tells_it(tmp_path):
    patches = [BORN, patch("2024-03-02T10:00", replace("/gender", "male", "female"))]
    young = document(status="IN_PROGRESS", gender="female")
    assert marks(tmp_path, [young], patches, "gender") == [
        ("male", "inferred"),
        ("female", "recorded"),
    ]


def test_what_nothing_tells_of_a_deleted_document_is_unknown(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))]
    assert marks(tmp_path, [], patches, "gender") == [("", "unknown")]


def test_what_the_creation_of_a_deleted_document_does_not_tell_was_not_there(tmp_path):
    assert marks(tmp_path, [], [BORN], "gender") == [("", "recorded")]


def test_an_unrecorded_write_leaves_the_time_between_two_patches_in_doubt(tmp_path):
    patches = [
        *moves("WAITING_VALIDATION"),
        patch("2024-03-03T10:00", add("/qpv", "true")),
        patch("2024-03-04T10:00", replace("/status", "WAITING_LIST", "VALIDATED")),
    ]
    young = document(status="VALIDATED", qpv="true")
    assert marks(tmp_path, [young], patches, "status") == [
        ("IN_PROGRESS", "recorded"),
        ("WAITING_VALIDATION", "recorded"),
        ("WAITING_VALIDATION", "conflict"),
        ("VALIDATED", "recorded"),
    ]
    assert qualities(tmp_path / "again", [young], patches) == [
        ("IN_PROGRESS", "recorded"),
        ("WAITING_VALIDATION", "recorded"),
        ("VALIDATED", "conflict"),
    ]


def test_a_phantom_is_marked_with_the_patch_that_gives_it_away(tmp_path):
    patches = [
        *moves("WAITING_VALIDATION"),
        patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "REFUSED")),
        patch("2024-03-04T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    young = document(status="VALIDATED")
    assert marks(tmp_path, [young], patches, "status") == [
        ("IN_PROGRESS", "recorded"),
        ("WAITING_VALIDATION", "recorded"),
        ("REFUSED", "conflict"),
        ("VALIDATED", "recorded"),
    ]
    assert qualities(tmp_path / "again", [young], patches) == [
        ("IN_PROGRESS", "recorded"),
        ("WAITING_VALIDATION", "recorded"),
        ("REFUSED", "conflict"),
        ("VALIDATED", "conflict"),
    ]


def test_a_last_patch_that_never_reached_the_document_is_a_phantom(tmp_path):
    patches = moves("WAITING_VALIDATION", "VALIDATED")
    young = document(status="WAITING_VALIDATION")
    assert qualities(tmp_path, [young], patches)[-1] == ("VALIDATED", "conflict")
    assert marks(tmp_path / "again", [young], patches, "status")[-1] == ("VALIDATED", "conflict")


def test_a_last_patch_that_was_written_over_later_happened(tmp_path):
    patches = [*moves("WAITING_VALIDATION", "VALIDATED"), patch("2024-03-09", add("/qpv", "true"))]
    young = document(status="WITHDRAWN", qpv="true")
    assert ("VALIDATED", "recorded") in qualities(tmp_path, [young], patches)
    assert marks(tmp_path / "again", [young], patches, "status")[-2:] == [
        ("VALIDATED", "recorded"),
        ("VALIDATED", "conflict"),
    ]


def test_a_save_tried_again_at_once_happened_once(tmp_path):
    patches = [
        *moves("WAITING_VALIDATION"),
        patch("2024-03-03T10:00:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
        patch("2024-03-03T10:00:01", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    young = document(status="VALIDATED")
    assert qualities(tmp_path, [young], patches) == [
        ("IN_PROGRESS", "recorded"),
        ("WAITING_VALIDATION", "recorded"),
        ("VALIDATED", "recorded"),
    ]


def test_a_creation_is_never_a_phantom(tmp_path):
    assert qualities(tmp_path, [document()], [BORN]) == [("IN_PROGRESS", "recorded")]


def test_originals_of_another_person_tell_nothing_of_what_was_before(tmp_path):
    crossed = patch(
        "2024-03-05T10:00",
        replace("/status", "REFUSED", "VALIDATED"),
        replace("/gender", "male", "female"),
        replace("/cohort", "2021", "2022"),
        replace("/region", "Corse", "Bretagne"),
    )
    created = patch("2024-03-01T10:00", add("/status", "VALIDATED"), add("/gender", "female"))
    young = document(status="VALIDATED", gender="female", cohort="2022", region="Bretagne")
    assert marks(tmp_path, [young], [created, crossed], "region") == [
        ("Bretagne", "inferred"),
        ("Bretagne", "recorded"),
    ]
    assert qualities(tmp_path / "again", [young], [created, crossed]) == [("VALIDATED", "recorded")]


def test_an_array_of_which_only_elements_are_told_rests_on_the_document(tmp_path):
    patches = [BORN, patch("2024-03-02T10:00", add("/domains/1", "SPORT"))]
    young = document(status="IN_PROGRESS", domains=["HEALTH", "SPORT"])
    assert marks(tmp_path, [young], patches, "domains") == [
        ('["HEALTH"]', "inferred"),
        ('["HEALTH","SPORT"]', "inferred"),
    ]


def test_an_array_told_whole_is_recorded(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), add("/domains", ["HEALTH"])),
        patch("2024-03-02T10:00", add("/domains/1", "SPORT")),
        patch("2024-03-03T10:00", remove("/domains/1", "SPORT")),
    ]
    young = document(status="IN_PROGRESS", domains=["HEALTH"])
    assert [mark for _, mark in marks(tmp_path, [young], patches, "domains")] == ["recorded"] * 3


def test_what_a_soft_delete_took_away_is_unknown(tmp_path):
    patches = [BORN, patch("2024-03-05T10:00", replace("/status", "IN_PROGRESS", "DELETED"))]
    young = document(status="DELETED", gender="male")
    assert marks(tmp_path, [young], patches, "source") == [("", "unknown")] * 2
    assert marks(tmp_path / "again", [young], patches, "gender") == [("male", "inferred")] * 2


def test_the_state_of_a_save_tried_again_is_in_doubt_until_the_second(tmp_path):
    patches = [
        *moves("WAITING_VALIDATION"),
        patch("2024-03-03T10:00:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
        patch("2024-03-03T10:00:01", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    assert marks(tmp_path, [document(status="VALIDATED")], patches, "status")[-2:] == [
        ("VALIDATED", "conflict"),
        ("VALIDATED", "recorded"),
    ]
