"""What updates by a query write, with and without a match."""

from snu_analytics_tests.fixtures.histories import add, replace
from snu_analytics_tests.plugin.history import FIRST_DAY


def test_update_one_tells_only_what_it_changed(case):
    assert case.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert case.states("status", "gender") == [
        ('"WAITING_VALIDATION"', '"male"'),
        ('"VALIDATED"', '"male"'),
    ]
    assert case.drift() == []


def test_update_one_whose_filter_no_longer_matches_still_tells(case):
    assert case.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert case.states("status") == [('"WAITING_VALIDATION"',), ('"VALIDATED"',)]
    assert case.drift() == []


def test_find_one_and_update_giving_the_old_document(case):
    assert case.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert case.states("status") == [('"WAITING_VALIDATION"',), ('"VALIDATED"',)]
    assert case.drift() == []


def test_find_one_and_update_giving_the_new_document(case):
    assert case.ops[1:] == [
        [replace("/status", "WAITING_VALIDATION", "VALIDATED")],
        [replace("/status", "VALIDATED", "WITHDRAWN")],
    ]
    assert case.states("status") == [
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
        ('"WITHDRAWN"',),
    ]
    assert case.drift() == []


def test_update_many_in_the_order_of_insertion(case):
    assert case.ops[2:] == [
        [replace("/status", "VALIDATED", "WITHDRAWN")],
        [replace("/status", "WAITING_LIST", "WITHDRAWN")],
    ]
    assert case.states("status") == [
        ('"VALIDATED"',),
        ('"WITHDRAWN"',),
        ('"WAITING_LIST"',),
        ('"WITHDRAWN"',),
    ]
    assert case.drift() == []


def test_update_many_in_another_order_crosses_originals(case):
    assert case.ops[3:] == [
        [replace("/gender", "male", "female"), replace("/status", "VALIDATED", "WITHDRAWN")],
        [replace("/status", "WAITING_LIST", "WITHDRAWN")],
        [replace("/gender", "female", "male"), replace("/status", "REFUSED", "WITHDRAWN")],
    ]
    assert case.states("status", "gender") == [
        ('"REFUSED"', '"female"'),
        ('"WITHDRAWN"', '"female"'),
        ('"WAITING_LIST"', '"male"'),
        ('"WITHDRAWN"', '"male"'),
        ('"VALIDATED"', '"male"'),
        ('"WITHDRAWN"', '"male"'),
    ]
    assert case.events() == [
        ("inscription_created", None, "REFUSED", "recorded"),
        ("inscription_withdrawn", "REFUSED", "WITHDRAWN", "conflict"),
        ("inscription_created", None, "WAITING_LIST", "recorded"),
        ("inscription_withdrawn", "WAITING_LIST", "WITHDRAWN", "recorded"),
        ("inscription_created", None, "VALIDATED", "recorded"),
        ("inscription_withdrawn", "VALIDATED", "WITHDRAWN", "conflict"),
    ]
    assert case.drift() == []


def test_an_update_without_match_tells_a_creation_of_another_document(case):
    assert case.ops[1] == [
        replace("/createdAt", "2024-03-09T10:00:00.000Z", FIRST_DAY),
        replace("/status", "IN_PROGRESS", "VALIDATED"),
        add("/gender", "female"),
        add("/cohort", "Juin 2023"),
    ]
    assert (
        case.states("status", "gender", "cohort", "createdAt")
        == [('"VALIDATED"', '"female"', '"Juin 2023"', f'"{FIRST_DAY}"')] * 2
    )
    assert case.events() == [("inscription_created", None, "VALIDATED", "recorded")]
    assert case.drift() == []


# The original of createdAt, the plugin's own clock a moment before, gives such a patch away.
def test_an_update_without_match_is_the_first_patch_of_a_document(case):
    assert case.ops == [
        [
            replace("/createdAt", "2024-03-09T10:00:00.000Z", FIRST_DAY),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
            add("/gender", "female"),
        ]
    ]
    assert case.states("status", "gender", "createdAt") == [
        ('"VALIDATED"', '"female"', f'"{FIRST_DAY}"')
    ]
    assert case.events() == [("inscription_created", None, "VALIDATED", "inferred")]
    assert case.drift() == []


def test_an_update_many_without_match_is_the_whole_creation_of_older_documents(case):
    assert [str(patch["ref"])[-1:] for patch in case.patches] == ["2", "3", "1", "3"]
    assert case.ops[2] == [
        add("/statusPhase1", "WAITING_AFFECTATION"),
        add("/statusPhase2Contract", []),
        add("/phase2ApplicationStatus", []),
        add("/status", "VALIDATED"),
        add("/gender", "female"),
        add("/createdAt", FIRST_DAY),
        add("/notes", []),
    ]
    assert case.ops[3] == case.ops[1]
    assert case.states("status", "gender") == [
        ('"VALIDATED"', '"female"'),
        ('"REFUSED"', ""),
        ('"VALIDATED"', ""),
        ('"VALIDATED"', ""),
    ]
    assert case.events() == [
        ("inscription_created", None, "VALIDATED", "inferred"),
        ("inscription_created", None, "REFUSED", "recorded"),
        ("inscription_created", None, "VALIDATED", "recorded"),
    ]
    assert case.drift() == [
        (1, "notes", "[]", ""),
        (1, "phase2ApplicationStatus", "[]", ""),
        (1, "statusPhase1", '"WAITING_AFFECTATION"', ""),
        (1, "statusPhase2Contract", "[]", ""),
    ]


def test_a_push_without_match_tells_a_creation_of_the_first_document(case):
    assert case.ops[2:] == [
        [
            replace("/createdAt", "2024-03-09T10:00:00.000Z", FIRST_DAY),
            add("/gender", "female"),
        ]
    ]
    assert case.states("gender", "statusPhase2Contract") == [
        ('"female"', "[]"),
        ('"female"', "[]"),
        ('"male"', "[]"),
    ]
    assert case.events() == [("inscription_created", None, "IN_PROGRESS", "recorded")] * 2
    assert case.drift() == []


def test_a_push_to_many_without_match_tells_a_creation_of_every_document(case):
    assert case.ops[2:] == case.ops[:2]
    assert case.states("gender", "statusPhase2Contract") == [
        ('"female"', "[]"),
        ('"female"', "[]"),
        ('"male"', "[]"),
        ('"male"', "[]"),
    ]
    assert case.events() == [("inscription_created", None, "IN_PROGRESS", "recorded")] * 2
    assert case.drift() == []


def test_a_find_one_and_update_without_match_fails_or_tells_a_creation(case):
    assert case.ops[1:] == [
        [
            replace("/createdAt", "2024-03-03T10:00:00.000Z", FIRST_DAY),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
        ]
    ]
    assert case.states("status") == [('"VALIDATED"',)] * 2
    assert case.events() == [("inscription_created", None, "VALIDATED", "recorded")]
    assert case.drift() == []


def test_an_upsert_is_compared_with_the_defaults(case):
    assert case.ops == [
        [
            replace("/createdAt", FIRST_DAY, "2024-03-01T10:00:00.001Z"),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
            add("/cohort", "Juin 2023"),
        ]
    ]
    assert case.states("status", "cohort") == [('"VALIDATED"', '"Juin 2023"')]
    assert case.events() == [("inscription_created", None, "VALIDATED", "inferred")]
    assert case.drift() == []
