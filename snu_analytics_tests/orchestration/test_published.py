"""The publication as Dagster runs it: in the nightly job, and after a backfill."""

from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.definitions import defs
from snu_analytics.orchestration.published import PUBLISHED
from snu_analytics.orchestration.runs import run_days, run_publication
from snu_analytics_tests.fixtures.histories import add, patch, write_dump
from snu_analytics_tests.fixtures.pipeline import rows

DAY = DayRange(date(2024, 3, 4), date(2024, 3, 4))
WEEK = DayRange(date(2024, 3, 4), date(2024, 3, 10))
TOTALS = (
    "SELECT value FROM published.daily_total WHERE phase = 'inscription' AND figure = 'created' "
    "ORDER BY day"
)


@pytest.fixture(autouse=True)
def source(instance, monkeypatch, tmp_path):
    """Twelve inscriptions on Monday, three on Tuesday."""
    patches = [
        patch(
            f"2024-03-{4 + (n >= 12):02}T10:00", add("/status", "IN_PROGRESS"), ref=f"65e{n:021x}"
        )
        for n in range(15)
    ]
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(tmp_path / "dump", young_patches=patches))


def test_the_nightly_run_publishes_its_day_and_the_audit_passes(instance, warehouse_url):
    outcome = run_days(instance, defs, DAY)
    assert outcome.ok, outcome
    assert not [w for w in outcome.warnings if "published" in w.asset]
    assert rows(warehouse_url, TOTALS) == [(12,)]
    event = instance.get_latest_data_version_record(PUBLISHED, partition_key="2024-03-04")
    made = event.event_log_entry.dagster_event.step_materialization_data.materialization.metadata
    assert made["totals"].value > 20


def test_of_one_entity_nothing_is_published(instance, warehouse_url):
    assert run_days(instance, defs, DAY, "young").ok
    assert rows(warehouse_url, "SELECT FROM published.daily_total") == []


def test_a_range_is_published_in_a_run_of_its_own(instance, warehouse_url):
    assert run_days(instance, defs, WEEK, published=False).ok
    assert rows(warehouse_url, "SELECT FROM published.daily_total") == []
    outcome = run_publication(instance, defs, WEEK)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert len(instance.get_materialized_partitions(PUBLISHED)) == 7
    assert rows(warehouse_url, TOTALS) == [(12,), (3,), *[(0,)] * 5]
    assert rows(warehouse_url, "SELECT FROM published.closed_month") == []
