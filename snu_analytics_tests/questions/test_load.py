"""A question's file, and what is said of one that contradicts itself."""

import pytest

from snu_analytics.catalogue import definitions, load_catalogue
from snu_analytics.errors import QuestionError
from snu_analytics.questions import answer_query, find_question, load_questions, read_questions

WHOLE = """\
-- title: Files
-- answers: How many.
-- unit: files
-- counts: {distinct: subject_id}
-- columns: {day: The day, subject_id: The file, region: The region}
SELECT 1
"""


def read(folder, text: str):
    (folder / "files.sql").write_text(text)
    return read_questions(folder)["files"]


def test_a_question_is_its_comments_and_its_select(tmp_path):
    question = read(tmp_path, WHOLE)
    assert (question.view(), question.select) == ("q_files", "SELECT 1")
    assert question.dimensions == ["day", "week", "month", "campaign", "region"]


@pytest.mark.parametrize(
    ("former", "new", "message"),
    [
        ("{distinct: subject_id}", "{distinct: person}", "person is counted but not among"),
        (
            "{distinct: subject_id}",
            "{}",
            "one of distinct, sum, percentiles and measures is needed",
        ),
        ("{distinct: subject_id}", "{measures: [day]}", "and no other, has breakdowns"),
        ("day: The day, ", "", "the columns lack day"),
        ("-- unit", "-- apart: [age]\n-- unit", "['age'] are not among the columns"),
        ("-- title: Files\n", "", "title: Field required"),
        ("-- title: Files", "-- title: [", "its leading comments are not YAML"),
    ],
)
def test_a_file_that_contradicts_itself_is_named(tmp_path, former, new, message):
    with pytest.raises(QuestionError, match=r"files\.sql") as error:
        read(tmp_path, WHOLE.replace(former, new))
    assert message in str(error.value)


def test_an_unknown_question_names_the_known_ones():
    with pytest.raises(QuestionError, match="no question 'pony': known are application_decision_t"):
        find_question("pony")


def test_an_unknown_dimension_names_the_known_ones():
    question = find_question("missions_created")
    for asked in ({"by": ["shoe_size"]}, {"where": {"shoe_size": ["42"]}}):
        with pytest.raises(
            QuestionError, match="has no dimension 'shoe_size': known are day, week, mon"
        ):
            answer_query(question, **asked)


def test_the_counted_column_is_no_dimension():
    with pytest.raises(QuestionError, match="has no dimension 'subject_id'"):
        answer_query(find_question("missions_created"), by=["subject_id"])


def test_the_values_in_the_questions_are_words_of_the_catalogue():
    catalogue = load_catalogue()
    tables = {entity.table for entity in catalogue.entities.values()}
    # The masks of `published`, and its sentences, are none of the source's.
    for question in (q for q in load_questions().values() if q.name != "published"):
        # Names of columns and breakdowns, and what begins with a number: an interval, a step.
        own = {*question.columns, *question.breakdowns, "types", "array", "France", "; ", "/", ""}
        own |= {definition.figure for definition in definitions()}
        for quoted in question.select.split("'")[1::2]:
            known = catalogue.lists(quoted) or quoted in own | tables or quoted[0].isdigit()
            assert known, (question.name, quoted)
