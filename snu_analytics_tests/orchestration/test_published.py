"""The publication as Dagster runs it: totals of the night, breakdowns when a month is over."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from snu_analytics.days import DayRange, month_of
from snu_analytics.definitions import defs as project
from snu_analytics.orchestration.published import BREAKDOWNS, TOTALS
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.orchestration.runs import run_closing, run_days, run_totals
from snu_analytics_tests.fixtures.histories import add, patch, write_dump
from snu_analytics_tests.fixtures.pipeline import rows

DAY = DayRange(date(2024, 2, 5), date(2024, 2, 5))
MONTH = month_of(DAY.first)
CREATED = (
    "SELECT value FROM published.daily_total WHERE phase = 'inscription' AND figure = 'created' "
    "ORDER BY day"
)
GENDERS = (
    "SELECT gender, value, mask FROM published.breakdown WHERE kind = 'month' "
    "AND phase = 'inscription' AND figure = 'created' AND breakdown = 'gender' ORDER BY gender"
)


def inscriptions(day: str, number: int, gender: str, first: int = 0) -> list[dict]:
    status = add("/status", "IN_PROGRESS")
    return [
        patch(f"{day}T10:00", status, add("/gender", gender), ref=f"65e{n:021x}")
        for n in range(first, first + number)
    ]


PATCHES = [
    *inscriptions("2024-02-05", 40, "female"),
    *inscriptions("2024-02-06", 30, "male", first=40),
]


@pytest.fixture
def defs(definitions, tmp_path):
    return definitions(write_dump(tmp_path / "dump", young_patches=PATCHES))


@pytest.fixture
def loaded(instance, defs):
    """The definitions, all days of the month loaded and nothing published."""
    assert run_days(instance, defs, MONTH, published=False).ok
    return defs


def test_the_nightly_run_publishes_the_totals_of_its_day(instance, defs, warehouse_url):
    outcome = run_days(instance, defs, DAY)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert rows(warehouse_url, CREATED) == [(40,)]
    zeros = "SELECT count(*) > 10 FROM published.daily_total WHERE value = 0"
    assert rows(warehouse_url, zeros) == [(True,)]
    assert rows(warehouse_url, "SELECT FROM published.breakdown") == []
    assert instance.get_materialized_partitions(TOTALS) == {"2024-02-05"}


def test_of_one_entity_nothing_is_published(instance, defs, warehouse_url):
    assert run_days(instance, defs, DAY, "young").ok
    assert rows(warehouse_url, "SELECT FROM published.daily_total") == []


def test_a_month_is_closed_with_what_the_audit_looked_at(instance, loaded, warehouse_url):
    assert run_totals(instance, loaded, MONTH).ok
    assert rows(warehouse_url, "SELECT FROM published.closed_month") == []
    outcome = run_closing(instance, loaded, MONTH.first)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert rows(warehouse_url, CREATED) == [
        (40 if day == 5 else 30 if day == 6 else 0,) for day in range(1, 30)
    ]
    assert rows(warehouse_url, GENDERS) == [("female", 40, None), ("male or unknown", 30, None)]
    event = instance.get_latest_data_version_record(BREAKDOWNS, partition_key="2024-02-01")
    shown = event.event_log_entry.dagster_event.step_materialization_data.materialization.metadata
    assert shown["masked"].value > shown["shown"].value > 0
    assert shown["audited"].value > 0
    assert shown["programs"].value > 0
    assert shown["seconds"].value > 0
    assert "month 2024-02-01" in shown["periods"].value


def test_a_closed_month_stands_when_its_days_run_again(
    instance, loaded, definitions, warehouse_url, tmp_path
):
    assert run_closing(instance, loaded, MONTH.first).ok
    before = [rows(warehouse_url, CREATED), rows(warehouse_url, GENDERS)]
    late = [*PATCHES, *inscriptions("2024-02-05", 1, "male", first=70)]
    again = definitions(write_dump(tmp_path / "late", young_patches=late))
    assert run_days(instance, again, DAY).ok
    assert run_closing(instance, again, MONTH.first).ok
    assert [rows(warehouse_url, CREATED), rows(warehouse_url, GENDERS)] == before


def test_a_month_that_is_not_loaded_whole_names_the_day(instance, defs, warehouse_url):
    assert run_days(instance, defs, DAY).ok
    (fault,) = run_closing(instance, defs, MONTH.first).faults
    assert "holds no load of 2024-02-01: materialise" in fault
    assert rows(warehouse_url, "SELECT FROM published.breakdown") == []


@pytest.fixture
def asked(instance, settings):
    """The months that the schedule asks for."""

    def asked() -> list[str | None]:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2024, 3, 1, 6, 30, tzinfo=ZoneInfo("Europe/Paris")),
            repository_def=project.get_repository_def(),
            resources={"warehouse": WarehouseResource(settings.warehouse_url, settings.home)},
        )
        tick = project.resolve_schedule_def("closing_schedule").evaluate_tick(context)
        return [request.partition_key for request in tick.run_requests or []]

    return asked


def test_each_night_asks_for_the_months_loaded_whole_and_not_closed(instance, loaded, asked):
    assert asked() == ["2024-02-01"]
    assert run_closing(instance, loaded, MONTH.first).ok
    assert asked() == []


def test_each_night_asks_for_closed_months_that_may_be_revised(
    instance, loaded, definitions, asked, tmp_path
):
    assert run_closing(instance, loaded, MONTH.first).ok
    late = [*PATCHES, *inscriptions("2024-02-05", 12, "female", first=70)]
    again = definitions(write_dump(tmp_path / "late", young_patches=late))
    assert run_days(instance, again, DAY).ok
    assert asked() == ["2024-02-01"]
