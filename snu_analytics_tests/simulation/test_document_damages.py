"""Damage of whole documents on literal histories: cut short, deleted, trimmed or mended."""

from random import Random
from typing import Any

from snu_analytics.simulation.recorder import UNSET, Recorder
from snu_analytics_tests.simulation.damaged import (
    ADD_CREATED,
    ADD_STATUS,
    BORN,
    CREATED,
    CREATED_WITHOUT_PATCH,
    END,
    add,
    events,
    hit,
    instant,
    patches,
    remove,
    replace,
    states,
    young,
)


def test_missing_creation_leaves_the_truth_of_what_is_left():
    record = hit("missing_creation", None, young((10, {"status": "VALIDATED"})))
    assert patches(record) == [(10, [replace("/status", "IN_PROGRESS", "VALIDATED")])]
    assert states(record, "status") == [("VALIDATED",)]
    assert events(record) == [
        CREATED_WITHOUT_PATCH,
        (0, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
    ]


def test_hard_deleted_leaves_patches_alone():
    record = hit("hard_deleted", None, young((10, {"status": "VALIDATED"})))
    assert record.document == {}
    assert len(record.patches) == len(record.states) == len(record.events) == 2


def test_soft_deleted_trims_the_young_and_the_applications():
    fields: dict[str, Any] = {
        "firstName": "Ada",
        "email": "a@a.test",
        "gender": "female",
        "qpv": "true",
    }
    saves = (10, {"source": "CLE", "city": "Brest"}), (20, {"qpv": UNSET, "source": "HTS"})
    made = young(*saves, **fields, domains=["ART"])
    application = Recorder("application", Random(2), END)
    application.create(instant(12), {"status": "WAITING_VALIDATION", "youngId": made.ref})
    application.save(instant(14), {"priority": "1"})
    record = hit("soft_deleted", None, made, application, end=22)

    assert patches(record) == [
        (0, [ADD_STATUS, add("/gender", "female"), add("/qpv", "true")]),
        (10, [add("/city", "Brest")]),
        (20, [remove("/qpv", "true")]),
        (21, [replace("/status", "IN_PROGRESS", "DELETED")]),
    ]
    assert states(record, "status", "gender", "source", "qpv", "domains") == [
        ("IN_PROGRESS", "female", "–", "true", ["ART"]),
        ("IN_PROGRESS", "female", "CLE", "true", ["ART"]),
        ("IN_PROGRESS", "female", "HTS", "–", ["ART"]),
        ("DELETED", "female", "–", "–", "–"),
    ]
    assert record.document == {
        "_id": record.document["_id"],
        "__v": 0,
        "status": "DELETED",
        "gender": "female",
        "city": "Brest",
        "email": f"{record.ref}@delete.com",
        "createdAt": BORN,
        "lastStatusAt": instant(21),
        "updatedAt": instant(21),
    }
    assert events(record) == [
        CREATED,
        (None, 10, "source_changed", None, "CLE"),
        (None, 20, "source_changed", "CLE", "HTS"),
        (3, 21, "young_deleted", "IN_PROGRESS", "DELETED"),
        (None, 21, "source_changed", "HTS", None),
    ]
    assert patches(application) == [(12, [add("/status", "WAITING_VALIDATION")])]
    assert states(application, "status", "youngId") == [("WAITING_VALIDATION", record.ref)]
    assert application.document["priority"] == "1"


def test_schema_defaults_appear_without_a_patch():
    record = hit("schema_defaults", None, young((10, {"accountStatus": "PRECOMPTE"})))
    assert patches(record) == [
        (0, [ADD_STATUS, ADD_CREATED]),
        (10, [add("/accountStatus", "PRECOMPTE")]),
    ]
    assert states(record, "youngPhase1Agreement", "accountStatus") == [
        ("false", "–"),
        ("false", "PRECOMPTE"),
    ]
    assert record.document["youngPhase1Agreement"] == "false"


def test_resaved_passes_through_in_progress_once_more():
    made = young((10, {"status": "VALIDATED"}), (20, {"qpv": "true"}))
    record = hit("resaved", None, made, end=23)
    assert patches(record) == [
        (10, [replace("/status", "IN_PROGRESS", "VALIDATED")]),
        (20, [add("/qpv", "true")]),
        (21, [replace("/status", "VALIDATED", "IN_PROGRESS")]),
        (22, [replace("/status", "IN_PROGRESS", "VALIDATED")]),
    ]
    assert states(record, "status", "qpv") == [
        ("VALIDATED", "–"),
        ("VALIDATED", "true"),
        ("IN_PROGRESS", "true"),
        ("VALIDATED", "true"),
    ]
    assert events(record) == [
        CREATED_WITHOUT_PATCH,
        (0, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
        (2, 21, "inscription_reopened", "VALIDATED", "IN_PROGRESS"),
        (3, 22, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
    ]
