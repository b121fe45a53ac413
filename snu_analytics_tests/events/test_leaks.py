"""The last look: what a string may not tell, and what it may though it looks alike."""

import polars as pl
import pytest

from snu_analytics.errors import LeakError
from snu_analytics.events.leaks import expected_aside, kind_of, occurring
from snu_analytics_tests.histories import (
    CATALOGUE,
    YOUNG,
    add,
    document,
    patch,
    young_events,
)

CREATED = [patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jeanne.martin@example.org", "an e-mail address"),
        ("écrire à j-m@lycee.fr", "an e-mail address"),
        ("0612345678", "a telephone number"),
        ("06 12 34 56 78", "a telephone number"),
        ("+33 6 12 34 56 78", "a telephone number"),
        ("123456789012", "a long number"),
        ("73282932000074", "a French identifier"),
        ("255081416802538", "a French identifier"),
        ("2007-05-01", "a date"),
        ("01/05/2007", "a date"),
        ("1er mai 2007", "a date"),
        ("55a000000000000000000001", "a 24-digit id"),
        ("https://example.org/x", "a URL"),
        ("www.exemple", "a URL"),
        ("carte-jeanne.pdf", "a file name"),
        ("12 bis rue des Lilas", "a postal address"),
        ("0123456789abcdef0123456789abcdef01234567", "a token"),
        ("$2a$10$abcdefghijklmnopqrstuv", "a token"),
    ],
)
def test_a_string_that_tells_of_a_person_is_known_by_its_kind(text, kind):
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        *("VALIDATED", "Juillet 2031", "2031 CLE 03 Fevrier", "Établissement public", "84.5"),
        *("non-confirmation", "Préparation militaire hors offre MIG des armées", "12 ans", ""),
    ],
)
def test_an_ordinary_word_tells_of_nobody(text):
    assert kind_of(text) is None


@pytest.mark.parametrize("vocabulary", CATALOGUE.vocabularies.values(), ids=lambda v: v.name)
def test_no_listed_value_looks_like_a_person(vocabulary):
    assert [value for value in vocabulary.values if kind_of(value)] == []


def test_words_of_the_catalogue_and_numbers_are_expected():
    texts = pl.Series(['["CULTURE","SPORT"]', '["CULTURE","natation"]', "[]", "", "null", '["3"]'])
    assert expected_aside(texts, YOUNG.fields["domains"], CATALOGUE) == {"natation"}


def test_a_day_is_expected_in_a_field_of_days_alone():
    texts = pl.Series(['"2024-03-01"'])
    assert expected_aside(texts, YOUNG.fields["createdAt"], CATALOGUE) == set()
    assert expected_aside(texts, YOUNG.fields["domains"], CATALOGUE) == {"2024-03-01"}


def test_a_long_number_is_not_expected_where_hours_are():
    texts = pl.Series(["84", "612345678"])
    assert expected_aside(texts, YOUNG.fields["phase2NumberHoursDone"], CATALOGUE) == {"612345678"}


@pytest.mark.parametrize("text", ["Jeanne", "salut JEANNE !", "le-goff jeanne"])
def test_a_name_is_found_as_a_word_without_case_and_accents(text):
    assert occurring({"Jéanne", "Le Goff"}, {text})


@pytest.mark.parametrize("text", ["Jeannette", "goff", "Li"])
def test_a_part_of_a_name_or_a_very_short_one_is_none(text):
    assert not occurring({"Jeanne", "Le Goff", "Li"}, {text})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"domains": ["j.martin@example.org"]}, "the field domains of .* holds an e-mail address"),
        ({"domains": [{"06 12 34 56 78": 1}]}, "the field domains of .* telephone number"),
        ({"phase2NumberHoursDone": "0612345678"}, "the field phase2NumberHoursDone of .* holds a"),
        ({"statusPhase2Contract": ["contrat.pdf"]}, "the field statusPhase2Contract .* file name"),
    ],
)
def test_events_that_tell_of_a_person_are_never_built(tmp_path, fields, message):
    with pytest.raises(LeakError, match=message) as raised:
        young_events(tmp_path, [document(**fields)], CREATED)
    assert not any(secret in str(raised.value) for secret in ("martin", "12 34", "contrat.pdf"))


def test_a_change_that_tells_of_a_person_is_named_by_the_field(tmp_path):
    told = add("/phase2NumberHoursDone", "0612345678")
    with pytest.raises(LeakError, match="young_event: the field phase2NumberHoursDone"):
        young_events(tmp_path, [document()], [*CREATED, patch("2024-03-01T11:00", told)])
