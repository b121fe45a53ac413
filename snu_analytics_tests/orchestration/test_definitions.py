"""What Dagster loads: assets, partitions, jobs, schedules."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from snu_analytics.definitions import defs
from snu_analytics.orchestration.partitions import daily_partitions

PARIS = ZoneInfo("Europe/Paris")
STEPS = ("raw_patches", "user_snapshots", "anonymized_events", "daily_aggregates")
ENTITIES = ("young", "application", "mission", "structure", "classe", "mission_equivalence")
KEYS = [dg.AssetKey([entity, step]) for entity in ENTITIES for step in STEPS]
PUBLISHED = dg.AssetKey(["published", "breakdowns"])
ACROSS = [
    *(dg.AssetKey(["figures", name]) for name in ("flows", "pool", "objectives", "projections")),
    PUBLISHED,
]


def specs() -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def test_each_entity_has_its_four_assets_and_its_audit():
    audits = {dg.AssetKey(["audit", entity]) for entity in ENTITIES}
    assert set(specs()) == {*KEYS, *audits, dg.AssetKey(["risk", "report"]), *ACROSS}


@pytest.mark.parametrize("key", [*KEYS, *ACROSS], ids=lambda k: k.to_user_string())
def test_an_asset_says_what_it_is_and_whose(key):
    spec = specs()[key]
    assert spec.description
    assert spec.kinds
    assert spec.owners
    assert spec.code_version
    assert spec.group_name == key.path[0]


def test_all_assets_share_one_backfill_policy_of_31_days():
    graph = defs.resolve_asset_graph()
    policies = {graph.get(key).backfill_policy for key in [*KEYS, *ACROSS]}
    assert policies == {dg.BackfillPolicy.multi_run(max_partitions_per_run=31)}


def test_the_nightly_job_runs_all_assets_by_day():
    job = defs.resolve_job_def("nightly")
    assert set(job.asset_layer.executable_asset_keys) == {*KEYS, *ACROSS}
    assert isinstance(job.partitions_def, dg.DailyPartitionsDefinition)


@pytest.mark.parametrize(
    ("tick", "partition"),
    [
        (datetime(2024, 3, 31, 3, 30, tzinfo=PARIS), "2024-03-30"),
        (datetime(2024, 4, 1, 3, 30, tzinfo=PARIS), "2024-03-31"),
        (datetime(2024, 10, 27, 3, 30, tzinfo=PARIS), "2024-10-26"),
        (datetime(2024, 10, 28, 3, 30, tzinfo=PARIS), "2024-10-27"),
    ],
)
def test_a_night_runs_the_day_that_ended_also_when_clocks_change(tick, partition):
    schedule = defs.resolve_schedule_def("nightly_schedule")
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=tick,
            repository_def=defs.get_repository_def(),
        )
        requests = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in requests or []] == [partition]


def test_the_schedules_start_by_themselves_after_the_missing_hour():
    for name in ("nightly_schedule", "retention_schedule", "erasure_schedule"):
        schedule = defs.resolve_schedule_def(name)
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
        assert int(str(schedule.cron_schedule).split()[1]) >= 3


def test_the_days_of_the_partitions_are_paris_days():
    partitions = daily_partitions(date(2024, 3, 30))
    window = partitions.time_window_for_partition_key("2024-03-31")
    assert window.end.timestamp() - window.start.timestamp() == 23 * 3600
