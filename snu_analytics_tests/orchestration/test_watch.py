"""The look at the night, as Dagster runs it: the days it asks for, its row, its checks."""

from datetime import date

import dagster as dg

from snu_analytics.days import DayRange, paris_today
from snu_analytics.orchestration.runs import run_days
from snu_analytics.orchestration.watch import morning_requests
from snu_analytics_tests.fixtures.histories import write_dump
from snu_analytics_tests.fixtures.pipeline import rows

TODAY = date(2024, 3, 11)


def asked(*days: date) -> list[tuple]:
    requests = morning_requests({"young": days}, TODAY)
    return [
        (
            request.job_name,
            request.partition_key or request.tags.get("dagster/asset_partition_range_start"),
            request.tags.get("dagster/asset_partition_range_end"),
        )
        for request in requests
    ]


def test_days_that_lack_are_asked_for_before_the_night_is_looked_at():
    days = [date(2024, 3, 8), date(2024, 3, 9), date(2024, 3, 1)]
    assert asked(*days) == [
        ("nightly", "2024-03-01", None),
        ("nightly", "2024-03-08", "2024-03-09"),
        ("watch", None, None),
    ]


def test_more_days_than_a_run_takes_are_not_asked_for():
    assert asked(*DayRange(date(2024, 2, 1), date(2024, 3, 3))) == [("watch", None, None)]


def test_the_same_is_asked_for_once_a_day():
    keys = [request.run_key for request in morning_requests({"young": [date(2024, 3, 1)]}, TODAY)]
    assert keys == ["2024-03-01 2024-03-01 2024-03-11", "watch 2024-03-11"]


def test_a_night_that_lacks_fails_the_check_of_every_entity(
    instance, definitions, warehouse_url, tmp_path
):
    made = definitions(write_dump(tmp_path / "dump"))
    day = date(2024, 3, 1)
    assert run_days(instance, made, DayRange(day, day), "young").ok
    result = made.resolve_job_def("watch").execute_in_process(instance=instance)
    assert result.success
    checks = result.get_asset_check_evaluations()
    assert {(c.asset_key.path[0], c.check_name, c.passed, c.severity) for c in checks} == {
        (name, "yesterday_is_there", False, dg.AssetCheckSeverity.WARN)
        for name in (
            *("application", "classe", "mission"),
            *("mission_equivalence", "structure", "young"),
        )
    }
    since = (paris_today() - day).days
    query = "SELECT day, missing_days, erasure_age_days FROM analytics.watch"
    assert rows(warehouse_url, query) == [
        (date.fromordinal(paris_today().toordinal() - 1), 6 * since - 1, None)
    ]


def test_a_run_of_the_nightly_job_makes_no_check_of_yesterday(instance, definitions, tmp_path):
    job = definitions(write_dump(tmp_path / "dump")).resolve_job_def("nightly")
    assert [node.name for node in job.nodes if "yesterday" in node.name] == []
