"""The publication as Dagster runs it: in the nightly job, and after a backfill."""

from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.orchestration.published import PUBLISHED
from snu_analytics.orchestration.runs import run_days, run_publication
from snu_analytics_tests.fixtures.histories import add, patch, write_dump
from snu_analytics_tests.fixtures.pipeline import rows

DAY = DayRange(date(2024, 3, 4), date(2024, 3, 4))
WEEK = DayRange(date(2024, 3, 4), date(2024, 3, 10))
TOTAL = (
    "SELECT value, masked FROM published.{} WHERE phase = 'inscription' AND figure = 'created' "
    "AND breakdown = 'total' ORDER BY 1"
)


@pytest.fixture
def defs(definitions, tmp_path):
    """Twelve inscriptions on Monday, three on Tuesday."""
    patches = [
        patch(
            f"2024-03-{4 + (n >= 12):02}T10:00", add("/status", "IN_PROGRESS"), ref=f"65e{n:021x}"
        )
        for n in range(15)
    ]
    return definitions(write_dump(tmp_path / "dump", young_patches=patches))


def test_the_nightly_run_publishes_its_day_and_the_audit_passes(instance, defs, warehouse_url):
    outcome = run_days(instance, defs, DAY)
    assert outcome.ok, outcome
    assert not [w for w in outcome.warnings if "published" in w.asset]
    assert rows(warehouse_url, TOTAL.format("daily")) == [(12, False)]
    event = instance.get_latest_data_version_record(PUBLISHED, partition_key="2024-03-04")
    shown = event.event_log_entry.dagster_event.step_materialization_data.materialization.metadata
    assert shown["masked"].value == 0
    assert shown["shown"].value > 20


def test_of_one_entity_nothing_is_published(instance, defs, warehouse_url):
    assert run_days(instance, defs, DAY, "young").ok
    assert rows(warehouse_url, "SELECT FROM published.publication") == []


def test_a_range_is_published_in_a_run_of_its_own(instance, defs, warehouse_url):
    assert run_days(instance, defs, WEEK, published=False).ok
    assert rows(warehouse_url, "SELECT FROM published.publication") == []
    assert run_publication(instance, defs, WEEK, closing=False).ok
    assert rows(warehouse_url, "SELECT DISTINCT kind FROM published.publication") == [("day",)]
    outcome = run_publication(instance, defs, WEEK)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert len(instance.get_materialized_partitions(PUBLISHED)) == 7
    assert rows(warehouse_url, TOTAL.format("daily")) == [
        *[(0, False)] * 5,
        (12, False),
        (None, True),
    ]
    assert rows(warehouse_url, TOTAL.format("weekly")) == [(None, True)]
