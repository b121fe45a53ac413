"""Counts of a field's values and the rows of small collections, alike from both sources."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from snu_analytics.source import open_source
from snu_analytics_tests.fixtures.histories import CATALOGUE, YOUNG, write_dump

YOUNGS: list[Any] = [
    {"_id": ObjectId(), "status": "VALIDATED"},
    {"_id": ObjectId(), "status": "VALIDATED", "firstName": "Anna"},
    {"_id": ObjectId(), "status": None},
    {"_id": ObjectId(), "status": 7},
    {"_id": ObjectId()},
]
GOALS = [
    {"_id": ObjectId(), "department": "Ain", "max": 10.0, "author": "Anna", "cohort": None},
    {"_id": ObjectId(), "department": "Côte-d'Or", "max": 3},
]
COHORTS = [{"_id": ObjectId(), "name": "Juin 2023", "dateStart": datetime(2023, 6, 11, tzinfo=UTC)}]
COLLECTIONS: dict[str, list[Any]] = {
    "youngs": YOUNGS,
    "inscriptiongoals": GOALS,
    "cohorts": COHORTS,
}


@pytest.fixture(params=["dump", "mongo"])
def source(request, tmp_path):
    if request.param == "dump":
        opened = open_source(write_dump(tmp_path / "dump", **COLLECTIONS), tmp_path / "home")
    else:
        url = request.getfixturevalue("mongo_url")
        client: MongoClient[dict[str, Any]]
        with MongoClient(url) as client:
            for name, documents in COLLECTIONS.items():
                client.get_default_database()[name].insert_many(documents)
        opened = open_source(url, tmp_path / "home")
    yield opened
    opened.close()


def test_documents_are_counted_by_the_json_text_of_a_field(source):
    assert source.counts(YOUNG, "status") == {"": 1, "7": 1, '"VALIDATED"': 2, "null": 1}


def test_a_collection_that_may_be_lacking_counts_nothing(source):
    assert source.counts(CATALOGUE.entities["mission_equivalence"], "status") == {}


def test_records_hold_the_named_fields_and_no_others(source):
    assert source.records("inscriptiongoals", ("department", "max", "cohort")) == [
        {"department": "Ain", "max": 10, "cohort": None},
        {"department": "Côte-d'Or", "max": 3, "cohort": None},
    ]


def test_instants_of_records_are_iso_text(source):
    assert source.records("cohorts", ("name", "dateStart")) == [
        {"name": "Juin 2023", "dateStart": "2023-06-11T00:00:00.000Z"}
    ]


def test_a_lacking_collection_has_no_records(source):
    assert source.records("ponies", ("name",)) == []
