import polars as pl
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.history import Canonicaliser
from snu_analytics.history.canonical import plain

CATALOGUE = load_catalogue()
YOUNG = CATALOGUE.entities["young"]


def canonical(field: str, text: str) -> str:
    made = Canonicaliser(YOUNG, CATALOGUE.vocabularies, lambda text: f"<{len(text)}>")
    return made.series(field, pl.Series([text]))[0]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("status", '"VALIDATED"', '"VALIDATED"'),
        ("status", '"Validated by Léa"', '"OTHER#<18>"'),
        ("status", '{"$set":1}', '"OTHER#<10>"'),
        ("qpv", "true", '"true"'),
        ("qpv", '"false"', '"false"'),
        ("department", '"75"', '"Paris"'),
        ("department", "75", '"Paris"'),
        ("cohort", "2021", '"2021"'),
        ("phase2NumberHoursDone", '"84"', "84"),
        ("phase2NumberHoursDone", '"84.0"', "84"),
        ("phase2NumberHoursDone", '"12.5"', "12.5"),
        ("phase2NumberHoursDone", '"a dozen"', '"OTHER#<9>"'),
        ("hasStartedReinscription", '"true"', "true"),
        ("hasStartedReinscription", "false", "false"),
        ("domains", '["SPORT"]', '["SPORT"]'),
        ("classeId", '"65f0"', '"65f0"'),
        ("createdAt", '"2024-03-04T11:00:00.000Z"', '"2024-03-04T11:00:00.000Z"'),
        ("createdAt", '"2024-03-04T12:00:00+01:00"', '"2024-03-04T11:00:00.000Z"'),
        ("createdAt", '"2024-03-04"', '"2024-03-04T00:00:00.000Z"'),
        (
            "createdAt",
            '"Mon Mar 04 2024 11:00:00 GMT+0000 (Coordinated Universal Time)"',
            '"2024-03-04T11:00:00.000Z"',
        ),
        ("createdAt", '"someday"', '"OTHER#<9>"'),
    ],
)
def test_a_value_has_one_spelling(field, text, expected):
    assert canonical(field, text) == expected


@pytest.mark.parametrize("field", ["status", "createdAt", "phase2NumberHoursDone", "classeId"])
@pytest.mark.parametrize("text", ["", "null", '""'])
def test_absent_null_and_the_empty_string_stay_what_they_are(field, text):
    assert canonical(field, text) == text


def test_an_unlisted_value_is_told_as_other_without_its_digest():
    assert plain(pl.Series(['"OTHER#ab12"', '"VALIDATED"', ""])).to_list() == [
        '"OTHER"',
        '"VALIDATED"',
        "",
    ]


def test_a_column_with_a_value_outside_its_vocabulary_is_named():
    made = Canonicaliser(YOUNG, CATALOGUE.vocabularies, str)
    frame = pl.DataFrame({"status": ['"VALIDATED"', '"MAYBE"'], "gender": ['"OTHER#1"', "null"]})
    assert made.unlisted(frame) == ["status"]
