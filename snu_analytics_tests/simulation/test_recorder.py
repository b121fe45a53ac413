"""Patches as the plugin writes them."""

import json
from datetime import UTC, datetime
from random import Random

import pytest

from snu_analytics.simulation.recorder import UNSET, OverError, Recorder

BORN = datetime(2024, 3, 1, 10, 0, 0, 123_000, UTC)
LATER = datetime(2024, 3, 2, 10, tzinfo=UTC)
END = datetime(2024, 12, 31, tzinfo=UTC)


@pytest.fixture
def record() -> Recorder:
    made = Recorder("young", Random(1), END)
    made.create(BORN, {"status": "IN_PROGRESS", "domains": ["A", "B", "C"]})
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
    assert list(patch) == ["_id", "ref", "date", "ops", "modelName", "modelId", "__v"]
    assert patch["ref"] == patch["modelId"] == record.document["_id"]
    assert (patch["modelName"], patch["date"], patch["__v"]) == ("young", BORN, 0)
    assert patch["_id"].generation_time == BORN.replace(microsecond=0)


def test_a_patch_names_who_wrote_it(record):
    record.save(LATER, {"grade": "CAP"}, {"role": "admin"})
    assert record.patches[-1]["user"] == {"role": "admin"}


def test_a_change_tells_its_original(record):
    record.save(LATER, {"status": "VALIDATED"}, event="inscription_validated")
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


def test_nested_values_change_where_they_differ(record):
    record.save(LATER, {"notes": [{"note": "x", "createdAt": LATER}]})
    record.save(LATER, {"notes": [{"note": "y", "createdAt": LATER}, {"note": "z"}]})
    assert last_ops(record) == [
        {"op": "replace", "path": "/notes/0/note", "value": "y", "originalValue": "x"},
        {"op": "add", "path": "/notes/1", "value": {"note": "z"}},
    ]


def test_dates_are_texts_in_operations_and_dates_in_documents(record):
    record.save(LATER, {"birthdateAt": BORN})
    assert last_ops(record)[0]["value"] == "2024-03-01T10:00:00.123Z"
    assert record.document["birthdateAt"] == BORN


def test_no_change_and_untracked_fields_leave_no_patch(record):
    record.save(LATER, {"domains": ["A", "B", "C"], "lastLoginAt": LATER, "password": "p"})
    assert len(record.patches) == 1
    assert record.document["lastLoginAt"] == record.document["updatedAt"] == LATER


def test_the_truth_is_the_told_fields_after_each_patch(record):
    record.save(LATER, {"status": "VALIDATED", "email": "x@y.test"}, event="inscription_validated")
    assert json.loads(record.states[-1].state) == {
        "status": "VALIDATED",
        "domains": ["A", "B", "C"],
        "createdAt": "2024-03-01T10:00:00.123Z",
    }
    assert list(json.loads(record.states[-1].state)) == ["createdAt", "domains", "status"]


def test_the_truth_lacks_an_unset_field_and_keeps_a_null_one(record):
    record.save(LATER, {"domains": UNSET, "qpv": None})
    assert record.states[-1].state == (
        '{"createdAt":"2024-03-01T10:00:00.123Z","qpv":null,"status":"IN_PROGRESS"}'
    )


def test_one_save_makes_an_event_for_each_changed_field(record):
    record.save(
        LATER,
        {"status": "VALIDATED", "inscriptionStep2023": "DONE", "grade": "CAP"},
        event="inscription_validated",
    )
    assert [event[3:] for event in record.events] == [
        ("inscription_created", None, None, "IN_PROGRESS"),
        ("inscription_validated", "status", "IN_PROGRESS", "VALIDATED"),
        ("inscription_step_changed", "inscriptionStep2023", None, "DONE"),
    ]


def test_a_status_without_the_name_of_its_event_is_refused(record):
    with pytest.raises(ValueError, match="needs the name of its event"):
        record.save(LATER, {"status": "VALIDATED"})


def test_nothing_happens_after_the_end(record):
    with pytest.raises(OverError):
        record.save(END, {"grade": "CAP"})
