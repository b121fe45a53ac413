"""What an audit counts: exact on literal histories with known damage."""

from snu_analytics.history import audit
from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    YOUNG,
    add,
    document,
    instant,
    open_dump,
    patch,
    replace,
    timeline,
)

MARCH = instant("2024-02-29T23:00"), instant("2024-03-31T22:00")

SOUND = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
    patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
]
PHANTOM = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), ref=OTHER_REF),
    patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "ABANDONED"), ref=OTHER_REF),
    patch("2024-03-03T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"), ref=OTHER_REF),
]


def lines(folder, documents, patches, measure: str) -> list[tuple]:
    source = open_dump(folder / "heads", youngs=documents, young_patches=patches)
    heads = source.day_patches(YOUNG, *MARCH).heads
    measures = audit(timeline(folder, documents, patches), heads, *MARCH)
    return measures.filter(measure=measure).drop("measure").rows()


def test_chains_without_a_break_are_intact(tmp_path):
    documents = [document(status="WAITING_VALIDATION"), document(OTHER_REF, status="VALIDATED")]
    assert lines(tmp_path, documents, [*SOUND, *PHANTOM], "documents") == [
        (None, "intact chain", 1, 2),
        (None, "gone, patches remain", 0, 2),
    ]


def test_a_document_that_is_gone_is_counted(tmp_path):
    assert lines(tmp_path, [], SOUND, "documents") == [
        (None, "intact chain", 1, 1),
        (None, "gone, patches remain", 1, 1),
    ]


def test_a_phantom_is_one_break_and_no_unrecorded_change(tmp_path):
    documents = [document(OTHER_REF, status="VALIDATED")]
    assert lines(tmp_path, documents, PHANTOM, "breaks") == [
        ("status", "never saved, or written over unseen", 1, 3)
    ]


def test_a_change_without_a_patch_is_a_break(tmp_path):
    patches = [*SOUND, patch("2024-03-05", replace("/status", "WAITING_LIST", "VALIDATED"))]
    assert lines(tmp_path, [document(status="VALIDATED")], patches, "breaks") == [
        ("status", "change without a patch", 1, 3)
    ]


def test_originals_of_another_document_are_told_apart(tmp_path):
    created = patch("2024-03-01T10:00", add("/status", "VALIDATED"), add("/gender", "female"))
    crossed = patch(
        "2024-03-05",
        replace("/status", "REFUSED", "VALIDATED"),
        replace("/gender", "male", "female"),
    )
    documents = [document(status="VALIDATED", gender="female")]
    assert lines(tmp_path, documents, [created, crossed], "breaks") == [
        ("status", "originals of another document", 1, 2),
        ("gender", "originals of another document", 1, 2),
    ]


def test_a_document_that_says_otherwise_has_drifted(tmp_path):
    documents = [document(status="WITHDRAWN"), document(OTHER_REF, status="VALIDATED")]
    assert lines(tmp_path, documents, [*SOUND, *PHANTOM], "drift") == [("status", None, 1, 2)]


def test_creations_are_recorded_or_inferred(tmp_path):
    young = document(OTHER_REF, status="VALIDATED", createdAt=instant("2024-03-04T10:00"))
    assert lines(tmp_path, [document(), young], SOUND, "creations") == [
        (None, "recorded", 1, 2),
        (None, "inferred", 1, 2),
    ]


def test_values_rest_on_patches_or_on_the_document(tmp_path):
    documents = [document(status="WAITING_VALIDATION", gender="male")]
    assert lines(tmp_path, documents, SOUND, "values") == [
        ("status", "recorded", 2, 2),
        ("gender", "inferred", 2, 2),
    ]


def test_patches_dated_apart_from_their_id_and_defective_ones_are_counted(tmp_path):
    late = patch("2024-03-05T10:00", add("/qpv", "true"))
    late["date"] = instant("2024-03-05T11:00")
    backdated = patch("2024-03-20T10:00", add("/jdc", "true"))
    backdated["date"] = instant("2024-03-05T12:00")
    broken = patch("2024-03-06T10:00", {"op": "move", "path": "/status"})
    assert lines(tmp_path, [document()], [*SOUND, late, backdated, broken], "patches") == [
        (None, "date and id a minute apart", 2, 5),
        (None, "date and id a day apart", 1, 5),
        (None, "unknown op", 1, 5),
    ]


def test_what_lies_outside_the_month_is_not_counted(tmp_path):
    april = patch("2024-04-02T10:00", replace("/status", "REFUSED", "VALIDATED"))
    documents = [document(status="VALIDATED")]
    assert lines(tmp_path, documents, [*SOUND, april], "breaks") == []
