"""What is left of writes that fail, come twice, or know an older document."""

from snu_analytics_tests.fixtures.histories import add, remove, replace


def test_a_hook_that_fails_leaves_a_phantom(case):
    assert case.ops[1:] == [
        [replace("/status", "WAITING_VALIDATION", "VALIDATED")],
        [replace("/status", "WAITING_VALIDATION", "REFUSED")],
    ]
    assert case.states("status") == [
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
        ('"REFUSED"',),
    ]
    assert case.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "conflict"),
        ("inscription_refused", "VALIDATED", "REFUSED", "conflict"),
    ]
    assert case.drift() == []


def test_a_hook_that_fails_last_leaves_a_phantom(case):
    assert case.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert case.states("status") == [('"WAITING_VALIDATION"',), ('"VALIDATED"',)]
    assert case.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "conflict"),
    ]
    assert case.drift() == [(1, "status", '"VALIDATED"', '"WAITING_VALIDATION"')]


def test_a_save_tried_again_leaves_its_patch_twice(case):
    assert case.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]] * 2
    assert case.states("status") == [
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
        ('"VALIDATED"',),
    ]
    assert case.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "recorded"),
    ]
    assert case.drift() == []


def test_a_duplicate_key_leaves_the_creation_of_no_document(case):
    assert [str(patch["ref"])[-1:] for patch in case.patches] == ["1", "2"]
    assert [str(document["_id"])[-1:] for document in case.documents] == ["1"]
    assert case.ops[1][:2] == case.ops[0][:2]
    assert case.states("status") == [('"IN_PROGRESS"',)] * 2
    assert case.drift() == []


def test_a_version_error_leaves_a_phantom(case):
    path = "/phase2ApplicationStatus"
    assert case.ops[1:] == [
        [remove(f"{path}/1", "VALIDATED"), replace(f"{path}/0", "WAITING_VALIDATION", "DONE")],
        [replace(f"{path}/1", "VALIDATED", "DONE")],
    ]
    assert case.states("phase2ApplicationStatus") == [
        ('["WAITING_VALIDATION","VALIDATED"]',),
        ('["DONE"]',),
        ('["DONE","DONE"]',),
    ]
    assert case.drift() == [(1, "phase2ApplicationStatus", '["DONE","DONE"]', '["DONE"]')]


def test_an_update_that_fails_leaves_no_patch(case):
    assert [str(patch["ref"])[-1:] for patch in case.patches] == ["1", "2"]
    assert case.states("status") == [('"IN_PROGRESS"',)] * 2
    assert case.drift() == []


def test_an_invalid_value_leaves_no_patch(case):
    assert len(case.patches) == 1
    assert case.states("status") == [('"IN_PROGRESS"',)]
    assert case.drift() == []


def test_a_document_saved_after_its_deletion_leaves_a_phantom(case):
    assert case.documents == []
    assert case.ops[1:] == [[replace("/status", "VALIDATED", "WITHDRAWN")]]
    assert case.states("status") == [('"VALIDATED"',), ('"WITHDRAWN"',)]


def test_stale_writers_leave_two_patches_with_one_original(case):
    assert case.ops[1:] == [
        [replace("/status", "WAITING_VALIDATION", "VALIDATED")],
        [replace("/status", "WAITING_VALIDATION", "REFUSED"), add("/cohort", "Juin 2023")],
    ]
    assert case.states("status", "cohort") == [
        ('"WAITING_VALIDATION"', ""),
        ('"VALIDATED"', ""),
        ('"REFUSED"', '"Juin 2023"'),
    ]
    assert case.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "conflict"),
        ("inscription_refused", "VALIDATED", "REFUSED", "conflict"),
        ("cohort_changed", None, "Juin 2023", "recorded"),
    ]
    assert case.drift() == []


def test_stale_pushes_tell_the_same_index(case):
    assert case.ops[1:] == [
        [add("/phase2ApplicationStatus/0", "DONE")],
        [add("/phase2ApplicationStatus/0", "CANCEL")],
    ]
    assert case.states("phase2ApplicationStatus") == [
        ("[]",),
        ('["DONE"]',),
        ('["DONE","CANCEL"]',),
    ]
    assert case.drift() == []
