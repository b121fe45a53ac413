"""The weekly risk report as Dagster runs it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.definitions import build_defs, defs
from snu_analytics.orchestration.risk import record_report
from snu_analytics.privacy import report_risk
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.privacy.risk_rows import insert_event

KEY = dg.AssetKey(["risk", "report"])


@pytest.fixture
def run(instance, settings, warehouse_url):
    insert_event(warehouse_url, 1, gender="male", age=16)

    def executed() -> dg.ExecuteInProcessResult:
        return build_defs(settings).resolve_job_def("risk").execute_in_process(instance=instance)

    return executed


def test_a_run_keeps_the_report_and_shows_it(run, warehouse_url):
    result = run()
    assert result.success
    (materialised,) = result.asset_materializations_for_node("risk__report")
    (line,) = [
        record.data
        for record in materialised.metadata["report"].records
        if (record.data["table"], record.data["unit"], record.data["measure"])
        == ("analytics.young_event", "person", "k")
    ]
    assert (line["value"], line["meaning"]) == (
        1,
        "the smallest group: nobody is hidden among fewer (k-anonymity)",
    )
    assert "1. analytics.young_event is pseudonymised" in materialised.metadata["verdict"].value
    assert rows(
        warehouse_url,
        "SELECT value::int FROM analytics.risk_report WHERE relation = 'analytics.young_event' "
        "AND unit = 'person' AND measure = 'k'",
    ) == [(1,)]


def test_the_check_passes_when_nothing_small_is_published(run):
    (check,) = run().get_asset_check_evaluations()
    assert (check.check_name, check.passed) == ("published_above_threshold", True)


def test_a_small_count_published_fails_the_check_and_not_the_run(run, warehouse_url):
    execute(
        warehouse_url,
        "CREATE TABLE published.counts AS SELECT 10 AS value; "
        "GRANT SELECT ON published.counts TO snu_loader",
    )
    result = run()
    (check,) = result.get_asset_check_evaluations()
    assert result.success
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert check.metadata["tables"].value == "published.counts: 10"
    assert not check.blocking


def test_it_runs_each_sunday_morning_by_itself():
    schedule = defs.resolve_schedule_def("risk_schedule")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * 0", "Europe/Paris")
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2024, 3, 3, 6, 0, tzinfo=ZoneInfo("Europe/Paris")),
            repository_def=defs.get_repository_def(),
        )
        assert len(schedule.evaluate_tick(context).run_requests or []) == 1


def test_it_comes_after_the_events_of_persons():
    spec = next(spec for spec in defs.resolve_all_asset_specs() if spec.key == KEY)
    assert {dep.asset_key.path[0] for dep in spec.deps} == {
        "young",
        "application",
        "mission_equivalence",
    }
    assert spec.partitions_def is None


def test_a_report_made_by_command_is_shown_with_its_check(instance, settings, warehouse_url):
    insert_event(warehouse_url, 1, gender="male", age=16)
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        measures = report_risk(load_catalogue(), connection, date(2024, 3, 1))
    record_report(instance, measures)
    event = instance.get_latest_materialization_event(KEY)
    assert event.asset_materialization.metadata["verdict"].value.startswith("1. analytics.young_")
    check = dg.AssetCheckKey(KEY, "published_above_threshold")
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])
    assert latest[check].status.value == "SUCCEEDED"
