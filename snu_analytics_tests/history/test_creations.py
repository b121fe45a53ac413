"""Births: of documents that a patch created, and of those that none did."""

from typing import Any

import polars as pl

from snu_analytics.history import snapshots
from snu_analytics_tests.fixtures.histories import (
    BEGINNING,
    END,
    REF,
    add,
    document,
    instant,
    patch,
    replace,
    timeline,
    young_events,
)

CREATED: dict[str, Any] = {"createdAt": instant("2024-02-01T09:00")}
TOLD = ("event_date", "event_name", "to_value", "quality")


def events(folder, documents, patches) -> list[tuple]:
    rows = young_events(folder, documents, patches)
    return rows.with_columns(pl.col("event_date").cast(pl.String)).select(TOLD).rows()


def test_a_document_without_a_creation_patch_is_born_on_its_date_of_creation(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "ABANDONED"))]
    assert events(tmp_path, [document(status="ABANDONED", **CREATED)], patches) == [
        ("2024-02-01", "inscription_created", "IN_PROGRESS", "inferred"),
        ("2024-03-01", "inscription_abandoned", "ABANDONED", "recorded"),
    ]


def test_a_document_without_any_patch_is_born_as_it_is_today(tmp_path):
    assert events(tmp_path, [document(status="VALIDATED", **CREATED)], []) == [
        ("2024-02-01", "inscription_created", "VALIDATED", "inferred")
    ]


def test_without_a_date_of_creation_the_object_id_tells_it(tmp_path):
    ref = "65a000000000000000000001"
    assert events(tmp_path, [document(ref, status="VALIDATED")], []) == [
        ("2024-01-11", "inscription_created", "VALIDATED", "inferred")
    ]


def test_a_document_that_a_patch_created_is_born_once(tmp_path):
    patches = [
        patch(
            "2024-02-01T09:00",
            add("/status", "IN_PROGRESS"),
            add("/createdAt", "2024-02-01T09:00:00.000Z"),
        )
    ]
    assert events(tmp_path, [document(status="IN_PROGRESS", **CREATED)], patches) == [
        ("2024-02-01", "inscription_created", "IN_PROGRESS", "recorded")
    ]


def test_a_deleted_document_without_a_creation_patch_has_no_birth(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "ABANDONED"))]
    assert events(tmp_path, [], patches) == [
        ("2024-03-01", "inscription_abandoned", "ABANDONED", "recorded")
    ]


def test_a_birth_begins_from_nothing_and_tells_what_is_known(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "ABANDONED"))]
    young = document(status="ABANDONED", gender="female", **CREATED)
    row = young_events(tmp_path, [young], patches).row(0, named=True)
    assert row["state_before"] == "{}"
    assert row["state_after"] == ('{"status":"IN_PROGRESS","gender":"female"}')
    assert row["doubts_before"] is None
    assert row["doubts_after"] == '{"gender":"inferred"}'


def test_a_first_patch_that_tells_an_old_document_from_nothing_is_no_creation(tmp_path):
    false = patch(
        "2024-03-01T10:00",
        add("/status", "VALIDATED"),
        add("/gender", "female"),
        add("/createdAt", "2024-02-01T09:00:00.000Z"),
    )
    young = document(status="VALIDATED", gender="female", **CREATED)
    assert events(tmp_path, [young], [false]) == [
        ("2024-02-01", "inscription_created", "VALIDATED", "inferred")
    ]


def test_a_first_patch_of_the_moment_of_the_id_is_a_creation_whatever_its_date_says(tmp_path):
    ref = "65e1aa80" + "0" * 16  # made 2024-03-01 10:15 UTC
    imported = patch(
        "2024-03-01T10:15",
        add("/status", "VALIDATED"),
        add("/createdAt", "2019-02-01T09:00:00.000Z"),
        ref=ref,
    )
    young = document(ref, status="VALIDATED", createdAt=instant("2019-02-01T09:00"))
    assert events(tmp_path, [young], [imported]) == [
        ("2024-03-01", "inscription_created", "VALIDATED", "recorded")
    ]


def test_a_later_patch_that_tells_a_document_from_nothing_changes_nothing(tmp_path):
    patches = [
        patch("2024-02-01T09:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), add("/gender", "female")),
    ]
    young = document(status="IN_PROGRESS", gender="female", **CREATED)
    frame = snapshots(timeline(tmp_path, [young], patches), BEGINNING, END)
    assert frame.filter(pl.col("patch_id").is_not_null())["gender"].to_list() == [
        '"female"',
        '"female"',
    ]
    assert events(tmp_path / "again", [young], patches) == [
        ("2024-02-01", "inscription_created", "IN_PROGRESS", "recorded")
    ]


def test_the_birth_of_a_document_is_its_subjects_own(tmp_path):
    rows = young_events(tmp_path, [document(REF, status="VALIDATED", **CREATED)], [])
    again = young_events(tmp_path / "x", [document(REF, status="VALIDATED", **CREATED)], [])
    assert rows["event_id"].to_list() == again["event_id"].to_list()
