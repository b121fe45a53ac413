"""The nightly jobs that erase, as Dagster runs them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from snu_analytics.days import DayRange
from snu_analytics.orchestration.log_retention import prune_event_log
from snu_analytics.orchestration.runs import run_days
from snu_analytics_tests.fixtures.histories import OTHER_REF, REF, add, document, patch, write_dump
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute

DAY = DayRange(date(2024, 3, 1), date(2024, 3, 1))
COUNT = "SELECT count(*) FROM analytics.young_event"


@pytest.fixture
def load(instance, definitions, tmp_path):
    """Called with the ids of documents, the definitions of a source that holds them and a day's
    patches of two young people, after that day was loaded."""
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), ref=ref)
        for ref in (REF, OTHER_REF)
    ]

    def loaded(*ids: str):
        youngs = [document(ref) for ref in ids]
        url = write_dump(tmp_path / "dump", youngs=youngs, young_patches=patches)
        assert run_days(instance, definitions(url), DAY, "young").ok
        return definitions(url)

    return loaded


def test_whoever_is_gone_from_the_source_is_erased(instance, load, warehouse_url):
    job = load(REF).resolve_job_def("erasure")
    assert rows(warehouse_url, COUNT) == [(2,)]
    assert job.execute_in_process(instance=instance).success
    assert rows(warehouse_url, COUNT) == [(1,)]


EVENT_KINDS = "SELECT DISTINCT split_part(dagster_event_type, '_', 1) FROM dagster.event_logs"


def test_what_the_log_says_of_old_steps_is_deleted_and_materialisations_stay(
    instance, load, warehouse_url
):
    load(REF, OTHER_REF)
    execute(warehouse_url, "UPDATE dagster.event_logs SET timestamp = now() - interval '31 days'")
    assert ("STEP",) in rows(warehouse_url, EVENT_KINDS)
    deleted = prune_event_log(
        instance.event_log_storage, datetime.now(UTC) - timedelta(days=30), batch=3
    )
    assert deleted > 3
    assert sorted(rows(warehouse_url, EVENT_KINDS)) == [("ASSET",), ("PIPELINE",)]


def test_what_the_log_says_of_younger_steps_stays(instance, load):
    load(REF, OTHER_REF)
    assert prune_event_log(instance.event_log_storage, datetime.now(UTC) - timedelta(days=30)) == 0


def test_what_is_older_than_its_set_time_is_deleted(instance, load, warehouse_url):
    job = load(REF, OTHER_REF).resolve_job_def("retention")
    execute(warehouse_url, "UPDATE analytics.young_event SET event_date = '2012-03-01'")
    assert job.execute_in_process(instance=instance).success
    assert rows(warehouse_url, COUNT) == [(0,)]
