"""The command of the questions as a person types it."""

import io
import json

import pandas as pd
import psycopg
import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics.cli.question_help import example
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


@pytest.fixture
def loaded(warehouse, warehouse_url):
    """The same, and the days of the rows are known to be loaded."""
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO analytics.day_load (relation, day, row_count) VALUES "
            "('young_event', '2024-03-01', 2), ('young_event', '2024-03-02', 1)"
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


def test_a_table_tells_nothing_as_a_dash(loaded):
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
    result = run("inscription_figures", "--out", str(out))
    assert result.stdout == ""
    assert result.stderr == f"2 rows written to {out}\n"
    assert out.read_text() == "figure,value\ncreated,1203\nvalidated,2\n"


def test_the_suffix_of_the_file_is_its_format(warehouse, tmp_path):
    for name in ("answer.json", "answer.parquet", "answer.txt"):
        assert run("inscription_figures", "--out", str(tmp_path / name)).exit_code == 0
    assert json.loads((tmp_path / "answer.json").read_text())[1] == {
        "figure": "validated",
        "value": 2,
    }
    assert pd.read_parquet(tmp_path / "answer.parquet")["value"].tolist() == [1203, 2]
    assert "Inscriptions created" in (tmp_path / "answer.txt").read_text()


def test_a_dimension_becomes_columns(warehouse):
    arguments = ["inscription_figures", "--by", "region", "--pivot", "figure", "--format", "csv"]
    assert run(*arguments).output == "region,created,validated\nBretagne,3,2\n,1200,0\n"
    assert run("inscription_figures", "--pivot", "age", "--format", "csv").output == (
        "figure,16,none\ncreated,3,1200\nvalidated,2,0\n"
    )
    assert run("inscription_figures", "--pivot", "figure", "--format", "csv").output == (
        "created,validated\n1203,2\n"
    )


def test_a_question_tells_how_it_is_asked():
    shown = printed(run("objectives", "--help"))
    for part in (
        "Validated young people against the objectives",
        "department Department of residence",
        "Every answer is by year, cohort.",
        "--by takes one of: total; region; department; year",
        "rate achieved / objective (share)",
        "snu-analytics figures objectives --from 2024-01-01 --to 2024-03-31 --by region",
    ):
        assert part in shown


@pytest.mark.parametrize("question", load_questions().values(), ids=lambda q: q.name)
def test_the_example_of_a_question_is_asked_as_it_stands(
    shared_warehouse_url, monkeypatch, question
):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", shared_warehouse_url)
    result = run(*example(question)[2:])
    assert printed(result) == "nothing is loaded yet: run `snu-analytics backfill FROM TO` first"
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--where", "region=Bretange"], "no region 'Bretange': did you mean Bretagne?"),
        (["--where", "figure=create"], "no figure 'create': did you mean created?"),
        (["--where", "cohort=2019"], "no cohort '2019': known are"),
        (["--from", "2024-03-03"], "nothing is loaded after 2024-03-02: ask for days up to then"),
        (["--to", "2024-02-29"], "nothing is loaded before 2024-03-01"),
    ],
)
def test_an_empty_answer_says_why_and_ends_with_2(loaded, arguments, message):
    result = run("inscription_figures", *arguments)
    assert message in printed(result)
    assert result.exit_code == 2


def test_a_region_where_nobody_lives_has_an_empty_answer(loaded):
    assert run("inscription_figures", "--where", "region=Mayotte").exit_code == 0


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
        (["file_opened"], "there is no question 'file_opened': did you mean files_opened?"),
        (["files_opened", "--by", "Regions"], "no dimension 'Regions': did you mean region?"),
        (["files_opened", "--out", "/nowhere/answer.csv"], "there is no folder /nowhere: make it"),
        (["inscription_figures", "--pivot", "shoe"], "has no dimension 'shoe'"),
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


def test_columns_without_room_are_named_below(warehouse, warehouse_url):
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO analytics.projection (as_of, campaign, region, horizon_day, achieved, "
            "projected, probability, withheld, reason) VALUES "
            "('2024-03-01', 2024, 'France', 153, 1200, 1534.25, 0.5, false, 'no objective')"
        )
    lines = [" ".join(line.split()) for line in run("projections").output.splitlines()]
    assert lines[1].startswith("day horizon_day method achieved projected low80 high80 low50")
    assert lines[2].startswith("2024-03-01 153 – 1,200 1,534.25 – – –")
    (below,) = [line for line in lines if line.startswith("Too wide to be shown: ")]
    assert "reason" in below
