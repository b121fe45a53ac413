"""Array fields: operations by index, replayed to whole values."""

from snu_analytics_tests.fixtures.histories import (
    add,
    document,
    patch,
    remove,
    replace,
    states,
    timeline,
)


def test_elements_are_added_replaced_and_removed_by_index(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), add("/domains", [])),
        patch("2024-03-02T10:00", add("/domains/0", "SPORT"), add("/domains/1", "HEALTH")),
        patch("2024-03-03T10:00", replace("/domains/0", "SPORT", "CULTURE")),
        patch("2024-03-04T10:00", remove("/domains/1", "HEALTH")),
    ]
    assert states(tmp_path, [document(domains=["CULTURE"])], patches, "domains") == [
        ("[]",),
        ('["SPORT","HEALTH"]',),
        ('["CULTURE","HEALTH"]',),
        ('["CULTURE"]',),
    ]


def test_the_operations_of_one_patch_do_not_shift_one_another(tmp_path):
    shortened = [remove("/domains/1", "HEALTH"), remove("/domains/2", "CULTURE")]
    for ops in (shortened, shortened[::-1]):
        patches = [patch("2024-03-01T10:00", replace("/domains/0", "X", "SPORT"), *ops)]
        assert states(tmp_path, [document(domains=["SPORT"])], patches, "domains") == [
            ('["SPORT"]',)
        ]


def test_the_base_is_todays_array_with_the_operations_undone(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED")),
        patch("2024-03-02T10:00", add("/domains/1", "HEALTH")),
        patch("2024-03-03T10:00", replace("/domains/0", "SPORT", "CULTURE")),
    ]
    assert states(tmp_path, [document(domains=["CULTURE", "HEALTH"])], patches, "domains") == [
        ('["SPORT"]',),
        ('["SPORT","HEALTH"]',),
        ('["CULTURE","HEALTH"]',),
    ]


def test_a_whole_value_further_on_anchors_the_base(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/domains/1", "HEALTH")),
        patch("2024-03-02T10:00", replace("/domains", ["SPORT", "HEALTH"], ["CULTURE"])),
    ]
    assert states(tmp_path, [document(domains=["ENVIRONMENT"])], patches, "domains") == [
        ('["SPORT","HEALTH"]',),
        ('["CULTURE"]',),
    ]


def test_a_deleted_document_still_tells_what_its_operations_say(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/domains/0", "SPORT", "CULTURE"))]
    assert states(tmp_path, [], patches, "domains") == [('["CULTURE"]',)]


def test_an_element_whose_original_contradicts_is_a_conflict(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/domains", ["SPORT"])),
        patch("2024-03-02T10:00", replace("/domains/0", "HEALTH", "CULTURE")),
    ]
    assert timeline(tmp_path, [document()], patches).tracks["domains"].conflicts.tolist() == [3]


def test_an_absurd_index_is_passed_over(tmp_path):
    patches = [patch("2024-03-01T10:00", add("/domains/4000000000", "SPORT"))]
    assert states(tmp_path, [], patches, "domains") == [("[]",)]
