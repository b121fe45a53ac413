"""What both kinds of source tell of persons: who is there, what is unknown, what identifies."""

from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from snu_analytics.catalogue import load_catalogue
from snu_analytics.source import open_source
from snu_analytics_tests.source.samples import ANNA, BORIS, CHLOE, YOUNG, dump

MISSION = load_catalogue().entities["mission"]
CLASSE = load_catalogue().entities["classe"]
YOUNGS = [
    {"_id": ObjectId(ANNA), "status": "VALIDATED", "firstName": "Anna", "shoeSize": "38"},
    {
        "_id": ObjectId(BORIS),
        "status": "DELETED",
        "email": "b@delete.com",
        "files": {"a": ["x.pdf"]},
    },
    {"_id": ObjectId(CHLOE), "parent1Email": "c@example.org", "shoeSize": "40", "hat": None},
]
MISSIONS = [{"_id": ObjectId(ANNA), "status": "DELETED"}]


@pytest.fixture(params=["dump", "mongo"])
def source(request, tmp_path):
    """The same three young people and one mission in a dump and in MongoDB."""
    if request.param == "dump":
        url = dump(tmp_path / "d", youngs=YOUNGS, young_patches=[], missions=MISSIONS)
        opened = open_source(url, tmp_path / "home")
    else:
        url = request.getfixturevalue("mongo_url")
        client: MongoClient[dict[str, Any]] = MongoClient(url)
        with client:
            client.get_default_database()["youngs"].insert_many(YOUNGS)
            client.get_default_database()["missions"].insert_many(MISSIONS)
        opened = open_source(url, tmp_path / "home")
    yield opened
    opened.close()


def test_who_is_there_and_who_is_marked_deleted(source):
    assert sorted(source.present(YOUNG).rows()) == [(ANNA, False), (BORIS, True), (CHLOE, False)]


def test_an_entity_without_a_purge_marks_nobody(source):
    assert source.present(MISSION).rows() == [(ANNA, False)]


def test_nobody_is_there_where_an_optional_collection_is_lacking(source):
    assert source.present(CLASSE).rows() == []
    assert source.unknown_fields(CLASSE, [ANNA]) == {}
    assert source.identities(CLASSE, [ANNA]) == {}


def test_fields_of_no_catalogue_are_counted_among_the_documents_asked_for(source):
    assert source.unknown_fields(YOUNG, [ANNA, BORIS, CHLOE]) == {"hat": 1, "shoeSize": 2}
    assert source.unknown_fields(YOUNG, [ANNA, BORIS]) == {"shoeSize": 1}
    assert source.unknown_fields(YOUNG, []) == {}


def test_what_identifies_is_told_of_the_documents_asked_for_alone(source):
    assert source.identities(YOUNG, [ANNA, BORIS]) == {
        ANNA: {"Anna"},
        BORIS: {"b@delete.com", "x.pdf"},
    }
    assert source.identities(YOUNG, [CHLOE]) == {CHLOE: {"c@example.org"}}
    assert source.identities(YOUNG, []) == {}
