"""The command of the questions as a person types it."""

import io
import json

import pandas as pd
import psycopg
import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics.questions import load_questions

ROWS = [
    ("2024-03-01", "inscription", "created", "female", 16, "Bretagne", "Finistère", 3),
    ("2024-03-01", "inscription", "validated", "female", 16, "Bretagne", "Finistère", 2),
    ("2024-03-02", "inscription", "created", None, None, None, None, 1200),
]
TABLE = """\
 region    figure     value
 Bretagne  created        3
 Bretagne  validated      2
 –         created    1,200
"""


@pytest.fixture
def warehouse(monkeypatch, warehouse_url):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        connection.cursor().executemany(
            "INSERT INTO analytics.daily_figure "
            "(day, phase, figure, gender, age, region, department, value) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            ROWS,
        )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["figures", *arguments])


def printed(result: Result) -> str:
    return " ".join(result.output.split())


def test_without_a_name_the_questions_are_listed():
    listed = printed(run())
    for question in load_questions().values():
        assert f"{question.name} {question.title[:20]}" in listed


def test_an_answer_is_a_table(warehouse):
    lines = run("inscription_figures", "--by", "region").output.splitlines()
    shown = "\n".join(line.rstrip() for line in lines)
    assert "\n".join(line.rstrip() for line in TABLE.splitlines()) in shown
    assert "Inscriptions created" in shown
    assert "created: inscriptions begun: inscription_created" in " ".join(" ".join(lines).split())


def test_a_table_tells_nothing_as_a_dash(warehouse):
    shown = run("inscription_figures", "--by", "age,gender", "--where", "age=").output
    assert " –    –       created  1,200" in shown
    assert " 0       –    –" in run("inscription_decision_times").output


def test_an_answer_is_csv(warehouse):
    assert run("inscription_figures", "--by", "day,age", "--format", "csv").output == (
        "day,age,figure,value\n"
        "2024-03-01,16,created,3\n"
        "2024-03-01,16,validated,2\n"
        "2024-03-02,,created,1200\n"
    )


def test_an_answer_is_json(warehouse):
    written = run("inscription_figures", "--by", "day", "--by", "age", "--format", "json").output
    assert json.loads(written) == [
        {"day": "2024-03-01", "age": 16, "figure": "created", "value": 3},
        {"day": "2024-03-01", "age": 16, "figure": "validated", "value": 2},
        {"day": "2024-03-02", "age": None, "figure": "created", "value": 1200},
    ]


def test_an_answer_is_parquet(warehouse, tmp_path):
    out = tmp_path / "answer.parquet"
    run("inscription_figures", "--by", "region", "--format", "parquet", "--out", str(out))
    frame = pd.read_parquet(io.BytesIO(out.read_bytes()))
    assert frame.columns.tolist() == ["region", "figure", "value"]
    assert frame["value"].tolist() == [3, 2, 1200]


def test_an_answer_goes_into_a_file(warehouse, tmp_path):
    out = tmp_path / "answer.csv"
    output = run("inscription_figures", "--format", "csv", "--out", str(out)).output
    assert (output, out.read_text()) == ("", "figure,value\ncreated,1203\nvalidated,2\n")


def test_days_and_values_are_asked_for(warehouse):
    arguments = ["inscription_figures", "--format", "csv", "--where", "figure=created"]
    assert run(*arguments, "--from", "2024-03-02").output == "figure,value\ncreated,1200\n"
    assert run(*arguments, "--to", "2024-03-01").output == "figure,value\ncreated,3\n"
    assert run(*arguments, "--where", "region=").output == "figure,value\ncreated,1200\n"
    either = ("--where", "region=", "--where", "region=Bretagne")
    assert run(*arguments, *either).output == "figure,value\ncreated,1203\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pony"], "there is no question 'pony': known are application_decision_times, "),
        (["files_opened", "--by", "shoe"], "files_opened has no dimension 'shoe': known are day, "),
        (["files_opened", "--where", "shoe=42"], "files_opened has no dimension 'shoe': known are"),
        (["files_opened", "--where", "region"], "'region' is not NAME=VALUE"),
        (["files_opened", "--from", "soon"], "'soon' is not a day: write it as YYYY-MM-DD"),
        (["files_opened", "--format", "parquet"], "parquet is no text: give --out FILE"),
        (
            ["files_opened", "--from", "2024-03-02", "--to", "2024-03-01"],
            "2024-03-02 is after 2024-03-01: give the earlier day first",
        ),
    ],
)
def test_wrong_use_is_told_and_ends_with_2(warehouse, arguments, message):
    result = run(*arguments)
    assert message in printed(result)
    assert result.exit_code == 2


def test_a_warehouse_without_the_views_asks_for_a_migration(monkeypatch, empty_database_url):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", empty_database_url)
    result = run("files_opened")
    assert "run `snu-analytics migrate`" in printed(result)
    assert result.exit_code == 2


def test_rows_that_are_too_wide_are_told_as_records(warehouse, warehouse_url):
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO analytics.projection (as_of, campaign, region, horizon_day, achieved, "
            "projected, probability, withheld, reason) VALUES "
            "('2024-03-01', 2024, 'France', 153, 1200, 1534.25, 0.5, false, 'no objective')"
        )
    lines = [" ".join(line.split()) for line in run("projections").output.splitlines()]
    for line in ("day 2024-03-01", "achieved 1,200", "projected 1,534.25", "low80 –",
                 "withheld no", "reason no objective"):  # fmt: skip
        assert line in lines
