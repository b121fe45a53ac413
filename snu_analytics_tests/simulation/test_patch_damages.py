"""Damage of patches on literal histories: the truth stays, what patches hold of it does not."""

from datetime import UTC, datetime, timedelta

from snu_analytics.simulation.recorder import UNSET
from snu_analytics_tests.simulation.damaged import (
    ADD_CREATED,
    ADD_STATUS,
    BORN,
    CREATED,
    STAFF,
    add,
    events,
    hit,
    patches,
    remove,
    replace,
    states,
    young,
)


def test_unrecorded_loses_the_patch_and_keeps_value_and_event():
    record = hit("unrecorded", 1, young((10, {"status": "VALIDATED"}), (20, {"qpv": "true"})))
    assert patches(record) == [(0, [ADD_STATUS, ADD_CREATED]), (20, [add("/qpv", "true")])]
    assert states(record, "status", "qpv") == [("IN_PROGRESS", "–"), ("VALIDATED", "true")]
    assert record.document["status"] == "VALIDATED"
    assert events(record) == [
        CREATED,
        (None, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
    ]


def test_unrecorded_spares_the_creation():
    record = hit("unrecorded", 0, young())
    assert patches(record) == [(0, [ADD_STATUS, ADD_CREATED])]


def test_cross_wired_holds_the_way_from_somebody_else():
    other = young(firstName="Ada", email="ada@a.test", qpv="true", serial=2)
    mine = young((10, {"qpv": "false"}), firstName="Bo", email="bo@b.test", domains=["ART"])
    record = hit("cross_wired", 1, mine, other)
    assert patches(record)[1] == (
        10,
        [
            replace("/qpv", "true", "false"),
            replace("/email", "ada@a.test", "bo@b.test"),
            replace("/firstName", "Ada", "Bo"),
            add("/domains", ["ART"]),
        ],
    )
    assert "user" not in record.patches[1]
    assert states(record, "qpv", "domains") == [("–", ["ART"]), ("false", ["ART"])]


def test_cross_wired_lacks_a_change_that_the_other_has_already():
    other = young((5, {"status": "VALIDATED"}), serial=2, firstName="Ada")
    record = hit("cross_wired", 1, young((10, {"status": "VALIDATED"})), other)
    assert patches(record)[1] == (10, [remove("/firstName", "Ada")])
    assert events(record)[1:] == [(None, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_cross_wired_needs_somebody_else():
    record = hit("cross_wired", 1, young((10, {"qpv": "false"})))
    assert patches(record)[1] == (10, [add("/qpv", "false")])


def test_duplicate_stores_the_patch_under_another_id():
    record = hit("duplicate", 1, young((10, {"status": "VALIDATED"})))
    _, first, second = record.patches
    assert first["_id"] < second["_id"]
    assert {**first, "_id": None} == {**second, "_id": None}
    assert states(record, "status") == [("IN_PROGRESS",), ("VALIDATED",), ("VALIDATED",)]
    assert events(record)[1:] == [(1, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_backdated_is_written_long_after_its_date():
    record = hit("backdated", 1, young((10, {"status": "VALIDATED"}), (20, {"qpv": "true"})))
    assert [ms for ms, _ in patches(record)] == [0, 10, 20]
    delays = [patch["_id"].generation_time - BORN for patch in record.patches]
    assert (delays[0], delays[2]) == (timedelta(0), timedelta(0))
    assert delays[1] == timedelta(days=98)
    assert states(record, "status", "qpv")[1:] == [("VALIDATED", "–"), ("VALIDATED", "true")]
    assert events(record)[1:] == [(1, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_same_millisecond_leaves_the_order_to_the_ids():
    record = hit("same_millisecond", 2, young((10, {"qpv": "true"}), (9_000, {"qpv": "false"})))
    assert patches(record)[1:] == [
        (10, [add("/qpv", "true")]),
        (10, [replace("/qpv", "true", "false")]),
    ]
    assert record.patches[2]["_id"].generation_time == BORN
    assert states(record, "qpv") == [("–",), ("true",), ("false",)]


def test_stringified_turns_values_into_texts():
    born = datetime(2007, 1, 1, 11, tzinfo=UTC)
    made = young((10, {"hasStartedReinscription": True, "places": 3, "birthdateAt": UNSET}),
                 birthdateAt=born, hasStartedReinscription=False, places=2.5)  # fmt: skip
    text = "Mon Jan 01 2007 11:00:00 GMT+0000 (Coordinated Universal Time)"
    record = hit("stringified", 1, made)
    assert patches(record)[1] == (
        10,
        [
            replace("/hasStartedReinscription", "false", "true"),
            replace("/places", "2.5", "3"),
            remove("/birthdateAt", text),
        ],
    )
    assert record.patches[1]["user"] == STAFF
    assert states(record, "hasStartedReinscription", "birthdateAt") == [
        (False, "2007-01-01T11:00:00.000Z"),
        (True, "–"),
    ]
    assert record.document["places"] == 3


def test_destroy_stands_for_a_removal():
    record = hit("destroy_op", 1, young((10, {"qpv": UNSET, "grade": "CAP"}), qpv="true"))
    destroyed = {**remove("/qpv", "true"), "op": "destroy"}
    assert patches(record)[1] == (10, [destroyed, add("/grade", "CAP")])
    assert states(record, "qpv", "grade")[1] == ("–", "CAP")


def test_destroy_stands_beside_other_operations():
    record = hit("destroy_op", 1, young((10, {"grade": "CAP"})))
    destroyed = {"op": "destroy", "path": "/notes"}
    assert patches(record)[1] == (10, [add("/grade", "CAP"), destroyed])


def test_virtual_paths_are_in_no_document():
    made = young((10, {"qpv": "true"}), firstName="Ada", lastName="Lin")
    record = hit("virtual_paths", 1, made)
    assert patches(record)[1] == (
        10,
        [add("/qpv", "true"), add("/id", record.ref), add("/fullName", "Ada Lin")],
    )
    assert record.document.keys() & {"id", "fullName"} == set()


def test_odd_keys_look_like_a_kept_field():
    record = hit("odd_keys", 1, young((10, {"qpv": "true"})))
    assert patches(record)[1] == (
        10,
        [add("/qpv", "true"), add("/status.old", "DRAFT"), add("/status~1old", None),
         add("/status~0old", "1")],
    )  # fmt: skip
    assert states(record, "status", "qpv") == [("IN_PROGRESS", "–"), ("IN_PROGRESS", "true")]
    held = {key: record.document[key] for key in ("status.old", "status/old", "status~old")}
    assert held == {"status.old": "DRAFT", "status/old": None, "status~old": "1"}
