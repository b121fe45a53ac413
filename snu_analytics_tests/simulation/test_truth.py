"""The truth is what patches, applied forwards one by one, come to."""

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snu_analytics.simulation import Simulation, simulate
from snu_analytics.simulation.fields import CREATION, EVENTS, STATE_FIELDS, UNTRACKED
from snu_analytics.simulation.life import Profile
from snu_analytics.simulation.recorder import as_json
from snu_analytics.simulation.truth import profile_at
from snu_analytics_tests.simulation.histories import applied, decoded

ENTITIES = ("young", "application")

few_histories = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
histories = st.builds(
    simulate,
    youngs=st.integers(1, 30),
    first=st.just(date(2023, 9, 1)),
    last=st.dates(date(2023, 9, 20), date(2025, 12, 31)),
    seed=st.integers(0, 10**6),
)


def states_by_patch(simulation: Simulation, entity: str) -> tuple[dict[str, dict], dict]:
    """The fields of the true states after each patch, and the last values of every document."""
    documents: dict[ObjectId, dict[str, Any]] = {}
    states = {}
    for patch in decoded(simulation, f"{entity}_patches"):
        document = documents.setdefault(patch["ref"], {})
        applied(document, patch)
        state = {k: v for k, v in document.items() if k in STATE_FIELDS[entity]}
        states[str(patch["_id"])] = json.loads(json.dumps(state))
    return states, documents


@pytest.mark.parametrize("entity", ENTITIES)
@few_histories
@given(simulation=histories)
def test_the_patches_applied_forwards_give_the_documents(entity, simulation):
    _, rebuilt = states_by_patch(simulation, entity)
    assert rebuilt == {
        document["_id"]: as_json({k: v for k, v in document.items() if k not in UNTRACKED})
        for document in decoded(simulation, f"{entity}s")
    }


@pytest.mark.parametrize("entity", ENTITIES)
@few_histories
@given(simulation=histories)
def test_the_true_states_are_the_patches_applied_forwards(entity, simulation):
    rebuilt, _ = states_by_patch(simulation, entity)
    truth = simulation.frame(f"{entity}_states")
    assert dict(zip(truth["patch_id"], map(json.loads, truth["state"]), strict=True)) == rebuilt


@pytest.mark.parametrize("entity", ENTITIES)
@few_histories
@given(simulation=histories)
def test_the_true_events_are_the_operations_on_their_fields(entity, simulation):
    expected = []
    for patch in decoded(simulation, f"{entity}_patches"):
        (own, ref) = (str(patch["_id"]), str(patch["ref"]))
        created = any(op["path"] == "/createdAt" for op in patch["ops"])
        for op in patch["ops"]:
            field = op["path"][1:]
            if created and field == "status":
                expected.append((ref, own, patch["date"], None, None, op["value"]))
            elif not created and (field == "status" or field in EVENTS[entity]):
                values = op.get("originalValue"), op.get("value")
                expected.append((ref, own, patch["date"], field, *values))
    truth = simulation.frame(f"{entity}_events")
    columns = ("ref", "patch_id", "date", "field", "from_value", "to_value")
    assert sorted(truth.select(columns).rows(), key=str) == sorted(expected, key=str)


@few_histories
@given(simulation=histories)
def test_an_application_carries_its_young_person_as_of_the_instant(simulation):
    young_of = {str(a["_id"]): a["youngId"] for a in decoded(simulation, "applications")}
    states = simulation.frame("young_states").sort("date", "patch_id")
    for event in simulation.frame("application_events").iter_rows(named=True):
        earlier = [
            state
            for ref, at, state in states.select("ref", "date", "state").iter_rows()
            if ref == young_of[event["ref"]] and at <= event["date"]
        ]
        young = json.loads(earlier[-1])
        for field in ("gender", "birthdateAt", "region", "department"):
            assert event[f"young_{field}"] == young.get(field)


def test_a_profile_of_the_very_instant_counts():
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    before = Profile("male", None, "Bretagne", "Finistère")
    after = Profile("male", None, "Corse", "Haute-Corse")
    profiles = [(noon.replace(hour=8), before), (noon, after)]
    assert profile_at(profiles, noon.replace(hour=11)) == before
    assert profile_at(profiles, noon) == after


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_document_begins_with_its_creation(entity):
    simulation = simulate(40, date(2023, 9, 1), date(2024, 8, 31), seed=1)
    events = simulation.frame(f"{entity}_events").sort("date", "patch_id")
    first = events.group_by("ref", maintain_order=True).first()
    assert set(first["event_name"]) == {CREATION[entity]}
    assert events.filter(event_name=CREATION[entity]).height == first.height


def test_what_waiting_for_a_decision_means_depends_on_what_was_before():
    events = simulate(400, date(2022, 10, 1), date(2024, 12, 31), seed=5).frame("young_events")
    completed = events.filter(field="status", to_value="WAITING_VALIDATION")
    assert set(completed.select("from_value", "event_name").rows()) >= {
        ("WAITING_CORRECTION", "inscription_resubmitted"),
        ("IN_PROGRESS", "inscription_completed"),
        ("REINSCRIPTION", "inscription_completed"),
        ("WITHDRAWN", "inscription_reexamined"),
        ("VALIDATED", "inscription_reexamined"),
    }
    names = completed.group_by("from_value").agg(pl.col("event_name").n_unique())
    assert names["event_name"].max() == 1
