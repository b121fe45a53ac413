"""The audit as Dagster runs it, and the days it asks for again."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from snu_analytics.days import DayRange
from snu_analytics.definitions import build_defs, defs
from snu_analytics.orchestration.check_warnings import warning_sentences
from snu_analytics.orchestration.resources import WarehouseResource
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
def of(definitions, tmp_path):
    """The definitions that read a source of these patches."""

    def made(patches: list[dict]) -> dg.Definitions:
        folder = tmp_path / f"dump{len(list(tmp_path.iterdir()))}"
        return definitions(write_dump(folder, youngs=[document()], young_patches=patches))

    return made


@pytest.fixture
def audited(instance, of):
    """Four days, loaded; called with other patches it audits the month in a source of these."""
    assert run_days(instance, of(HISTORY), DAYS, "young").ok
    return lambda patches: run_audit(instance, of(patches), MARCH, "young")


@pytest.fixture
def asked(instance, settings):
    """What the sensor asks for when it is called: partition and key prefixes."""
    defs = build_defs(settings)

    def requests() -> list[tuple[str | None, set[str]]]:
        context = dg.build_sensor_context(
            instance=instance,
            repository_def=defs.get_repository_def(),
            resources={"warehouse": WarehouseResource(settings.warehouse_url, settings.home)},
        )
        tick = defs.resolve_sensor_def("changed_days").evaluate_tick(context)
        return [
            (request.partition_key, {key.path[0] for key in request.asset_selection or []})
            for request in tick.run_requests or []
        ]

    return requests


def days(warehouse_url: str) -> list[tuple]:
    return rows(
        warehouse_url,
        "SELECT cause, count, total FROM analytics.history_audit "
        "WHERE measure = 'days' OR cause LIKE 'late%%' OR cause LIKE 'vanished%%' ORDER BY cause",
    )


def test_a_source_that_stands_still_asks_for_nothing(audited, asked, warehouse_url):
    outcome = audited(HISTORY)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert asked() == []
    assert days(warehouse_url) == [
        ("changed since they were loaded", 0, 4),
        ("late: came after their day was loaded", 0, 3),
        ("vanished since their day was loaded", 0, 3),
    ]


def test_days_loaded_alone_or_together_are_the_same_days(instance, of, audited):
    several = [
        *HISTORY,
        patch("2024-03-04T10:00", add("/qpv", "true"), add("/jdc", "true")),
        patch("2024-03-01T12:00", add("/jdc", "true"), add("/qpv", "false"), ref=OTHER_REF),
    ]
    for day in DAYS:
        assert run_days(instance, of(several), DayRange(day, day), "young").ok
    assert audited(several).warnings == ()


def test_late_vanished_and_mended_patches_ask_for_exactly_their_days(audited, asked, warehouse_url):
    mended = HISTORY[1] | {"ops": [replace("/status", "IN_PROGRESS", "ABANDONED")]}
    late = patch("2024-03-04T10:00", add("/qpv", "true"))
    outcome = audited([HISTORY[0], mended, late])
    assert outcome.ok
    assert warning_sentences(outcome.warnings) == [
        "audit/young: check days_unchanged failed on 2024-03-02, 2024-03-03, 2024-03-04"
    ]
    assert asked() == [
        ("2024-03-02", {"young", "figures", "published"}),
        ("2024-03-03", {"young", "figures", "published"}),
        ("2024-03-04", {"young", "figures", "published"}),
    ]
    assert days(warehouse_url) == [
        ("changed since they were loaded", 3, 4),
        ("late: came after their day was loaded", 1, 3),
        ("vanished since their day was loaded", 1, 3),
    ]


def test_days_run_again_are_asked_for_no_longer(instance, of, audited, asked):
    audited(HISTORY[:2])
    assert asked() == [("2024-03-03", {"young", "figures", "published"})]
    assert run_days(instance, of(HISTORY[:2]), DAYS, "young").ok
    assert asked() == []


def test_an_audit_run_again_replaces_its_lines(audited, warehouse_url):
    audited(HISTORY)
    before = rows(warehouse_url, "SELECT * FROM analytics.history_audit ORDER BY 1, 2, 3, 4, 5")
    audited(HISTORY)
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
