"""The audit as Dagster runs it, and the days it asks for again."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from snu_analytics.days import DayRange
from snu_analytics.definitions import defs
from snu_analytics.orchestration.check_warnings import warning_sentences
from snu_analytics.orchestration.resources import resources
from snu_analytics.orchestration.runs import run_audit, run_days
from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    add,
    document,
    patch,
    replace,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows

PARIS = ZoneInfo("Europe/Paris")
MARCH = date(2024, 3, 1)
DAYS = DayRange(date(2024, 3, 1), date(2024, 3, 4))
HISTORY = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
    patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
    patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
]


@pytest.fixture
def loaded(instance, monkeypatch, tmp_path):
    """Four days, loaded; called with other patches it changes the source and audits the month."""

    def source(name: str, patches: list[dict]) -> None:
        url = write_dump(tmp_path / name, youngs=[document()], young_patches=patches)
        monkeypatch.setenv("SNU_SOURCE_URL", url)

    source("first", HISTORY)
    assert run_days(instance, defs, DAYS, "young").ok

    def changed(patches: list[dict]):
        source(f"later{len(list(Path(tmp_path).iterdir()))}", patches)
        return run_audit(instance, defs, MARCH, "young")

    return changed


def asked(instance) -> list[tuple[str | None, set[str]]]:
    """What the sensor asks for: partition and entities."""
    sensor = defs.resolve_sensor_def("changed_days")
    context = dg.build_sensor_context(
        instance=instance,
        repository_def=defs.get_repository_def(),
        resources=resources(),
    )
    told = sensor.evaluate_tick(context).run_requests or []
    return [(r.partition_key, {k.path[0] for k in r.asset_selection or []}) for r in told]


def days(warehouse_url: str) -> list[tuple]:
    return rows(
        warehouse_url,
        "SELECT cause, count, total FROM analytics.history_audit "
        "WHERE measure = 'days' OR cause LIKE 'late%%' OR cause LIKE 'vanished%%' ORDER BY cause",
    )


def test_a_source_that_stands_still_asks_for_nothing(instance, loaded, warehouse_url):
    outcome = loaded(HISTORY)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert asked(instance) == []
    assert days(warehouse_url) == [
        ("changed since they were loaded", 0, 4),
        ("late: came after their day was loaded", 0, 3),
        ("vanished since their day was loaded", 0, 3),
    ]


def test_days_loaded_alone_or_together_are_the_same_days(instance, loaded):
    several = [
        *HISTORY,
        patch("2024-03-04T10:00", add("/qpv", "true"), add("/jdc", "true")),
        patch("2024-03-01T12:00", add("/jdc", "true"), add("/qpv", "false"), ref=OTHER_REF),
    ]
    loaded(several)
    for day in DAYS:
        assert run_days(instance, defs, DayRange(day, day), "young").ok
    assert loaded(several).warnings == ()


def test_late_vanished_and_mended_patches_ask_for_exactly_their_days(
    instance, loaded, warehouse_url
):
    mended = HISTORY[1] | {"ops": [replace("/status", "IN_PROGRESS", "ABANDONED")]}
    late = patch("2024-03-04T10:00", add("/qpv", "true"))
    outcome = loaded([HISTORY[0], mended, late])
    assert outcome.ok
    assert warning_sentences(outcome.warnings) == [
        "young/history_audit: check days_unchanged failed on 2024-03-02, 2024-03-03, 2024-03-04"
    ]
    assert asked(instance) == [
        ("2024-03-02", {"young", "figures", "published"}),
        ("2024-03-03", {"young", "figures", "published"}),
        ("2024-03-04", {"young", "figures", "published"}),
    ]
    assert days(warehouse_url) == [
        ("changed since they were loaded", 3, 4),
        ("late: came after their day was loaded", 1, 3),
        ("vanished since their day was loaded", 1, 3),
    ]


def test_days_run_again_are_asked_for_no_longer(instance, loaded):
    loaded(HISTORY[:2])
    assert asked(instance) == [("2024-03-03", {"young", "figures", "published"})]
    assert run_days(instance, defs, DAYS, "young").ok
    assert asked(instance) == []


def test_an_audit_run_again_replaces_its_lines(instance, loaded, warehouse_url):
    loaded(HISTORY)
    before = rows(warehouse_url, "SELECT * FROM analytics.history_audit ORDER BY 1, 2, 3, 4, 5")
    loaded(HISTORY)
    assert (
        rows(warehouse_url, "SELECT * FROM analytics.history_audit ORDER BY 1, 2, 3, 4, 5")
        == before
    )


@pytest.mark.parametrize(
    ("tick", "months"),
    [
        (datetime(2024, 3, 1, 5, 15, tzinfo=PARIS), ["2024-02-01", "2024-01-01"]),
        (datetime(2024, 3, 2, 5, 15, tzinfo=PARIS), ["2024-03-01", "2024-02-01"]),
        (datetime(2021, 6, 19, 5, 15, tzinfo=PARIS), ["2021-06-01"]),
    ],
)
def test_each_night_yesterdays_month_and_the_one_before_are_audited(tick, months):
    schedule = defs.resolve_schedule_def("audit_schedule")
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=tick,
            repository_def=defs.get_repository_def(),
        )
        requests = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in requests or []] == months
