"""The last look: what a string may not tell, and what it may though it looks alike."""

import polars as pl
import pytest

from snu_analytics.errors import LeakError
from snu_analytics.events.leaks import kind_of, occurring, refuse_raw_values
from snu_analytics_tests.fixtures.histories import CATALOGUE, YOUNG


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


@pytest.mark.parametrize("text", ["Jeanne", "salut JEANNE !", "le-goff jeanne"])
def test_a_name_is_found_as_a_word_without_case_and_accents(text):
    assert occurring({"Jéanne", "Le Goff"}, {text})


@pytest.mark.parametrize("text", ["Jeannette", "goff", "Li"])
def test_a_part_of_a_name_or_a_very_short_one_is_none(text):
    assert not occurring({"Jeanne", "Le Goff", "Li"}, {text})


STATES = {"status": pl.Series(['"VALIDATED"', "null", ""])}
ROWS = pl.DataFrame(
    {
        "subject_id": ["8c9a4c1e-0000-4000-8000-1234567890ab"],
        "change_id": ["8c9a4c1e-0000-4000-8000-1234567890ab"],
        "from_value": ["IN_PROGRESS"],
        "to_value": ["VALIDATED"],
        "actor_role": [None],
    },
    schema_overrides={"actor_role": pl.String},
)


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("status", ['"OTHER"', '""', "null"]),
        ("birthdateAt", ["16", "null", ""]),
        ("createdAt", ['"2024-03-01"', '"OTHER"']),
        ("phase2NumberHoursDone", ["84", "28.333333333333332", "1e-07", '"OTHER"']),
        ("hasStartedReinscription", ["true", "false", ""]),
        ("classeId", ['"8c9a4c1e-0000-4000-8000-1234567890ab"', '""']),
        ("domains", ['["SPORT","OTHER"]', "[]"]),
    ],
)
def test_what_treatments_make_is_written(field, texts):
    refuse_raw_values(ROWS, {field: pl.Series(texts)}, YOUNG)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("status", '"55a000000000000000000001"'),
        ("status", '"5d41402abc4b2a76b9719d911017c592"'),
        ("status", '"2007-05-01T11:00:00.000Z"'),
        ("birthdateAt", '"2007-05-01"'),
        ("createdAt", '"2007-05-01T11:00:00.000Z"'),
        ("classeId", '"55a000000000000000000001"'),
        ("phase2NumberHoursDone", '"0612345678"'),
        ("domains", '["55a000000000000000000001"]'),
    ],
)
def test_a_value_that_no_treatment_makes_stops_the_day(field, text):
    with pytest.raises(
        LeakError, match=f"young_event: the field {field} of state_before"
    ) as raised:
        refuse_raw_values(ROWS, {field: pl.Series([text])}, YOUNG)
    assert text.strip('"') not in str(raised.value)


@pytest.mark.parametrize("column", ["subject_id", "change_id", "from_value", "to_value"])
def test_a_raw_id_in_a_column_stops_the_day(column):
    rows = ROWS.with_columns(pl.lit("55a000000000000000000001").alias(column))
    with pytest.raises(LeakError, match=f"young_event: the column {column}"):
        refuse_raw_values(rows, STATES, YOUNG)


@pytest.mark.parametrize("text", ["06\u200b12\u200b34\u200b56\u200b78", "０６１２３４５６７８"])
def test_a_number_in_disguise_is_known(text):
    assert kind_of(text) == "a telephone number"
