"""The rule of reconstruction, one behaviour at a time."""

from snu_analytics.history import snapshots
from snu_analytics_tests.fixtures.histories import (
    BEGINNING,
    END,
    OTHER_REF,
    REF,
    add,
    document,
    patch,
    remove,
    replace,
    states,
    timeline,
    young_events,
)


def test_values_are_carried_from_patch_to_patch(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), add("/gender", "female")),
        patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
    ]
    assert states(tmp_path, [document()], patches, "status", "gender") == [
        ('"IN_PROGRESS"', '"female"'),
        ('"WAITING_VALIDATION"', '"female"'),
    ]


def test_before_its_first_change_a_field_has_the_original_of_that_change(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/gender", "male", "female")),
        patch("2024-03-02T10:00", replace("/status", "VALIDATED", "WITHDRAWN")),
    ]
    assert states(tmp_path, [document()], patches, "status") == [
        ('"VALIDATED"',),
        ('"WITHDRAWN"',),
    ]


def test_a_field_that_never_changed_has_the_documents_value(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "VALIDATED", "WITHDRAWN"))]
    assert states(tmp_path, [document(gender="male")], patches, "gender") == [('"male"',)]


def test_a_field_of_a_deleted_document_that_never_changed_is_absent(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "VALIDATED", "WITHDRAWN"))]
    assert states(tmp_path, [], patches, "status", "gender") == [('"WITHDRAWN"', "")]


def test_an_added_field_was_absent_before(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED")),
        patch("2024-03-02T10:00", add("/gender", "male")),
    ]
    assert states(tmp_path, [document(gender="male")], patches, "gender") == [("",), ('"male"',)]


def test_a_removed_field_is_absent_and_a_null_one_is_null(tmp_path):
    patches = [
        patch("2024-03-01T10:00", remove("/withdrawnReason", "other")),
        patch("2024-03-02T10:00", add("/withdrawnReason", None)),
    ]
    assert states(tmp_path, [document()], patches, "withdrawnReason") == [("",), ("null",)]


def test_patches_apply_by_date_then_by_id(tmp_path):
    first = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
    second = patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))
    earlier = patch("2024-02-01T10:00", add("/gender", "male"))
    assert states(tmp_path, [document()], [second, first, earlier], "status", "gender") == [
        ("", '"male"'),
        ('"IN_PROGRESS"', '"male"'),
        ('"VALIDATED"', '"male"'),
    ]


def test_nothing_leaks_from_one_document_to_the_next(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/gender", "male")),
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), ref=OTHER_REF),
    ]
    values = states(tmp_path, [document(), document(OTHER_REF)], patches, "gender", "status")
    assert values == [('"male"', ""), ("", '"IN_PROGRESS"')]


def test_the_carried_value_wins_over_a_contradicting_original(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-02T10:00", replace("/status", "REFUSED", "VALIDATED")),
    ]
    frame = snapshots(timeline(tmp_path, [document()], patches), BEGINNING, END)
    assert frame.select("status", "conflicts").rows() == [
        ("", None),
        ('"IN_PROGRESS"', None),
        ('"IN_PROGRESS"', None),
        ('"VALIDATED"', ["status"]),
    ]


def test_an_add_over_a_carried_value_is_a_conflict(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/gender", "male")),
        patch("2024-03-02T10:00", add("/gender", "female")),
    ]
    frame = snapshots(timeline(tmp_path, [document()], patches), BEGINNING, END)
    assert frame["conflicts"].to_list()[-1] == ["gender"]


def test_an_operation_to_the_carried_value_is_no_change(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/region", "Bretagne")),
        patch("2024-03-02T10:00", replace("/region", "Bretagne", "Bretagne")),
    ]
    assert young_events(tmp_path, [document()], patches)["to_value"].to_list() == ["Bretagne"]


def test_an_iso_text_equals_the_bson_date_of_the_document(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/createdAt", "2024-01-01T00:00:00.000Z", "2024-01-02"))
    ]
    rebuilt = timeline(tmp_path, [document()], patches)
    assert rebuilt.tracks["createdAt"].texts.to_list()[:2] == [
        '"2024-01-02T00:00:00.000Z"',
        '"2024-01-01T00:00:00.000Z"',
    ]


def test_a_number_and_its_text_are_one_value(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/phase2NumberHoursDone", "24")),
        patch("2024-03-02T10:00", replace("/phase2NumberHoursDone", 24, "84")),
    ]
    rebuilt = timeline(tmp_path, [document()], patches)
    assert rebuilt.tracks["phase2NumberHoursDone"].conflicts.tolist() == []


def test_a_missing_value_is_an_empty_object_which_no_closed_field_can_hold(tmp_path):
    patches = [patch("2024-03-01T10:00", {"op": "add", "path": "/status"})]
    ((status,),) = states(tmp_path, [document()], patches, "status")
    assert status.startswith('"OTHER#')


def test_defective_patches_are_never_applied(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-02T10:00", {"op": "move", "path": "/status", "from": "/gender"}),
    ]
    assert states(tmp_path, [document()], patches, "status") == [('"IN_PROGRESS"',)]


def test_the_creation_is_the_first_patch_that_adds_the_status(tmp_path):
    created = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
    changed = patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))
    frame = snapshots(timeline(tmp_path, [document()], [created, changed]), BEGINNING, END)
    assert frame.filter("creation")["patch_id"].to_list() == [str(created["_id"])]


def test_a_first_patch_that_only_adds_other_fields_is_no_creation(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/qpv", "true")),
        patch("2024-03-02T10:00", add("/status", "IN_PROGRESS")),
    ]
    frame = snapshots(timeline(tmp_path, [document()], patches), BEGINNING, END)
    assert frame["creation"].any() is False


def test_each_day_opens_with_the_state_before_it(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-01T11:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
        patch("2024-03-02T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    frame = snapshots(timeline(tmp_path, [document()], patches), BEGINNING, END)
    assert frame.select(frame["day"].cast(str), "ref", "status").rows() == [
        ("2024-03-01", REF, ""),
        ("2024-03-01", REF, '"IN_PROGRESS"'),
        ("2024-03-01", REF, '"WAITING_VALIDATION"'),
        ("2024-03-02", REF, '"WAITING_VALIDATION"'),
        ("2024-03-02", REF, '"VALIDATED"'),
    ]


def test_a_range_holds_its_start_and_not_its_end(tmp_path):
    patches = [
        patch("2024-03-01T23:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-02T23:00", replace("/status", "IN_PROGRESS", "VALIDATED")),
    ]
    whole = timeline(tmp_path, [document()], patches)
    frame = snapshots(whole, patches[0]["date"], patches[1]["date"])
    assert frame["status"].to_list() == ["", '"IN_PROGRESS"']
