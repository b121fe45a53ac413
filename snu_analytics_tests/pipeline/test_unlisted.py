"""The values that no list knows: where they stand, since when, and which are not shown."""

from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.pipeline import unlisted_values
from snu_analytics.pipeline.unlisted import UnlistedValue
from snu_analytics_tests.fixtures.histories import (
    CATALOGUE,
    OTHER_REF,
    REF,
    YOUNG,
    add,
    document,
    open_dump,
    patch,
    replace,
)

DAYS = DayRange(date(2024, 3, 1), date(2024, 3, 31))


def unlisted(folder, documents, patches) -> list[UnlistedValue]:
    source = open_dump(folder, youngs=documents, young_patches=patches)
    return unlisted_values(CATALOGUE, YOUNG, source, DAYS)


def touched(ref: str = REF, at: str = "2024-03-02T10:00") -> dict:
    return patch(at, add("/qpv", "true"), ref=ref)


def test_a_value_is_listed_with_its_documents_and_the_day_since_which_it_stands(tmp_path):
    documents = [document(region="Breizh"), document(OTHER_REF, region="Breizh")]
    patches = [
        patch("2024-03-05T10:00", replace("/region", "Bretagne", "Breizh")),
        patch("2024-03-04T10:00", replace("/region", "Bretagne", "Breizh"), ref=OTHER_REF),
    ]
    assert unlisted(tmp_path, documents, patches) == [
        UnlistedValue("region", '"Breizh"', None, 2, date(2024, 3, 4))
    ]


def test_a_value_that_no_patch_wrote_has_no_day(tmp_path):
    assert unlisted(tmp_path, [document(grade="CM2")], [touched()]) == [
        UnlistedValue("grade", '"CM2"', None, 1, None)
    ]


def test_a_value_that_was_replaced_since_is_listed_too(tmp_path):
    patches = [patch("2024-03-05T10:00", replace("/region", "Breizh", "Bretagne"))]
    assert unlisted(tmp_path, [document(region="Bretagne")], patches) == [
        UnlistedValue("region", '"Breizh"', None, 1, date(2024, 3, 5))
    ]


def test_the_elements_of_an_array_are_listed_by_themselves(tmp_path):
    assert unlisted(tmp_path, [document(domains=["SPORT", "natation", 7])], [touched()]) == [
        UnlistedValue("domains", '"natation"', None, 1, None),
        UnlistedValue("domains", "7", None, 1, None),
    ]


def test_what_looks_like_a_persons_is_named_by_its_kind(tmp_path):
    assert unlisted(tmp_path, [document(region="06 12 34 56 78")], [touched()]) == [
        UnlistedValue("region", None, "a telephone number", 1, None)
    ]


OWN = "a name, an address or another text of its document"


def test_a_name_of_the_document_that_holds_it_is_not_shown(tmp_path):
    documents = [document(region="chez Aurore", firstName="Aurore"), document(OTHER_REF, grade="x")]
    assert unlisted(tmp_path, documents, [touched(), touched(OTHER_REF)]) == [
        UnlistedValue("grade", '"x"', None, 1, None),
        UnlistedValue("region", None, OWN, 1, None),
    ]


def test_a_name_of_another_document_is_a_word_like_any_other(tmp_path):
    documents = [document(region="Aurore"), document(OTHER_REF, firstName="Aurore")]
    assert unlisted(tmp_path, documents, [touched(), touched(OTHER_REF)]) == [
        UnlistedValue("region", '"Aurore"', None, 1, None)
    ]


@pytest.mark.parametrize(("holders", "shown"), [(10, None), (11, '"Lyon"')])
def test_a_text_that_many_documents_hold_is_nobodys(tmp_path, holders, shown):
    refs = [
        f"{n:024x}" for n in range(0x55A000000000000000000001, 0x55A000000000000000000001 + holders)
    ]
    documents = [document(ref, region="Lyon", city="Lyon") for ref in refs]
    (value,) = unlisted(tmp_path, documents, [touched(ref) for ref in refs])
    assert (value.text, value.documents) == (shown, holders)
