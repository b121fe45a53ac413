"""A MongoDB database, on a real server: the same answers as its dump, and its faults told."""

from datetime import date, datetime
from typing import Any

import pytest
from bson import DatetimeMS, ObjectId
from pymongo import MongoClient, monitoring
from pymongo.database import Database

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.errors import SourceError, SourceUnavailable
from snu_analytics.source import open_source
from snu_analytics.source.mongo import faults as mongo_faults
from snu_analytics.source.mongo.source import MongoSource
from snu_analytics_tests.source.mongo.proxy import CuttingProxy
from snu_analytics_tests.source.samples import (
    ANNA,
    BORIS,
    CHLOE,
    YOUNG,
    dated,
    dump,
    instant,
    patch,
    patch_id,
    status,
)

CATALOGUE = load_catalogue()
DAY = instant("2024-03-03T23:00"), instant("2024-03-04T23:00")
DOCUMENTS = [
    {"_id": ObjectId(BORIS), "status": "VALIDATED", "email": "b@example.org"},
    {
        "_id": ObjectId(ANNA),
        "birthdateAt": datetime(2007, 5, 6),
        "domains": ["SPORT", "HEALTH"],
        "phase2NumberHoursDone": 24.0,
        "gender": None,
    },
]
PATCHES = [
    patch(BORIS, "2024-03-04T11:00", 1, status("VALIDATED", "IN_PROGRESS")) | {"user": "job"},
    patch(ANNA, "2024-03-03T22:59", 2, status("IN_PROGRESS")),
    patch(ANNA, "2024-03-03T23:00", 3, status("A"), {"op": "add", "path": "/email", "value": "x"}),
    patch(ANNA, "2024-03-04T22:59", 4) | {"ref": ANNA, "user": {"role": "admin", "email": "x"}},
    patch(ANNA, "2024-03-04T23:00", 5, status("C", "B")),
    patch(CHLOE, "2024-03-04T10:00", 6) | {"date": "2024-03-04T10:00:00Z"},
    patch(CHLOE, "2024-03-04T10:00", 7) | {"date": None},
    patch(CHLOE, "2024-03-05T10:00", 8) | {"date": None},
    patch(CHLOE, "2024-03-04T10:00", 9) | {"date": DatetimeMS(10**15)},
    patch(CHLOE, "2024-03-04T10:00", 10) | {"ref": None, "ops": None},
    patch(CHLOE, "2024-03-04T10:00", 11, {"op": "move", "path": "/status"}),
]


@pytest.fixture
def database(mongo_url):
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo_url) as client:
        database: Database[dict[str, Any]] = client.get_default_database()
        database["youngs"].insert_many(DOCUMENTS)
        database["young_patches"].insert_many(PATCHES)
        yield database


@pytest.fixture
def source(database, mongo_url, tmp_path):
    source = open_source(mongo_url, tmp_path)
    yield source
    source.close()


@pytest.fixture
def dumped(tmp_path):
    url = dump(tmp_path / "dump", youngs=DOCUMENTS, young_patches=PATCHES)
    return open_source(url, tmp_path / "home")


def same(some, other):
    return some.heads.equals(other.heads) and some.ops.equals(other.ops)


def test_a_day_reads_as_in_its_dump(source, dumped):
    patches = source.day_patches(YOUNG, *DAY)
    assert len(patches.heads) == 8
    assert same(patches, dumped.day_patches(YOUNG, *DAY))


def test_a_day_reads_the_same_by_an_index_on_date(database, source, dumped):
    database["young_patches"].create_index("date")
    assert same(source.day_patches(YOUNG, *DAY), dumped.day_patches(YOUNG, *DAY))


def test_the_index_on_date_finds_a_patch_dated_long_before_it_was_saved(database, source):
    database["young_patches"].create_index("date")
    late = patch(BORIS, "2024-03-04T12:00") | {"_id": patch_id("2024-06-01T00:00")}
    database["young_patches"].insert_one(late)
    assert ("b", "2024-03-04 12:00") in dated(source.day_patches(YOUNG, *DAY))


def test_the_patches_of_a_month_are_counted_by_id_and_shared_out_among_its_days(source):
    days = DayRange(date(2024, 3, 4), date(2024, 4, 30))
    march = DayRange(date(2024, 3, 4), date(2024, 4, 3))
    assert source.patch_counts(YOUNG, days) == dict.fromkeys(march, 10 / 31)


def test_histories_read_as_in_their_dump(source, dumped):
    refs = [CHLOE, ANNA, BORIS, "d" * 24, "not an id"]
    for fields in (None, ["status", "domains"]):
        history, expected = (place.histories(YOUNG, refs, fields) for place in (source, dumped))
        assert history.documents.equals(expected.documents)
        assert same(history.patches, expected.patches)


def test_documents_tell_their_kept_fields(source):
    history = source.histories(YOUNG, [ANNA, BORIS], ["status", "gender", "domains", "birthdateAt"])
    assert history.documents.columns == ["ref", "status", "gender", "birthdateAt", "domains"]
    assert history.documents.rows() == [
        (ANNA, "", "null", '"2007-05-06T00:00:00.000Z"', '["SPORT","HEALTH"]'),
        (BORIS, '"VALIDATED"', "", "", ""),
    ]


def test_empty_collections_that_exist_are_fine(mongo_url, tmp_path):
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo_url) as client:
        for name in ("youngs", "young_patches"):
            client.get_default_database().create_collection(name)
    source = open_source(mongo_url, tmp_path)
    assert source.day_patches(YOUNG, *DAY).heads.is_empty()
    assert source.histories(YOUNG, [ANNA]).documents.is_empty()
    source.close()


def test_names_of_a_collection_and_of_a_lacking_one(database, source):
    database["cohorts"].insert_many([{"name": "Juin 2023"}, {"name": 5}, {}])
    assert source.names("cohorts") == {"Juin 2023"}
    assert source.names("schools") == frozenset()


class Finds(monitoring.CommandListener):
    """The find commands sent to the server."""

    def __init__(self):
        self.sent = []

    def started(self, event):
        if event.command_name == "find":
            self.sent.append(event.command)

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


@pytest.fixture
def finds():
    listener = Finds()
    monitoring.register(listener)
    yield listener
    monitoring._LISTENERS.command_listeners.remove(listener)


def test_documents_are_read_before_patches_by_a_thousand_and_only_kept_fields(finds, source):
    source.histories(YOUNG, [f"{number:024x}" for number in range(1001)], ["status"])
    head = {"ref": 1, "date": 1, "ops": 1, "user.role": 1}
    assert [(find["find"], find["projection"]) for find in finds.sent] == [
        ("youngs", {"_id": 1, "status": 1}),
        ("youngs", {"_id": 1, "status": 1}),
        ("young_patches", head),
        ("young_patches", head),
    ]


def test_a_day_is_one_query_or_two_by_the_index_on_date(
    finds, database, source, mongo_url, tmp_path
):
    source.day_patches(YOUNG, *DAY)
    assert [list(find["filter"]) for find in finds.sent] == [["_id", "$or"]]

    database["young_patches"].create_index("date")
    finds.sent.clear()
    again = open_source(mongo_url, tmp_path)
    again.day_patches(YOUNG, *DAY)
    again.close()
    assert [list(find["filter"]) for find in finds.sent] == [["date"], ["_id", "$or"]]


def test_a_lacking_collection_is_named_with_host_and_database(mongo_url, tmp_path):
    source = open_source(mongo_url, tmp_path)
    with pytest.raises(
        SourceError, match=r"at .*: the database test_\w+ has no collection young_p"
    ):
        source.day_patches(YOUNG, *DAY)
    assert [check.ok for check in source.checks(YOUNG)] == [False] * 4
    source.close()


def test_a_server_that_is_down_is_unavailable_within_seconds(tmp_path):
    source = MongoSource("mongodb://u:hush@127.0.0.1:1/snu?serverSelectionTimeoutMS=300")
    with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1:1.*does not answer") as raised:
        source.day_patches(YOUNG, *DAY)
    assert "hush" not in str(raised.value)
    source.close()


def test_answers_cut_short_are_asked_for_again(database, mongo_url, dumped, tmp_path):
    with CuttingProxy(mongo_url, cuts=3) as proxy:
        source = open_source(proxy.url, tmp_path)
        assert same(source.day_patches(YOUNG, *DAY), dumped.day_patches(YOUNG, *DAY))
        source.close()
    assert proxy.cuts == 0


def test_a_connection_that_is_cut_each_time_is_unavailable(
    database, mongo_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(mongo_faults, "_PAUSES", (0.01, 0.01))
    with CuttingProxy(mongo_url, cuts=10**9) as proxy:
        source = open_source(proxy.url, tmp_path)
        with pytest.raises(SourceUnavailable, match="lost several times"):
            source.day_patches(YOUNG, *DAY)
        source.close()


def test_an_unknown_host_is_told(tmp_path):
    source = MongoSource("mongodb://db.example.invalid/snu?serverSelectionTimeoutMS=300")
    with pytest.raises(SourceError, match=r"db\.example\.invalid.*name is unknown"):
        source.day_patches(YOUNG, *DAY)
    source.close()


def test_a_wrong_password_is_told_without_it(mongo_url, tmp_path):
    source = open_source(mongo_url.replace("://", "://u:hush@", 1), tmp_path)
    with pytest.raises(SourceError, match="user or password is refused") as raised:
        source.day_patches(YOUNG, *DAY)
    assert "hush" not in str(raised.value)
    source.close()


def test_a_failed_tls_handshake_is_told(mongo_url, tmp_path):
    options = "tls=true&connectTimeoutMS=300&serverSelectionTimeoutMS=1000"
    source = open_source(f"{mongo_url}&{options}", tmp_path)
    with pytest.raises(SourceError, match="TLS handshake fails"):
        source.day_patches(YOUNG, *DAY)
    source.close()


def test_the_checks_tell_which_index_a_day_is_read_by(database, source, mongo_url, tmp_path):
    checks = {check.subject: (check.ok, check.message) for check in source.checks(YOUNG)}
    assert checks["youngs"] == (True, "about 2 documents")
    assert checks["young_patches: index on ref"][0] is False
    assert [check.required for check in source.checks(YOUNG)] == [True, True, False, False]
    assert "no index on date" in checks["young_patches: days"][1]

    database["young_patches"].create_index("ref")
    database["young_patches"].create_index("date")
    again = open_source(mongo_url, tmp_path)
    checks = {check.subject: (check.ok, check.message) for check in again.checks(YOUNG)}
    assert checks["young_patches: index on ref"] == (True, "histories are read by it")
    assert checks["young_patches: days"] == (True, "read by the index on date")
    again.close()


def test_a_collection_of_an_optional_entity_that_is_lacking_is_empty(source):
    mission = CATALOGUE.entities["mission"]
    assert len(source.day_patches(mission, *DAY).heads) == 0
    assert source.made_between(mission, *DAY) == []
    history = source.histories(mission, [ANNA])
    assert (len(history.documents), len(history.patches.heads)) == (0, 0)
    assert all(check.ok for check in source.checks(mission))


def test_documents_made_on_a_day_are_found_as_in_their_dump(database, mongo_url, tmp_path):
    documents: list[dict[str, Any]] = [
        {"_id": patch_id("2024-03-04T11:00"), "createdAt": datetime(2024, 3, 4, 22, 59)},
        {"_id": patch_id("2024-03-05T12:00"), "createdAt": datetime(2024, 3, 4, 22, 59)},
        {"_id": patch_id("2024-03-04T23:30"), "createdAt": datetime(2024, 3, 4, 23, 0)},
        {"_id": patch_id("2024-03-04T13:00")},
        {"_id": patch_id("2024-03-03T13:00"), "createdAt": "2024-03-01T10:00:00Z"},
    ]
    database["youngs"].delete_many({})
    database["youngs"].insert_many(documents)
    expected = sorted(str(documents[at]["_id"]) for at in (0, 1, 3))
    asked = open_source(mongo_url, tmp_path)
    read = open_source(dump(tmp_path / "d", youngs=documents, young_patches=[]), tmp_path / "home")
    assert sorted(asked.made_between(YOUNG, *DAY)) == expected
    assert sorted(read.made_between(YOUNG, *DAY)) == expected
    asked.close()


def test_a_date_of_creation_far_from_the_id_is_found_by_its_index(database, mongo_url, tmp_path):
    imported = {"_id": patch_id("2024-06-01T00:00"), "createdAt": datetime(2024, 3, 4, 10)}
    database["youngs"].insert_one(imported)
    database["youngs"].create_index("createdAt")
    asked = open_source(mongo_url, tmp_path)
    assert str(imported["_id"]) in asked.made_between(YOUNG, *DAY)
    asked.close()
