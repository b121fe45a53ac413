"""The simulator's truth is met exactly: every event, every state, none missing, none extra."""

import json
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snu_analytics.catalogue import Entity
from snu_analytics.events import kind_of
from snu_analytics.history import Canonicaliser, Timeline, as_of, rebuild, snapshots
from snu_analytics.simulation import Simulation, simulate, write_dump
from snu_analytics.source import open_source
from snu_analytics.source.contract import Source
from snu_analytics_tests.histories import (
    APPLICATION,
    BEGINNING,
    CATALOGUE,
    END,
    PSEUDONYMS,
    YOUNG,
    events_of,
)

PARIS = ZoneInfo("Europe/Paris")


def timeline(source: Source, entity: Entity) -> Timeline:
    refs = source.day_patches(entity, BEGINNING, END).heads["ref"].unique().to_list()
    canonicaliser = Canonicaliser(entity, CATALOGUE.vocabularies, kind_of)
    return rebuild(source.histories(entity, refs), entity, canonicaliser)


def rebuilt(simulation: Simulation, entity: Entity) -> pl.DataFrame:
    with TemporaryDirectory() as folder:
        write_dump(simulation, Path(folder) / "dump")
        source = open_source(f"bson://{folder}/dump", Path(folder) / "home")
        told = snapshots(timeline(source, entity), BEGINNING, END)
        if entity.join:
            told = as_of(told, entity.join.field, timeline(source, YOUNG))
        return events_of(told, entity)


def told_state(text: str, entity: Entity, day: date) -> dict:
    """What the warehouse may hold of a true state, worked out value by value."""
    told: dict = {}
    for name, value in json.loads(text).items():
        kept = entity.fields[name]
        if kept.treatment == "age":
            born = datetime.fromisoformat(value).date()
            full = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
            told["age"] = full
        elif value in (None, ""):
            told[name] = value
        elif kept.treatment == "date":
            told[name] = datetime.fromisoformat(value).astimezone(PARIS).date().isoformat()
        elif kept.treatment == "pseudonym":
            told[name] = PSEUDONYMS.series(kept.namespace or "", pl.Series([value]))[0]
        elif kept.type == "number":
            told[name] = float(value)
        else:
            told[name] = value
    return told


def full_years(birthdate: str | None, day: date) -> int | None:
    if birthdate is None:
        return None
    born = datetime.fromisoformat(birthdate).date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


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
    told = rebuilt(simulation, APPLICATION).select(
        "change_id", "event_name", "field", "gender", "age", "region", "department"
    )
    assert sorted(told.rows(), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("entity", [YOUNG, APPLICATION], ids=lambda e: e.name)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_every_event_and_state_is_right(entity, seed):
    simulation = simulate(12, date(2023, 9, 1), date(2024, 8, 31), seed)
    events = rebuilt(simulation, entity)
    truth = simulation.frame(f"{entity.name}_events")
    states = simulation.frame(f"{entity.name}_states")
    changes = dict(
        zip(truth["patch_id"], PSEUDONYMS.series("change", truth["patch_id"]), strict=True)
    )

    true_names = [(changes[p], n, f) for p, n, f in truth.select(
        "patch_id", "event_name", "field").rows()]  # fmt: skip
    told_names = events.select("change_id", "event_name", "field").rows()
    assert sorted(told_names, key=str) == sorted(true_names, key=str)

    state_of = {changes.get(p): s for p, s in states.select("patch_id", "state").rows()}
    for change, day, state in events.select("change_id", "event_date", "state_after").rows():
        assert json.loads(state) == told_state(state_of[change], entity, day)

    before = dict(zip(states["patch_id"], states.select(
        pl.col("state").shift().over("ref", order_by=["date", "patch_id"])
    )["state"], strict=True))  # fmt: skip
    before_of = {changes.get(p): s or "{}" for p, s in before.items()}
    for change, day, state in events.select("change_id", "event_date", "state_before").rows():
        assert json.loads(state) == told_state(before_of[change], entity, day)
    assert set(events["quality"]) <= {"recorded"}
