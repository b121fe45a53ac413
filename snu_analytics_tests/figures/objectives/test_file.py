"""Objectives in a CSV file."""

import pytest

from snu_analytics.errors import ObjectivesError
from snu_analytics.figures.objectives import GivenObjective, read_file, read_objectives
from snu_analytics.settings import read_settings
from snu_analytics_tests.fixtures.histories import CATALOGUE


def written(tmp_path, content: str | bytes):
    file = tmp_path / "objectives.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_commas_or_semicolons_with_or_without_a_byte_order_mark(tmp_path, delimiter, mark, end):
    lines = [["cohort", "department", "max"], ["Juillet 2023", "Côte-d'Or", "12"]]
    text = mark + end.join(delimiter.join(line) for line in lines) + end
    assert read_file(written(tmp_path, text)) == [
        GivenObjective("line 2", "Juillet 2023", "Côte-d'Or", "12", "", "")
    ]


def test_columns_come_in_any_order_and_others_are_let_be(tmp_path):
    file = written(tmp_path, "Max,note,Department,region,Cohort\n7,x,Ain,Bretagne,2022\n")
    assert read_file(file) == [GivenObjective("line 2", "2022", "Ain", "7", "Bretagne", "")]


def test_a_bad_row_names_its_line_and_the_others_stand(tmp_path):
    text = 'cohort,department,max\n2022,Ain,7\n\n2022,"Rh\u00f4ne",-3\n2022,Atlantide,1\n2022\n'
    objectives = read_objectives(read_file(written(tmp_path, text)), {}, CATALOGUE.vocabularies)
    assert objectives.frame["department"].to_list() == ["Ain"]
    assert objectives.problems == (
        "line 4 (cohort 2022, department Rhône): its max is not a whole number of people",
        "line 5 (cohort 2022, department Atlantide): the department is not known",
        "line 6 (cohort 2022, department ): there is no department",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("cohort,max\n2022,3\n", "lacks the column department: its first line names cohort, dep"),
        ("", "lacks the column cohort"),
        ("cohort,department,max\n2022,Côte-d'Or,1\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, message):
    with pytest.raises(ObjectivesError, match="SNU_OBJECTIVES: ") as error:
        read_file(written(tmp_path, content))
    assert f"objectives.csv {message}" in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ObjectivesError, match=r"none\.csv: No such file"):
        read_file(tmp_path / "none.csv")


def test_the_variable_names_the_file(tmp_path, monkeypatch):
    file = tmp_path / "objectives.csv"
    monkeypatch.setenv("SNU_OBJECTIVES", str(file))
    assert read_settings().objectives == file
    monkeypatch.setenv("SNU_OBJECTIVES", "")
    assert read_settings().objectives is None
