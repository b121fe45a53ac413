"""Patches as the plugin writes them."""

from datetime import UTC, datetime
from random import Random

import pytest

from snu_analytics.simulation.recorder import UNSET, OverError, Recorder

BORN = datetime(2024, 3, 1, 10, 0, 0, 123_000, UTC)
LATER = datetime(2024, 3, 2, 10, tzinfo=UTC)
END = datetime(2024, 12, 31, tzinfo=UTC)


@pytest.fixture
def record() -> Recorder:
    made = Recorder("young", frozenset({"status", "domains", "grade"}), Random(1), END)
    made.create(BORN, {"status": "IN_PROGRESS", "domains": ["A", "B", "C"]}, "created")
    return made


def last_ops(record: Recorder) -> list[dict]:
    return record.patches[-1]["ops"]


def test_a_creation_is_one_patch_of_adds_without_originals(record):
    assert record.patches[0]["ops"] == [
        {"op": "add", "path": "/status", "value": "IN_PROGRESS"},
        {"op": "add", "path": "/domains", "value": ["A", "B", "C"]},
        {"op": "add", "path": "/createdAt", "value": "2024-03-01T10:00:00.123Z"},
    ]


def test_a_patch_names_its_document_and_its_instant(record):
    (patch,) = record.patches
    assert patch["ref"] == patch["modelId"] == record.document["_id"]
    assert (patch["modelName"], patch["date"], patch["__v"]) == ("young", BORN, 0)
    assert patch["_id"].generation_time == BORN.replace(microsecond=0)


def test_a_change_tells_its_original(record):
    record.save(LATER, {"status": "VALIDATED"})
    assert last_ops(record) == [
        {
            "op": "replace",
            "path": "/status",
            "value": "VALIDATED",
            "originalValue": "IN_PROGRESS",
        }
    ]


def test_a_new_field_is_added_and_an_unset_one_removed(record):
    record.save(LATER, {"a/b~c": None})
    assert last_ops(record) == [{"op": "add", "path": "/a~1b~0c", "value": None}]
    record.save(LATER, {"a/b~c": UNSET})
    assert last_ops(record) == [{"op": "remove", "path": "/a~1b~0c", "originalValue": None}]


def test_arrays_change_by_index_and_at_their_tail(record):
    record.save(LATER, {"domains": ["A", "C"]})
    assert last_ops(record) == [
        {"op": "remove", "path": "/domains/2", "originalValue": "C"},
        {"op": "replace", "path": "/domains/1", "value": "C", "originalValue": "B"},
    ]
    record.save(LATER, {"domains": ["A", "C", "D"]})
    assert last_ops(record) == [{"op": "add", "path": "/domains/2", "value": "D"}]


def test_no_change_and_untracked_fields_leave_no_patch(record):
    record.save(LATER, {"status": "IN_PROGRESS", "lastLoginAt": LATER})
    assert len(record.patches) == 1
    assert record.document["lastLoginAt"] == LATER


def test_the_truth_is_the_kept_fields_after_each_patch(record):
    record.save(LATER, {"status": "VALIDATED", "email": "x@y.test"}, {"status": "validated"})
    assert record.states[-1][3] == '{"domains":["A","B","C"],"status":"VALIDATED"}'
    assert record.events[-1][3:] == ("validated", "status", "IN_PROGRESS", "VALIDATED")


def test_nothing_happens_after_the_end(record):
    with pytest.raises(OverError):
        record.save(END, {"status": "VALIDATED"})
