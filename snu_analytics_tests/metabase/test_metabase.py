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
    INSERT INTO published.daily
    (day, phase, figure, breakdown, gender, age, region, department, cohort, value, masked)
    SELECT date '2024-05-13', phase, 'validated', breakdown,
        CASE breakdown WHEN 'gender' THEN 'female' END, CASE breakdown WHEN 'age' THEN '16' END,
        CASE breakdown WHEN 'region' THEN 'Bretagne' END,
        CASE breakdown WHEN 'department' THEN 'Finistère' END,
        CASE breakdown WHEN 'cohort' THEN 'Juin 2023' END, 30, false
    FROM unnest(ARRAY['inscription', 'mission']) phase,
        unnest(ARRAY['total', 'gender', 'age', 'region', 'department', 'cohort']) breakdown;
    INSERT INTO published.weekly (week, phase, figure, breakdown, gender, region, value, masked)
    VALUES ('2024-05-13', 'inscription', 'validated', 'gender × region', 'female', 'Bretagne',
            null, true);
    INSERT INTO published.monthly
    (month, phase, figure, breakdown, gender, age, region, value, masked)
    VALUES ('2024-05-01', 'inscription', 'validated', 'gender × age × region', 'female', '16',
            'Bretagne', 30, false);
    INSERT INTO published.monthly (month, phase, figure, breakdown, value, masked)
    VALUES ('2024-05-01', 'inscription', 'validated', 'total', 30, false);
    INSERT INTO published.publication
    (kind, period, phase, figure, shown, masked, withheld, threshold)
    VALUES ('week', '2024-05-13', 'inscription', 'validated', 0, 1, false, 11);
    INSERT INTO published.revision (kind, period, phase, figure, breakdown, former, value, cause)
    VALUES ('day', '2024-05-13', 'inscription', 'validated', 'total', 31, 30, 'erasure');
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
def reader(shared_warehouse_url) -> Iterator[psycopg.Connection]:
    """The reader's connection to tables that hold a cell of each breakdown."""
    with psycopg.connect(shared_warehouse_url) as owner:
        owner.execute(PUBLISHED)
    url = shared_warehouse_url.replace("//postgres@", "//snu_reader@")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def variables(text: str) -> dict[str, Any]:
    """The types of the variables, as the comment at the head tells."""
    head = "\n".join(line[3:] for line in text.splitlines() if line.startswith("-- "))
    description = yaml.safe_load(head)
    assert list(description) == ["title", "answers", "shows", "variables"]
    return description["variables"]


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
def test_a_question_runs_as_the_reader_and_tells_something(reader, file, written):
    query = written((FOLDER / file).read_text())
    assert "{{" not in query
    assert len(reader.execute(query).fetchall()) == 1


@pytest.mark.parametrize("file", FILES)
def test_the_variables_told_are_those_of_the_question(file):
    text = (FOLDER / file).read_text()
    assert set(variables(text)) == set(re.findall(r"\{\{(\w+)\}\}", text))


@pytest.mark.parametrize("file", FILES)
def test_a_question_reads_what_is_published_alone(file):
    text = without_filters((FOLDER / file).read_text())
    assert set(re.findall(r"(?:FROM|JOIN) (\w+)\.", text)) == {"published"}


def test_the_reader_sees_the_descriptions(reader):
    (missing,) = reader.execute(
        "SELECT count(*) FROM pg_class c, pg_attribute a WHERE c.relnamespace = "
        "'published'::regnamespace AND c.relkind = 'r' AND a.attrelid = c.oid AND a.attnum > 0 "
        "AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)"
    ).fetchone()
    assert missing == 0
