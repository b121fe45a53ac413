"""Histories of missions, structures, classes and equivalences."""

import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from snu_analytics.days import DayRange
from snu_analytics.simulation import Simulation, simulate
from snu_analytics.simulation.fields import COLLECTIONS, CREATION, STATE_FIELDS, UNTRACKED
from snu_analytics.simulation.recorder import as_json
from snu_analytics_tests.simulation.histories import applied, decoded

DAYS = DayRange(date(2022, 10, 1), date(2024, 12, 31))
OFFERED = ("mission", "structure")
OTHERS = ("mission", "structure", "classe", "mission_equivalence")


@cache
def simulated() -> Simulation:
    return simulate(499, DAYS.first, DAYS.last, seed=5)


@cache
def documents(model: str) -> dict[str, dict[str, Any]]:
    return {str(d["_id"]): d for d in decoded(simulated(), COLLECTIONS[model][0])}


@cache
def patches(model: str) -> dict[str, list[dict[str, Any]]]:
    by_ref: dict[str, list[dict[str, Any]]] = {}
    for patch in decoded(simulated(), COLLECTIONS[model][1]):
        by_ref.setdefault(str(patch["ref"]), []).append(patch)
    return by_ref


def tracked(document: dict[str, Any]) -> dict[str, Any]:
    return as_json({k: v for k, v in document.items() if k not in UNTRACKED})


def is_created(history: list[dict[str, Any]]) -> bool:
    return any(op["path"] == "/createdAt" for op in history[0]["ops"])


@pytest.mark.parametrize("model", OTHERS)
def test_patches_from_a_creation_give_the_document(model):
    created = {ref: history for ref, history in patches(model).items() if is_created(history)}
    assert created
    for ref, history in created.items():
        rebuilt: dict[str, Any] = {}
        for patch in history:
            applied(rebuilt, patch)
        assert rebuilt == tracked(documents(model)[ref])


@pytest.mark.parametrize("model", OTHERS)
def test_the_last_true_state_is_the_document(model):
    last = simulated().frame(f"{model}_states").sort("date", "patch_id").unique("ref", keep="last")
    assert last.height
    for ref, state in last.select("ref", "state").rows():
        expected = {k: v for k, v in documents(model)[ref].items() if k in STATE_FIELDS[model]}
        assert json.loads(state) == as_json(expected)


@pytest.mark.parametrize("model", OFFERED)
def test_most_are_older_than_the_history_and_some_are_made_within(model):
    made = [d["createdAt"] >= DAYS.start for d in documents(model).values()]
    assert 0.2 * len(made) < sum(made) < 0.6 * len(made)


@pytest.mark.parametrize("model", OFFERED)
def test_an_old_document_has_an_event_of_creation_without_a_patch(model):
    created = simulated().frame(f"{model}_events").filter(event_name=CREATION[model])
    assert sorted(created["ref"]) == sorted(documents(model))
    for ref, patch, at in created.select("ref", "patch_id", "date").rows():
        assert at == documents(model)[ref]["createdAt"]
        assert (patch is None) == (at < DAYS.start)


@pytest.mark.parametrize("model", OTHERS)
def test_patches_lie_within_the_days_and_name_their_model(model):
    for history in patches(model).values():
        for patch in history:
            assert DAYS.start <= patch["date"] < DAYS.end
            assert patch["modelName"] == model.replace("_", "")
            assert patch["_id"].generation_time == patch["date"].replace(microsecond=0)


EVENTS = {
    "mission": {
        *("mission_created", "mission_submitted", "mission_correction_requested"),
        *("mission_validated", "mission_refused", "mission_cancelled", "mission_archived"),
        *("mission_domain_changed", "mission_places_total_changed", "mission_region_changed"),
        *("mission_places_left_changed", "mission_structure_changed", "mission_origin_changed"),
        *("mission_department_changed", "mission_duration_changed"),
        "mission_military_preparation_changed",
    },
    "structure": {
        *("structure_created", "structure_status_changed", "structure_legal_status_changed"),
        *("structure_types_changed", "structure_subtype_changed", "structure_region_changed"),
        *("structure_department_changed", "structure_military_preparation_changed"),
        "structure_network_changed",
    },
    "classe": {
        *("classe_created", "classe_status_changed", "classe_phase1_status_changed"),
        "classe_seats_taken_changed",
    },
    "mission_equivalence": {
        *("equivalence_created", "equivalence_submitted", "equivalence_correction_requested"),
        *("equivalence_validated", "equivalence_refused"),
    },
}


@pytest.mark.parametrize("model", OTHERS)
def test_all_that_happens_happens(model):
    names = set(simulated().frame(f"{model}_events")["event_name"])
    assert names >= EVENTS[model]


def test_the_class_of_every_pupil_stands_among_the_classes():
    named = {young["classeId"] for young in documents("young").values() if "classeId" in young}
    assert named
    assert named <= set(documents("classe"))


def test_an_equivalence_names_a_young_person_and_tells_the_profile():
    youngs = documents("young")
    for row in simulated().frame("mission_equivalence_events").iter_rows(named=True):
        young = youngs[documents("mission_equivalence")[row["ref"]]["youngId"]]
        assert row["young_gender"] == young["gender"]
        assert row["young_birthdateAt"] == as_json(young["birthdateAt"])


def test_nobody_applies_to_a_mission_before_it_is_made():
    for application in documents("application").values():
        mission = documents("mission")[application["missionId"]]
        assert mission["createdAt"] < application["createdAt"]


IDENTIFYING = {
    "mission": ("name", "structureName", "tutorName", "description", "address", "city"),
    "structure": ("name", "siret", "website", "structureManager", "address", "description"),
    "classe": ("name", "uniqueKey", "comments", "referentClasseIds"),
    "mission_equivalence": ("structureName", "contactEmail", "contactFullName", "desc", "address"),
}


@pytest.mark.parametrize("model", OTHERS)
def test_fields_to_be_dropped_stand_in_documents_and_patches(model):
    fields = set(IDENTIFYING[model])
    assert all(fields <= set(document) for document in documents(model).values())
    named = {op["path"][1:] for h in patches(model).values() for p in h for op in p["ops"]}
    assert fields <= named
