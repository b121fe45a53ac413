"""Whole invented histories."""

from datetime import date
from typing import Any

import bson
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.errors import PartitionError, SourceError, SourceUnavailable
from snu_analytics.simulation import generate, load_into_mongo, output, simulate, write_dump
from snu_analytics.simulation.recorder import UNTRACKED, _told

DAYS = DayRange(date(2022, 10, 1), date(2024, 6, 30))
HISTORY = simulate(120, DAYS.first, DAYS.last, seed=5)

# The moves of REFERENCE, section 3, that the simulator makes.
YOUNG_MOVES = {
    (None, "IN_PROGRESS"),
    ("IN_PROGRESS", "WAITING_VALIDATION"),
    ("IN_PROGRESS", "VALIDATED"),
    ("IN_PROGRESS", "NOT_ELIGIBLE"),
    ("IN_PROGRESS", "NOT_AUTORISED"),
    ("IN_PROGRESS", "ABANDONED"),
    ("IN_PROGRESS", "REINSCRIPTION"),
    ("NOT_AUTORISED", "WAITING_VALIDATION"),
    ("REINSCRIPTION", "WAITING_VALIDATION"),
    ("WAITING_VALIDATION", "WAITING_CORRECTION"),
    ("WAITING_CORRECTION", "WAITING_VALIDATION"),
    ("WAITING_CORRECTION", "ABANDONED"),
    ("WAITING_VALIDATION", "VALIDATED"),
    ("WAITING_VALIDATION", "WAITING_LIST"),
    ("WAITING_VALIDATION", "REFUSED"),
    ("WAITING_LIST", "VALIDATED"),
    ("VALIDATED", "WITHDRAWN"),
    ("WITHDRAWN", "WAITING_VALIDATION"),
}
APPLICATION_MOVES = {
    (None, "WAITING_VALIDATION"),
    (None, "WAITING_VERIFICATION"),
    (None, "WAITING_ACCEPTATION"),
    ("WAITING_ACCEPTATION", "WAITING_VALIDATION"),
    ("WAITING_ACCEPTATION", "REFUSED"),
    ("WAITING_VERIFICATION", "WAITING_VALIDATION"),
    ("WAITING_VALIDATION", "VALIDATED"),
    ("WAITING_VALIDATION", "REFUSED"),
    ("WAITING_VALIDATION", "CANCEL"),
    ("VALIDATED", "IN_PROGRESS"),
    ("VALIDATED", "DONE"),
    ("VALIDATED", "ABANDON"),
    ("IN_PROGRESS", "DONE"),
    ("IN_PROGRESS", "ABANDON"),
    ("REFUSED", "VALIDATED"),
}


def decoded(collection: str) -> list[dict[str, Any]]:
    return [bson.decode(document) for document in HISTORY.collections[collection]]


def status_moves(collection: str) -> set[tuple]:
    return {
        (op.get("originalValue"), op["value"])
        for patch in decoded(collection)
        for op in patch["ops"]
        if op["path"] == "/status"
    }


def applied(document: dict, patch: dict) -> None:
    """One patch applied forwards, with plain list operations."""
    for op in patch["ops"]:
        field, _, index = op["path"][1:].partition("/")
        if not index:
            if op["op"] == "remove":
                del document[field]
            else:
                document[field] = op["value"]
        elif op["op"] == "remove":
            document[field].pop(int(index))
        elif op["op"] == "add":
            document[field].insert(int(index), op["value"])
        else:
            document[field][int(index)] = op["value"]


@pytest.mark.parametrize("name", ["young", "application"])
def test_the_patches_applied_forwards_give_the_documents(name):
    rebuilt: dict = {}
    for patch in decoded(f"{name}_patches"):
        applied(rebuilt.setdefault(patch["ref"], {}), patch)
    today = {
        document["_id"]: {k: _told(v) for k, v in document.items() if k not in UNTRACKED}
        for document in decoded(f"{name}s")
    }
    assert rebuilt == today


def test_every_move_is_one_the_application_knows():
    assert status_moves("young_patches") <= YOUNG_MOVES
    assert status_moves("application_patches") <= APPLICATION_MOVES


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others():
    one, same = (simulate(8, DAYS.first, DAYS.last, seed=1).collections for _ in range(2))
    assert one == same
    assert simulate(8, DAYS.first, DAYS.last, seed=2).collections != one


def test_the_number_of_tasks_changes_nothing(monkeypatch):
    whole = simulate(10, DAYS.first, DAYS.last, seed=1).collections
    monkeypatch.setattr(generate, "_PER_TASK", 4)
    monkeypatch.setattr(
        generate, "_told", lambda tasks, days, seed: [generate._part(t, days, seed) for t in tasks]
    )
    assert simulate(10, DAYS.first, DAYS.last, seed=1).collections == whole


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2024, 3, 31), date(2024, 4, 20)), (date(2023, 10, 1), date(2023, 10, 29))],
)
def test_everything_lies_within_the_days_asked_for(first, last):
    days = DayRange(first, last)
    history = simulate(40, first, last, seed=1)
    dates = {bson.decode(p)["date"] for p in history.collections["young_patches"]}
    assert days.start <= min(dates).replace(tzinfo=days.start.tzinfo)
    assert max(dates).replace(tzinfo=days.end.tzinfo) < days.end


def test_two_campaigns_show():
    created = [d["createdAt"] for d in decoded("youngs")]
    for year in (2022, 2023):
        assert sum(date(year, 9, 1) <= c.date() < date(year + 1, 9, 1) for c in created) > 30


def test_values_of_closed_fields_are_listed():
    catalogue = load_catalogue()
    for entity in catalogue.entities.values():
        for field, kept in entity.fields.items():
            if kept.vocabulary:
                told = {d.get(field) for d in decoded(entity.collection)} - {None, ""}
                vocabulary = catalogue.vocabularies[kept.vocabulary]
                assert {v for v in told if vocabulary.canonical(str(v)) != v} == set(), field


def test_names_and_addresses_stand_in_documents_and_patches_for_leak_scans():
    emails = {d["email"] for d in decoded("youngs")}
    written = b"".join(HISTORY.collections["young_patches"])
    assert len(emails) == len(HISTORY.collections["youngs"])
    assert all(email.encode() in written for email in emails)


def test_a_dump_is_read_back(tmp_path):
    write_dump(HISTORY, tmp_path / "dump")
    read = bson.decode_all((tmp_path / "dump" / "young_patches.bson").read_bytes())
    assert read == decoded("young_patches")
    assert (tmp_path / "dump" / "young_patches.metadata.json").exists()


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SourceError, match="is not empty: give a new folder, or empty this one"):
        write_dump(HISTORY, tmp_path)


def test_nobody_and_no_time_are_refused():
    with pytest.raises(SourceError, match="0 young people cannot be invented: give 1 or more"):
        simulate(0, DAYS.first, DAYS.last, seed=1)
    with pytest.raises(PartitionError, match="too short for a history: give 14 days or more"):
        simulate(1, date(2024, 1, 1), date(2024, 1, 2), seed=1)


def test_a_mongodb_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(output, "_TIMEOUT_MS", 300)
    with pytest.raises(SourceUnavailable, match="does not answer"):
        load_into_mongo(HISTORY, "mongodb://127.0.0.1:9/snu")
