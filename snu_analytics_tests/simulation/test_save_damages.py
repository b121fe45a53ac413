"""Damage by saves on literal histories: writes that fail, race, aim at nothing or are odd."""

import json

from snu_analytics_tests.simulation.damaged import (
    ADD_CREATED,
    ADD_STATUS,
    CREATED,
    STAFF,
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


def test_phantom_is_what_others_saved_in_that_status_and_changes_nothing():
    other = young((500, {"status": "VALIDATED", "lastStatusAt": instant(500)}), serial=2)
    record = hit("phantom", 0, young(), other, end=2)
    assert patches(record) == [
        (0, [ADD_STATUS, ADD_CREATED]),
        (1, [replace("/status", "IN_PROGRESS", "VALIDATED"),
             add("/lastStatusAt", "2024-03-01T10:00:00.001Z")]),
    ]  # fmt: skip
    assert states(record, "status", "lastStatusAt") == [("IN_PROGRESS", "–")] * 2
    assert record.document["status"] == "IN_PROGRESS"
    assert events(record) == [CREATED]


def test_the_patch_after_a_phantom_has_the_original_from_before():
    record = hit("phantom", 0, young((2, {"status": "VALIDATED"})))
    change = [replace("/status", "IN_PROGRESS", "VALIDATED")]
    assert patches(record)[1:] == [(1, change), (2, change)]
    assert states(record, "status") == [("IN_PROGRESS",), ("IN_PROGRESS",), ("VALIDATED",)]
    assert events(record)[1:] == [(2, 2, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_phantom_needs_room_before_the_next_save():
    record = hit("phantom", 0, young((1, {"status": "VALIDATED"})))
    assert len(record.patches) == 2


def test_failed_write_leaves_its_patch_twice_and_one_event():
    record = hit("failed_write", 1, young((2, {"status": "VALIDATED"})))
    change = [replace("/status", "IN_PROGRESS", "VALIDATED")]
    assert patches(record)[1:] == [(1, change), (2, change)]
    assert [patch.get("user") for patch in record.patches] == [None, STAFF, STAFF]
    assert states(record, "status") == [("IN_PROGRESS",), ("IN_PROGRESS",), ("VALIDATED",)]
    assert events(record)[1:] == [(2, 2, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_fake_creation_holds_the_way_from_an_empty_model():
    made = young((10, {"status": "VALIDATED"}), source="CLE", domains=["ART"], gender="male",
                 statusPhase1="AFFECTED", statusPhase2="WAITING_REALISATION",
                 statusPhase3="WAITING_REALISATION", phase2ApplicationStatus=[],
                 statusPhase2Contract=[])  # fmt: skip
    record = hit("fake_creation", 1, made, end=12)
    assert patches(record)[2] == (
        11,
        [
            add("/domains/0", "ART"),
            replace("/source", "VOLONTAIRE", "CLE"),
            replace("/statusPhase1", "WAITING_AFFECTATION", "AFFECTED"),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
            add("/gender", "male"),
            ADD_CREATED,
        ],
    )
    assert states(record, "status", "source")[1:] == [("VALIDATED", "CLE")] * 2
    assert len(record.events) == 2


def test_stale_writer_leaves_the_same_original_twice():
    other = young((500, {"status": "WAITING_VALIDATION", "qpv": "true"}), serial=2)
    mine = young((2, {"status": "VALIDATED", "grade": "CAP"}))
    record = hit("stale_writer", 1, mine, other)
    assert patches(record)[1:] == [
        (1, [replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")]),
        (2, [replace("/status", "IN_PROGRESS", "VALIDATED"), add("/grade", "CAP")]),
    ]
    assert states(record, "status", "grade", "qpv")[1:] == [
        ("WAITING_VALIDATION", "–", "–"),
        ("VALIDATED", "CAP", "–"),
    ]
    assert record.document["status"] == "VALIDATED"
    assert events(record)[1:] == [
        (1, 1, "inscription_completed", "IN_PROGRESS", "WAITING_VALIDATION"),
        (2, 2, "inscription_validated", "WAITING_VALIDATION", "VALIDATED"),
    ]


def test_array_object_is_mended_by_the_next_save():
    record = hit("array_object", 0, young(domains=["ART", "SPORT"]), end=3)
    keyed = {"0": "ART", "1": "SPORT"}
    assert patches(record)[1:] == [
        (1, [replace("/domains", ["ART", "SPORT"], keyed)]),
        (2, [replace("/domains", keyed, ["ART", "SPORT"])]),
    ]
    assert states(record, "domains") == [
        (["ART", "SPORT"],), (keyed,), (["ART", "SPORT"],),
    ]  # fmt: skip


def test_blanks_are_all_distinct():
    record = hit("blanks", 0, young(qpv="true"), end=7)
    assert patches(record)[1:] == [
        (1, [replace("/qpv", "true", None)]),
        (2, [remove("/qpv", None)]),
        (3, [add("/qpv", "")]),
        (4, [replace("/qpv", "", 0)]),
        (5, [replace("/qpv", 0, False)]),
        (6, [replace("/qpv", False, "true")]),
    ]
    values = [json.dumps(value) for (value,) in states(record, "qpv")]
    assert values == ['"true"', "null", '"\\u2013"', '""', "0", "false", '"true"']
