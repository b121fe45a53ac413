"""The simulator's truth is met exactly: every event, every state, none missing, none extra."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snu_analytics.catalogue import Entity
from snu_analytics.history import Timeline, as_of, rebuild, snapshots
from snu_analytics.pipeline.context import canonicaliser_of
from snu_analytics.simulation import Simulation, simulate, write_dump
from snu_analytics.source import open_source
from snu_analytics.source.contract import Source
from snu_analytics_tests.fixtures.histories import (
    APPLICATION,
    BEGINNING,
    CATALOGUE,
    END,
    PSEUDONYMS,
    YOUNG,
    events_of,
)
from snu_analytics_tests.fixtures.truth import (
    PARIS,
    event_rows,
    expected_events,
    full_years,
    inferred_creations,
    inferred_subjects,
)


def timeline(source: Source, entity: Entity) -> Timeline:
    touched = source.day_patches(entity, BEGINNING, END).heads["ref"].drop_nulls()
    refs = sorted({*touched, *source.made_between(entity, BEGINNING, END)})
    canonicaliser = canonicaliser_of(CATALOGUE, entity, source)
    return rebuild(source.histories(entity, refs), entity, canonicaliser)


def rebuilt(simulation: Simulation, entity: Entity) -> pl.DataFrame:
    with TemporaryDirectory() as folder:
        write_dump(simulation, Path(folder) / "dump")
        source = open_source(f"bson://{folder}/dump", Path(folder) / "home")
        frame = snapshots(timeline(source, entity), BEGINNING, END)
        if entity.join:
            frame = as_of(frame, entity.join.field, timeline(source, YOUNG))
        return events_of(frame, entity)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_an_application_tells_its_young_person_as_of_its_instant(seed):
    simulation = simulate(12, date(2023, 9, 1), date(2024, 8, 31), seed)
    truth = simulation.frame("application_events")
    names = ["patch_id", "event_name", "field", *(c for c in truth.columns if "young_" in c)]
    changes = PSEUDONYMS.series("change", truth["patch_id"])
    days = truth["date"].dt.convert_time_zone(PARIS.key).dt.date()
    expected = [
        (change, name, field, gender, full_years(birthdate, day), region, department)
        for change, day, (_, name, field, gender, birthdate, region, department) in zip(
            changes, days, truth.select(names).rows(), strict=True
        )
    ]
    rows = rebuilt(simulation, APPLICATION).select(
        "change_id", "event_name", "field", "gender", "age", "region", "department"
    )
    assert sorted(rows.rows(), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("messy", [0.0, 0.05])
@pytest.mark.parametrize("entity", CATALOGUE.entities.values(), ids=lambda e: e.name)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_every_event_and_state_is_right(entity, messy, seed):
    simulation = simulate(12, date(2023, 9, 1), date(2024, 8, 31), seed, messy=messy)
    events = rebuilt(simulation, entity)
    expected = expected_events(simulation, entity, PSEUDONYMS)
    assert event_rows(events, expected) == expected
    assert inferred_subjects(events) == inferred_creations(simulation, entity, PSEUDONYMS)
    assert set(events["quality"]) <= {"recorded", "inferred"}
