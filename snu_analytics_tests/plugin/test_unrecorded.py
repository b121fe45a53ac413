"""What changes without a patch: writes around the plugin, defaults, deletions."""

from snu_analytics_tests.fixtures.histories import add, remove, replace
from snu_analytics_tests.plugin.history import FIRST_DAY


def test_writes_around_the_plugin_leave_no_patch(case):
    assert case.ops == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert case.states("status", "statusPhase1", "gender") == [
        ('"VALIDATED"', '"AFFECTED"', '"male"')
    ]
    assert case.drift() == []


def test_a_bulk_save_leaves_patches(case):
    assert case.ops[1:] == [[add("/gender", "female")]]
    assert case.states("gender") == [("",), ('"female"',)]
    assert case.drift() == []


def test_an_inserted_document_saved_at_once_tells_a_late_creation(case):
    assert case.ops == [
        [
            add("/status", "VALIDATED"),
            add("/statusPhase1", "WAITING_AFFECTATION"),
            add("/gender", "male"),
            add("/statusPhase2Contract", []),
            add("/phase2ApplicationStatus", []),
            add("/notes", []),
            add("/createdAt", FIRST_DAY),
        ]
    ]
    assert case.states("status", "gender") == [('"VALIDATED"', '"male"')]
    assert case.drift() == []


def test_a_schema_default_appears_without_patch(case):
    assert case.ops == [
        [add("/cohort", "Juin 2023")],
        [replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")],
    ]
    assert case.documents[0]["statusPhase1"] == "WAITING_AFFECTATION"
    assert case.documents[0]["createdAt"].isoformat() == "2024-03-02T10:00:00"
    assert case.states("status", "statusPhase1", "cohort") == [
        ('"IN_PROGRESS"', '"WAITING_AFFECTATION"', '"Juin 2023"'),
        ('"WAITING_VALIDATION"', '"WAITING_AFFECTATION"', '"Juin 2023"'),
    ]
    assert case.drift() == []


def test_an_update_does_not_store_the_defaults_it_compares(case):
    before, after = "2024-03-02T10:00:00.000Z", "2024-03-02T10:00:00.001Z"
    assert case.ops == [[replace("/createdAt", before, after), add("/cohort", "Juin 2023")]]
    assert case.documents == [
        {"_id": case.patches[0]["ref"], "gender": "male", "cohort": "Juin 2023"}
    ]
    assert case.states("cohort", "status", "gender") == [('"Juin 2023"', "", '"male"')]
    assert case.drift() == [(1, "createdAt", f'"{after}"', "")]


def test_unsetting_by_update_tells_the_default(case):
    assert case.ops[1:] == [[replace("/status", "VALIDATED", "IN_PROGRESS")]]
    assert case.documents[0].keys().isdisjoint({"status", "statusPhase1"})
    assert case.states("status", "statusPhase1") == [
        ('"VALIDATED"', '"WAITING_AFFECTATION"'),
        ('"IN_PROGRESS"', '"WAITING_AFFECTATION"'),
    ]
    assert case.drift() == [
        (1, "status", '"IN_PROGRESS"', ""),
        (1, "statusPhase1", '"WAITING_AFFECTATION"', ""),
    ]


def test_unsetting_by_save_removes_a_default(case):
    assert case.ops[1:] == [[remove("/status", "VALIDATED")], [add("/gender", "male")]]
    assert case.states("status", "gender") == [
        ('"VALIDATED"', ""),
        ("", ""),
        ("", '"male"'),
    ]
    assert case.drift() == [(1, "status", "", '"IN_PROGRESS"')]


def test_deletions_leave_the_patches(case):
    assert case.documents == []
    assert [str(patch["ref"])[-1:] for patch in case.patches] == ["1", "2", "3"]
    assert case.states("status") == [('"VALIDATED"',)] * 3


def test_patches_of_one_millisecond_have_rising_ids(case):
    assert len({patch["date"] for patch in case.patches}) == 1
    assert case.ops[1:] == [
        [replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")],
        [replace("/status", "WAITING_VALIDATION", "IN_PROGRESS")],
        [replace("/status", "IN_PROGRESS", "VALIDATED")],
    ]
    assert case.states("status") == [
        ('"IN_PROGRESS"',),
        ('"WAITING_VALIDATION"',),
        ('"IN_PROGRESS"',),
        ('"VALIDATED"',),
    ]
    assert case.drift() == []
