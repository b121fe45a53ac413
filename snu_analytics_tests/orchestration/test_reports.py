"""The reports as Dagster makes them: in jobs of their own, when their numbers are there."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from snu_analytics.definitions import build_defs, defs
from snu_analytics_tests.reports.literal import publish

MORNING = datetime(2024, 3, 5, 7, 15, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def run(instance, settings, warehouse_url):
    publish(warehouse_url)

    def executed(job: str, partition: str) -> dg.ExecuteInProcessResult:
        resolved = build_defs(settings).resolve_job_def(job)
        return resolved.execute_in_process(
            instance=instance, partition_key=partition, raise_on_error=False
        )

    return executed


@pytest.mark.parametrize(
    ("job", "asset", "partition", "name"),
    [
        ("report", "report__daily", "2024-03-04", "2024-03-04"),
        ("monthly_report", "report__monthly", "2024-02-01", "2024-02"),
    ],
)
def test_a_run_writes_both_editions_and_links_to_them(run, settings, job, asset, partition, name):
    result = run(job, partition)
    assert result.success
    (materialised,) = result.asset_materializations_for_node(asset)
    page = settings.reports / "public" / name / "report.fr.html"
    assert materialised.metadata["public_page"].value == page.as_uri()
    restricted = Path(materialised.metadata["restricted_document"].value or "")
    assert restricted == settings.reports / "restricted" / name / "report.fr.pdf"
    assert page.exists()
    assert restricted.exists()


def test_a_day_that_is_not_published_fails_with_the_mend(run):
    (failed,) = [event for event in run("report", "2024-03-05").all_events if event.is_step_failure]
    assert "2024-03-05 is not published whole" in failed.step_failure_data.error_display_string


def test_the_report_of_yesterday_is_asked_for_each_morning(instance):
    schedule = defs.get_schedule_def("report_schedule")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("15 7 * * *", "Europe/Paris")
    context = dg.build_schedule_context(
        instance, scheduled_execution_time=MORNING, repository_def=defs.get_repository_def()
    )
    (request,) = schedule.evaluate_tick(context).run_requests or ()
    assert request.partition_key == "2024-03-04"


def test_the_report_of_a_month_is_asked_for_when_it_is_closed(instance):
    closed = dg.AssetMaterialization(["published", "breakdowns"], partition="2024-02-01")
    instance.report_runless_asset_event(closed)
    sensor = defs.get_sensor_def("month_closed")
    context = dg.build_sensor_context(instance, repository_def=defs.get_repository_def())
    (request,) = sensor.evaluate_tick(context).run_requests or ()
    assert (sensor.job_name, request.partition_key) == ("monthly_report", "2024-02-01")
