"""A check that only warns is reported once, however many runs it failed in."""

from snu_analytics.orchestration.check_warnings import CheckWarning, warning_sentences

FIELDS = ("young/user_snapshots", "fields_known", "failed:")


def test_the_fields_of_several_runs_are_in_a_single_sentence():
    warnings = [CheckWarning(*FIELDS, ("shoeSize",)), CheckWarning(*FIELDS, ("hat", "shoeSize"))]
    assert warning_sentences(warnings) == [
        "young/user_snapshots: check fields_known failed: hat, shoeSize"
    ]


def test_two_assets_have_a_sentence_each():
    warnings = [
        CheckWarning("young/raw_patches", "few_quarantined", "failed on", ("2024-03-02",)),
        CheckWarning("application/raw_patches", "few_quarantined", "failed on", ("2024-03-01",)),
    ]
    assert warning_sentences(warnings) == [
        "application/raw_patches: check few_quarantined failed on 2024-03-01",
        "young/raw_patches: check few_quarantined failed on 2024-03-02",
    ]


def test_a_check_that_names_nothing_is_reported_by_its_name():
    warnings = [CheckWarning("figures/objectives", "objectives_complete")]
    assert warning_sentences(warnings) == ["figures/objectives: check objectives_complete failed"]


def test_of_many_days_the_first_twelve_are_listed():
    days = tuple(f"2024-03-{day:02d}" for day in range(1, 15))
    (sentence,) = warning_sentences([CheckWarning("a", "c", "failed on", days)])
    assert sentence.endswith("2024-03-12 and 2 more")


def test_nothing_is_reported_where_every_check_passed():
    assert warning_sentences([]) == []
