"""Every question of the folder `metabase` runs as the reader, without and with its filters."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "metabase"
FILES = sorted(file.name for file in FOLDER.glob("*.sql"))

PUBLISHED = """
    INSERT INTO published.daily_total (phase, figure, day, value)
    SELECT phase, 'validated', '2024-05-13', 30
    FROM unnest(ARRAY['inscription', 'mission']) phase;
    INSERT INTO published.breakdown (kind, period, phase, figure, breakdown, gender, age_group,
        region, department, cohort, value, masked)
    SELECT kind, '2024-05-01', phase, 'validated', breakdown,
        CASE WHEN breakdown LIKE '%gender%' THEN 'female' END,
        CASE WHEN breakdown LIKE '%age_group%' THEN '16' END,
        CASE WHEN breakdown LIKE '%region%' THEN 'Bretagne' END,
        CASE WHEN breakdown LIKE '%department%' THEN 'Finistère' END,
        CASE WHEN breakdown LIKE '%cohort%' THEN 'Juin 2023' END, 30, false
    FROM (VALUES ('month', 'inscription', 'gender'), ('month', 'inscription', 'age_group'),
        ('month', 'inscription', 'region'), ('month', 'inscription', 'department'),
        ('month', 'inscription', 'cohort'), ('month', 'inscription', 'gender,region'),
        ('month', 'mission', 'region'), ('week', 'inscription', 'region'),
        ('campaign', 'inscription', 'gender,age_group,region'))
        AS cells (kind, phase, breakdown);
    INSERT INTO published.revised_cell (revised_in, kind, period, phase, figure, breakdown, region,
        former, value)
    VALUES ('2024-09-01', 'month', '2024-05-01', 'inscription', 'validated', 'region', 'Bretagne',
            30, 45);
"""
VALUES = {
    "from": "2024-05-01",
    "to": "2024-05-31",
    "figure": "validated",
    "region": "Bretagne",
    "department": "Finistère",
    "cohort": "Juin 2023",
    "zone": "B",
}


@pytest.fixture(scope="module")
def owner(shared_warehouse_url) -> Iterator[psycopg.Connection]:
    """The owner's connection to tables that hold a cell of each breakdown."""
    with psycopg.connect(shared_warehouse_url, autocommit=True) as connection:
        connection.execute(PUBLISHED)
        yield connection


@pytest.fixture(scope="module")
def reader(shared_warehouse_url, owner) -> Iterator[psycopg.Connection]:
    """The reader's connection to the same tables."""
    url = shared_warehouse_url.replace("//postgres@", "//snu_reader@")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def variables(text: str) -> dict[str, Any]:
    """The types of the variables, as the comment at the head has them."""
    head = "\n".join(line[3:] for line in text.splitlines() if line.startswith("-- "))
    comment = yaml.safe_load(head)
    assert list(comment) == ["title", "answers", "shows", "variables"]
    return comment["variables"]


def without_filters(text: str) -> str:
    return re.sub(r"\[\[.*?\]\]", "", text, flags=re.S)


def with_filters(text: str) -> str:
    """As Metabase sends it: each variable a literal, a field filter a condition on its column."""
    for name, kind in variables(text).items():
        literal = f"'{VALUES[name]}'"
        written = f"date {literal}" if kind == "date" else literal
        if isinstance(kind, dict):
            written = f"{kind['field']} IN ({literal})"
        text = text.replace(f"{{{{{name}}}}}", written)
    return text.replace("[[", "").replace("]]", "")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("written", [without_filters, with_filters])
def test_a_question_runs_as_the_reader_and_returns_a_row(reader, file, written):
    query = written((FOLDER / file).read_text())
    assert "{{" not in query
    answered = reader.execute(query).fetchall()
    assert len(answered) == (9 if file == "what_is_masked.sql" else 1)


SUMS = [file for file in FILES if " AS at_least" in (FOLDER / file).read_text()]


@pytest.mark.parametrize("file", SUMS)
def test_a_sum_with_a_masked_part_is_null_and_says_at_least_how_many(owner, file):
    query = without_filters((FOLDER / file).read_text())
    with owner.transaction(force_rollback=True):
        owner.execute(
            "INSERT INTO published.breakdown SELECT kind, '2024-06-01', phase, figure, breakdown, "
            "gender, age_group, region, department, cohort, NULL, true, 'cell' "
            "FROM published.breakdown WHERE kind = 'month'"
        )
        cursor = owner.execute(query)
        (answer,) = [
            dict(zip([c.name for c in cursor.description], row, strict=True)) for row in cursor
        ]
    assert (answer["value"], answer["at_least"], answer["masked"]) == (None, 30, 1)


@pytest.mark.parametrize("file", FILES)
def test_the_variables_listed_are_those_of_the_question(file):
    text = (FOLDER / file).read_text()
    assert set(variables(text)) == set(re.findall(r"\{\{(\w+)\}\}", text))


@pytest.mark.parametrize("file", FILES)
def test_a_question_reads_what_is_published_alone(file):
    text = without_filters((FOLDER / file).read_text())
    assert set(re.findall(r"(?:FROM|JOIN) (\w+)\.", text)) == {"published"}


def test_the_reader_sees_the_descriptions(reader):
    (undescribed,) = reader.execute(
        "SELECT count(*) FROM pg_class c, pg_attribute a WHERE c.relnamespace = "
        "'published'::regnamespace AND c.relkind = 'r' AND a.attrelid = c.oid AND a.attnum > 0 "
        "AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)"
    ).fetchone()
    assert undescribed == 0
