import polars as pl
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.events import kind_of
from snu_analytics.history import Canonicaliser
from snu_analytics.history.canonical import plain

CATALOGUE = load_catalogue()
YOUNG = CATALOGUE.entities["young"]


def canonicaliser() -> Canonicaliser:
    return Canonicaliser(YOUNG, CATALOGUE.vocabularies, kind_of)


def canonical(field: str, text: str) -> str:
    return canonicaliser().series(field, pl.Series([text]))[0]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("status", '"VALIDATED"', '"VALIDATED"'),
        ("status", '"Validated by Léa"', '"OTHER#1"'),
        ("status", '{"$set":1}', '"OTHER#1"'),
        ("qpv", "true", '"true"'),
        ("qpv", '"false"', '"false"'),
        ("department", '"75"', '"Paris"'),
        ("department", "75", '"Paris"'),
        ("cohort", "2021", '"2021"'),
        ("phase2NumberHoursDone", '"84"', "84"),
        ("phase2NumberHoursDone", '"84.0"', "84"),
        ("phase2NumberHoursDone", '"12.5"', "12.5"),
        ("phase2NumberHoursDone", '" 84 "', "84"),
        ("phase2NumberHoursDone", '"10,5"', "10.5"),
        ("phase2NumberHoursDone", "28.333333333333332", "28.333333333333332"),
        ("phase2NumberHoursDone", '"a dozen"', '"OTHER#1"'),
        ("phase2NumberHoursDone", '"0612345678"', '"OTHER#1"'),
        ("phase2NumberHoursDone", "612345678", '"OTHER#1"'),
        ("phase2NumberHoursDone", "[84]", '"OTHER#1"'),
        ("phase2NumberHoursDone", "33.33", "33.33"),
        ("phase2NumberHoursDone", "9999", "9999"),
        ("phase2NumberHoursDone", '"35430"', '"OTHER#1"'),
        ("phase2NumberHoursDone", "48.117266", '"OTHER#1"'),
        ("phase2NumberHoursDone", '"٨٤"', '"OTHER#1"'),
        ("hasStartedReinscription", '"true"', "true"),
        ("hasStartedReinscription", "false", "false"),
        ("domains", '["SPORT","CULTURE"]', '["SPORT","CULTURE"]'),
        ("domains", "[]", "[]"),
        ("domains", '["SPORT","Jeanne"]', '["SPORT","OTHER#1"]'),
        ("domains", '["SPORT",null,"",{"a":1},7]', '["SPORT",null,"","OTHER#1","OTHER#2"]'),
        ("domains", '"SPORT"', '"SPORT"'),
        ("domains", '"Jeanne"', '"OTHER#1"'),
        ("domains", '{"0":"SPORT"}', '"OTHER#1"'),
        ("classeId", '"65f0"', '"65f0"'),
        ("createdAt", '"2024-03-04T11:00:00.000Z"', '"2024-03-04T11:00:00.000Z"'),
        ("createdAt", '"2024-03-04T12:00:00+01:00"', '"2024-03-04T11:00:00.000Z"'),
        ("createdAt", '"2024-03-04"', '"2024-03-04T00:00:00.000Z"'),
        (
            "createdAt",
            '"Mon Mar 04 2024 11:00:00 GMT+0000 (Coordinated Universal Time)"',
            '"2024-03-04T11:00:00.000Z"',
        ),
        ("createdAt", '"someday"', '"OTHER#1"'),
    ],
)
def test_a_value_has_one_spelling(field, text, expected):
    assert canonical(field, text) == expected


@pytest.mark.parametrize("field", ["status", "createdAt", "phase2NumberHoursDone", "classeId"])
@pytest.mark.parametrize("text", ["", "null", '""'])
def test_absent_null_and_the_empty_string_stay_what_they_are(field, text):
    assert canonical(field, text) == text


def test_two_unlisted_values_stay_apart_and_one_stays_the_same():
    texts = pl.Series(['"Breizh"', '"Armorique"', '"Breizh"'])
    assert canonicaliser().series("region", texts).to_list() == [
        '"OTHER#2"',
        '"OTHER#1"',
        '"OTHER#2"',
    ]


def test_a_mark_becomes_other_wherever_it_stands():
    texts = pl.Series(['"OTHER#12"', '["SPORT","OTHER#1","OTHER#2"]', '"VALIDATED"', ""])
    assert plain(texts).to_list() == ['"OTHER"', '["SPORT","OTHER","OTHER"]', '"VALIDATED"', ""]


def test_what_an_unlisted_value_looks_like_is_remembered_by_its_mark():
    made = canonicaliser()
    texts = pl.Series(['["SPORT","j@example.org","Jeanne"]', '[{"06 12 34 56 78":1}]'])
    assert [made.unlisted(text) for text in made.series("domains", texts)] == [
        [('"j@example.org"', "an e-mail address"), ('"Jeanne"', None)],
        [('{"06 12 34 56 78": 1}', "a telephone number")],
    ]
