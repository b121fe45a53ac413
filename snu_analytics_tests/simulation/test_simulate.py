"""Whole invented histories."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from bson import ObjectId

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import PARIS, DayRange
from snu_analytics.errors import PartitionError, SourceError
from snu_analytics.simulation import Simulation, generate, simulate
from snu_analytics.simulation.fields import STATE_FIELDS, UNTRACKED
from snu_analytics_tests.simulation.histories import decoded

DAYS = DayRange(date(2022, 10, 1), date(2024, 12, 31))

# Section 3 of the reference: what may follow what.
BEFORE_VALIDATION = {"IN_PROGRESS", "REINSCRIPTION", "NOT_AUTORISED", "WAITING_VALIDATION",
                     "WAITING_CORRECTION"}  # fmt: skip
RE_EXAMINED = {"VALIDATED", "REFUSED", "WITHDRAWN", "ABANDONED", "WAITING_LIST"}
YOUNG_MOVES = {
    (None, "IN_PROGRESS"),
    *((status, "WAITING_VALIDATION") for status in ("IN_PROGRESS", "REINSCRIPTION")),
    *((status, "WAITING_VALIDATION") for status in ("NOT_AUTORISED", "WAITING_CORRECTION")),
    *((status, "WAITING_VALIDATION") for status in RE_EXAMINED),
    ("IN_PROGRESS", "VALIDATED"),
    *((status, "NOT_AUTORISED") for status in ("IN_PROGRESS", "REINSCRIPTION")),
    ("WAITING_VALIDATION", "NOT_AUTORISED"),
    ("WAITING_VALIDATION", "WAITING_CORRECTION"),
    *((asked, decided)
      for asked in ("WAITING_VALIDATION", "WAITING_CORRECTION")
      for decided in ("VALIDATED", "WAITING_LIST", "REFUSED")),
    ("WAITING_LIST", "VALIDATED"),
    ("VALIDATED", "WAITING_LIST"),
    ("NOT_AUTORISED", "IN_PROGRESS"),
    *((status, "ABANDONED") for status in ("IN_PROGRESS", "WAITING_VALIDATION")),
    ("WAITING_CORRECTION", "ABANDONED"),
    *((status, "WITHDRAWN") for status in ("VALIDATED", "WAITING_LIST", "IN_PROGRESS")),
    *((status, "NOT_ELIGIBLE") for status in BEFORE_VALIDATION),
    *((status, "REINSCRIPTION") for status in (*BEFORE_VALIDATION, *RE_EXAMINED)),
}  # fmt: skip
PHASE_1_MOVES = {
    (None, "WAITING_AFFECTATION"),
    ("WAITING_AFFECTATION", "AFFECTED"),
    ("WAITING_AFFECTATION", "EXEMPTED"),
    *(("AFFECTED", status) for status in ("WAITING_AFFECTATION", "DONE", "NOT_DONE")),
    ("NOT_DONE", "WAITING_AFFECTATION"),
}
PHASE_2_MOVES = {
    (None, "WAITING_REALISATION"),
    ("WAITING_REALISATION", "IN_PROGRESS"),
    ("IN_PROGRESS", "WAITING_REALISATION"),
    ("WAITING_REALISATION", "VALIDATED"),
    ("IN_PROGRESS", "VALIDATED"),
}
PHASE_3_MOVES = {
    (None, "WAITING_REALISATION"),
    ("WAITING_REALISATION", "WAITING_VALIDATION"),
    ("WAITING_VALIDATION", "VALIDATED"),
}
APPLICATION_MOVES = {
    *((None, f"WAITING_{what}") for what in ("VALIDATION", "VERIFICATION", "ACCEPTATION")),
    *(("WAITING_ACCEPTATION", f"WAITING_{what}") for what in ("VALIDATION", "VERIFICATION")),
    *(("WAITING_ACCEPTATION", status) for status in ("REFUSED", "CANCEL")),
    *(("WAITING_VERIFICATION", s) for s in ("WAITING_VALIDATION", "VALIDATED", "REFUSED")),
    *(("WAITING_VALIDATION", status) for status in ("VALIDATED", "REFUSED", "CANCEL")),
    *(("VALIDATED", status) for status in ("IN_PROGRESS", "DONE", "ABANDON", "REFUSED")),
    *(("IN_PROGRESS", status) for status in ("DONE", "ABANDON")),
    ("REFUSED", "VALIDATED"),
}


@cache
def simulated() -> Simulation:
    return simulate(400, DAYS.first, DAYS.last, seed=5)


@cache
def documents_in(collection: str) -> list[dict[str, Any]]:
    return decoded(simulated(), collection)


def moves(collection: str, field: str) -> set[tuple]:
    return {
        (op.get("originalValue"), op["value"])
        for patch in documents_in(collection)
        for op in patch["ops"]
        if op["path"] == f"/{field}"
    }


@pytest.mark.parametrize(
    ("collection", "field", "allowed"),
    [
        ("young_patches", "status", YOUNG_MOVES),
        ("young_patches", "statusPhase1", PHASE_1_MOVES),
        ("young_patches", "statusPhase2", PHASE_2_MOVES),
        ("young_patches", "statusPhase3", PHASE_3_MOVES),
        ("application_patches", "status", APPLICATION_MOVES),
    ],
)
def test_every_move_is_one_the_application_knows(collection, field, allowed):
    assert moves(collection, field) - allowed == set()


def test_all_that_happens_to_a_file_happens():
    names = set(simulated().frame("young_events")["event_name"])
    assert names >= {
        "inscription_created",
        "inscription_completed",
        "inscription_correction_requested",
        "inscription_resubmitted",
        "inscription_reexamined",
        "inscription_validated",
        "inscription_refused",
        "inscription_waitlisted",
        "inscription_withdrawn",
        "inscription_abandoned",
        "inscription_not_eligible",
        "inscription_not_authorised",
        "reinscription_started",
        "inscription_step_changed",
        "reinscription_step_changed",
        "phase1_status_changed",
        "phase2_status_changed",
        "phase2_hours_changed",
        "cohort_changed",
        "source_changed",
        "department_changed",
        "region_changed",
        "stay_presence_recorded",
        "stay_departure_recorded",
    }


def test_all_that_happens_to_an_application_happens():
    assert set(simulated().frame("application_events")["event_name"]) >= {
        "application_created",
        "application_completed",
        "application_validated",
        "application_refused",
        "application_declined",
        "application_cancelled",
        "mission_started",
        "mission_done",
        "contract_status_changed",
    }


def test_a_class_is_imported_by_two_saves_of_one_instant():
    (first, second) = next(
        (created, patch)
        for created in documents_in("young_patches")
        if {"op": "add", "path": "/accountStatus", "value": "PRECOMPTE"} in created["ops"]
        for patch in documents_in("young_patches")
        if patch["ref"] == created["ref"] and patch["_id"] != created["_id"]
    )
    assert second["date"] - first["date"] < timedelta(seconds=1)
    assert {(op["path"], op["value"]) for op in second["ops"]} >= {
        ("/status", "VALIDATED"),
        ("/inscriptionStep2023", "DONE"),
    }


def test_lists_of_the_young_follow_the_applications():
    by_young: dict[str, list[dict]] = {}
    for application in sorted(documents_in("applications"), key=lambda a: a["createdAt"]):
        by_young.setdefault(application["youngId"], []).append(application)
    youngs = {str(young["_id"]): young for young in documents_in("youngs")}
    # The young person is saved just after the application, unless the time ends in between.
    settled = DAYS.end - timedelta(days=1)
    by_young = {y: own for y, own in by_young.items() if all(a["updatedAt"] < settled for a in own)}
    assert len(by_young) > 30
    for young, own in by_young.items():
        assert youngs[young]["phase2ApplicationStatus"] == [a["status"] for a in own]
        assert youngs[young]["statusPhase2Contract"] == [
            a["contractStatus"] for a in own if a["status"] in ("VALIDATED", "IN_PROGRESS", "DONE")
        ]


def test_who_saves_is_told_as_the_application_does():
    users = [patch.get("user") for patch in documents_in("young_patches")]
    assert None in users
    keys = {frozenset(user) for user in users if user}
    assert keys == {
        frozenset({"firstName"}),
        frozenset({"_id", "firstName", "lastName", "email", "model"}),
        frozenset({"_id", "firstName", "lastName", "email", "model", "impersonatedBy"}),
        frozenset({"_id", "firstName", "lastName", "email", "model", "role", "region",
                   "department"}),
    }  # fmt: skip
    assert {user["model"] for user in users if user and "role" in user} == {"referent"}


def test_ids_of_patches_are_of_their_second_and_in_order():
    patches = documents_in("young_patches")
    written = [(patch["date"], patch["_id"]) for patch in patches]
    assert written == sorted(set(written))
    assert {patch["_id"].generation_time - patch["date"].replace(microsecond=0)
            for patch in patches} == {timedelta(0)}  # fmt: skip
    ids: dict[ObjectId, list[ObjectId]] = {}
    for patch in patches:
        ids.setdefault(patch["ref"], []).append(patch["_id"])
    assert all(own == sorted(own) for own in ids.values())


def test_untracked_fields_are_in_documents_alone():
    paths = {op["path"][1:] for p in documents_in("young_patches") for op in p["ops"]}
    assert paths & UNTRACKED == set()
    held = {field for young in documents_in("youngs") for field in young}
    assert held >= {"updatedAt", "password", "lastLoginAt", "statusPhase2ValidatedAt"}


def test_links_lead_to_documents():
    for application in documents_in("applications"):
        assert isinstance(application["youngId"], str)
    for collection, link, target in (
        ("applications", "youngId", "youngs"),
        ("applications", "missionId", "missions"),
        ("applications", "structureId", "structures"),
        ("missions", "structureId", "structures"),
        ("youngs", "cohortId", "cohorts"),
    ):
        known = {str(document["_id"]) for document in documents_in(target)}
        assert {document[link] for document in documents_in(collection)} <= known


@pytest.mark.parametrize("youngs", [1, 24, 60])
def test_as_many_people_as_asked_for(youngs):
    history = simulate(youngs, date(2024, 3, 20), date(2024, 4, 5), seed=3)
    assert len(history.collections["youngs"]) == youngs


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others():
    first, second = (simulate(30, DAYS.first, DAYS.last, seed=1) for _ in range(2))
    assert first.collections == second.collections
    assert first.truth == second.truth
    assert simulate(30, DAYS.first, DAYS.last, seed=2).collections != first.collections


def test_the_number_of_workers_changes_nothing(monkeypatch):
    alone = simulate(60, DAYS.first, DAYS.last, seed=1)
    monkeypatch.setattr(generate, "_PER_TASK", 25)
    shared = simulate(60, DAYS.first, DAYS.last, seed=1)
    assert shared.collections == alone.collections
    for name in alone.truth:
        assert shared.frame(name).equals(alone.frame(name))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 3, 31), date(2024, 4, 20)),
        (date(2023, 10, 1), date(2023, 10, 29)),
        (date(2021, 6, 18), date(2021, 7, 2)),
        (date(2027, 12, 1), date(2027, 12, 31)),
    ],
)
def test_everything_lies_within_the_days_asked_for(first, last):
    days = DayRange(first, last)
    history = simulate(60, first, last, seed=1)
    dates = {patch["date"] for patch in decoded(history, "young_patches")}
    assert days.start <= min(dates) <= max(dates) < days.end


def test_two_campaigns_show():
    created = [young["createdAt"] for young in documents_in("youngs")]
    for year in (2022, 2023):
        assert sum(date(year, 9, 1) <= c.date() < date(year + 1, 9, 1) for c in created) > 80


def test_some_saves_fall_right_beside_midnight_in_paris():
    hours = [patch["date"].astimezone(PARIS).time() for patch in documents_in("young_patches")]
    assert any(hour.hour == 23 and hour.minute == 59 for hour in hours)
    assert any(hour.hour == 0 and hour.minute == 0 for hour in hours)


def test_the_fields_of_true_states_are_those_of_the_catalogue():
    for name, fields in STATE_FIELDS.items():
        assert fields == set(load_catalogue().entities[name].fields)


def test_values_of_closed_fields_are_listed():
    catalogue = load_catalogue()
    for entity in (catalogue.entities[name] for name in STATE_FIELDS):
        for name, field in entity.fields.items():
            if field.vocabulary:
                values = [d.get(name) for d in documents_in(entity.collection)]
                elements = {
                    element
                    for value in values
                    for element in (value if isinstance(value, list) else [value])
                } - {None, ""}
                vocabulary = catalogue.vocabularies[field.vocabulary]
                assert {v for v in elements if vocabulary.canonical(str(v)) != v} == set(), name


IDENTIFYING = ("firstName", "lastName", "email", "phone", "address", "birthCity", "city",
               "schoolName", "parent1FirstName", "parent1Email", "parent1Phone",
               "parent1Inscription2023Token", "tokenEmailValidation", "motivations")  # fmt: skip


def test_identifying_values_stand_in_documents_and_patches_for_leak_scans():
    written = {
        (patch["ref"], op["path"], op["value"])
        for patch in documents_in("young_patches")
        for op in patch["ops"]
        if op["path"][1:] in IDENTIFYING and "value" in op
    }
    for field in IDENTIFYING:
        stored = {
            (young["_id"], f"/{field}", young[field])
            for young in documents_in("youngs")
            if field in young
        }
        assert len(stored) > 100
        assert stored <= written


def test_names_and_addresses_belong_to_one_person():
    youngs = documents_in("youngs")
    for field in ("email", "lastName", "phone", "tokenEmailValidation", "address"):
        values = [young[field] for young in youngs if field in young]
        assert len(set(values)) == len(values), field
    assert all(young["lastName"].lower() in young["email"] for young in youngs)


def test_nobody_is_refused():
    with pytest.raises(SourceError, match="0 young people cannot be invented: give 1 or more"):
        simulate(0, DAYS.first, DAYS.last, seed=1)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (date(2024, 1, 1), date(2024, 1, 2), "too short for a history: give 14 days or more"),
        (date(2024, 2, 1), date(2024, 1, 1), "too short for a history: give 14 days or more"),
        (date(2020, 1, 1), date(2022, 1, 1), "give days from 2021-06-18 to 2027-12-31"),
        (date(2027, 1, 1), date(2028, 1, 1), "give days from 2021-06-18 to 2027-12-31"),
    ],
)
def test_days_that_cannot_be_are_refused(first, last, message):
    with pytest.raises(PartitionError, match=message):
        simulate(1, first, last, seed=1)
