"""What Dagster loads: assets, partitions, jobs, schedules."""

import os
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from snu_analytics.definitions import build_defs, defs
from snu_analytics.orchestration.partitions import daily_partitions
from snu_analytics.orchestration.resources import SourceResource
from snu_analytics.settings import ensure_key, read_settings
from snu_analytics_tests.fixtures.histories import add, patch, write_dump

PARIS = ZoneInfo("Europe/Paris")
STEPS = ("raw_patches", "user_snapshots", "anonymized_events", "daily_aggregates")
ENTITIES = ("young", "application", "mission", "structure", "classe", "mission_equivalence")
KEYS = [dg.AssetKey([entity, step]) for entity in ENTITIES for step in STEPS]
TOTALS = dg.AssetKey(["published", "daily_total"])
BREAKDOWNS = dg.AssetKey(["published", "breakdowns"])
ALONE = [dg.AssetKey(["risk", "report"]), dg.AssetKey(["watch", "night"])]
REPORTS = [dg.AssetKey(["report", "daily"]), dg.AssetKey(["report", "monthly"])]
ACROSS = [
    *(dg.AssetKey(["figures", name]) for name in ("flows", "pool", "objectives", "projections")),
    TOTALS,
]


def specs() -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def test_each_entity_has_its_four_assets_and_its_audit():
    audits = {dg.AssetKey(["audit", entity]) for entity in ENTITIES}
    assert set(specs()) == {*KEYS, *audits, *ALONE, *ACROSS, BREAKDOWNS, *REPORTS}


@pytest.mark.parametrize("key", [*KEYS, *ACROSS], ids=lambda k: k.to_user_string())
def test_an_asset_says_what_it_is_and_whose(key):
    spec = specs()[key]
    assert spec.description
    assert spec.kinds
    assert spec.owners
    assert spec.code_version
    assert spec.group_name == key.path[0]


def test_assets_of_a_group_have_the_same_partitions():
    partitions = defaultdict(set)
    for spec in specs().values():
        partitions[spec.group_name].add(spec.partitions_def)
    assert {name for name, definitions in partitions.items() if len(definitions) > 1} == set()


def test_months_are_closed_in_a_job_and_a_group_of_their_own():
    job = defs.resolve_job_def("closing")
    assert set(job.asset_layer.executable_asset_keys) == {BREAKDOWNS}
    assert isinstance(job.partitions_def, dg.MonthlyPartitionsDefinition)
    assert specs()[BREAKDOWNS].group_name == "closing"


@pytest.mark.parametrize("selection", ["key:young/*", "group:young"])
def test_a_selection_of_an_entity_is_its_four_steps(selection):
    keys = dg.AssetSelection.from_string(selection).resolve(defs.resolve_asset_graph())
    assert keys == {dg.AssetKey(["young", step]) for step in STEPS}


def dagster(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dagster", *arguments, "-m", "snu_analytics.definitions"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_dagsters_own_command_materialises_an_entity_for_a_day(instance, settings):
    patches = [patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))]
    write_dump(Path(settings.source_url.removeprefix("bson://")), young_patches=patches)
    partition = ("--partition", "2024-03-01")
    run = dagster("asset", "materialize", "--select", "key:young/*", *partition)
    assert run.returncode == 0, run.stderr[-2000:]
    for step in STEPS:
        materialised = instance.get_materialized_partitions(dg.AssetKey(["young", step]))
        assert materialised == {"2024-03-01"}


def in_a_process_of_its_own(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_importing_the_definitions_leaves_the_environment_as_it_is():
    printed = in_a_process_of_its_own(
        "import os; before = dict(os.environ); import snu_analytics.definitions; "
        "changed = {*os.environ.items()} ^ {*before.items()}; "
        "print([name for name, _ in changed if name.startswith(('SNU_', 'DAGSTER_'))])"
    )
    assert printed.strip() == "[]"


def test_importing_the_definitions_does_not_open_the_key_file():
    ensure_key(Path(os.environ["SNU_HOME"]))
    printed = in_a_process_of_its_own(
        "import sys; opened = []; "
        "sys.addaudithook(lambda e, a: opened.append(str(a[0])) if e == 'open' else None); "
        "import snu_analytics.definitions; print([p for p in opened if 'pseudonym.key' in p])"
    )
    assert printed.strip() == "[]"


def test_resources_are_overridden_by_argument():
    source = SourceResource("bson:///elsewhere", Path("home"))
    built = build_defs(read_settings(), source=source)
    assert built.resources is not None
    assert built.resources["source"] is source
    assert set(built.resources) == {"source", "warehouse", "pipeline"}


def test_no_resource_shows_the_address_of_a_database(monkeypatch):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", "postgresql://loader:hunter22@db/snu")
    built = build_defs(read_settings())
    assert "hunter22" not in repr(built.resources)
    job = built.resolve_job_def("nightly")
    assert "hunter22" not in dg.serialize_value(job.get_job_snapshot())


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
    for name in ("nightly_schedule", "retention_schedule", "erasure_schedule", "closing_schedule"):
        schedule = defs.resolve_schedule_def(name)
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
        assert int(str(schedule.cron_schedule).split()[1]) >= 3


def test_schedules_and_sensors_stand_still_where_they_are_not_armed(monkeypatch):
    monkeypatch.setenv("SNU_SCHEDULES", "stopped")
    unarmed = build_defs(read_settings())
    scheduled = {schedule.default_status for schedule in unarmed.schedules or ()}
    assert scheduled == {dg.DefaultScheduleStatus.STOPPED}
    running = {s.name for s in unarmed.sensors or () if s.default_status.value == "RUNNING"}
    assert running == {"queued_backfills"}  # goes on with what a person asked for


def test_the_days_of_the_partitions_are_paris_days():
    partitions = daily_partitions(date(2024, 3, 30))
    window = partitions.time_window_for_partition_key("2024-03-31")
    assert window.end.timestamp() - window.start.timestamp() == 23 * 3600
