"""Runs of the nightly job on Dagster's own PostgreSQL storage, as the commands start them."""

import os
import socket
import subprocess
from datetime import date
from pathlib import Path

import bson
import dagster as dg
import polars as pl
import psutil
import psycopg
import pytest

from snu_analytics.days import DayRange
from snu_analytics.orchestration.check_warnings import warning_sentences
from snu_analytics.orchestration.concurrency import WAREHOUSE, make_pools
from snu_analytics.orchestration.processes import this_process
from snu_analytics.orchestration.runs import end_orphans, run_days
from snu_analytics.pipeline import STEPS
from snu_analytics.settings import default_file
from snu_analytics.simulation import simulate, write_dump
from snu_analytics_tests.fixtures.histories import add, patch, replace
from snu_analytics_tests.fixtures.histories import write_dump as write_literal
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute

DAY = DayRange(date(2024, 3, 1), date(2024, 3, 1))
DAYS = DayRange(date(2024, 3, 1), date(2024, 3, 3))
HISTORY = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
    patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
]


@pytest.fixture
def dump(tmp_path) -> Path:
    return tmp_path / "dump"


@pytest.fixture
def defs(definitions, dump) -> dg.Definitions:
    return definitions(write_literal(dump, young_patches=HISTORY))


def test_a_day_is_one_run_with_a_materialisation_per_asset(instance, defs, warehouse_url):
    outcome = run_days(instance, defs, DAY)
    assert (outcome.faults, outcome.warnings) == ((), ())
    assert instance.get_run_by_id(outcome.run_id).is_success
    assert rows(warehouse_url, "SELECT event_name FROM analytics.young_event") == [
        ("inscription_created",)
    ]


def test_a_failed_run_shows_its_sentence_without_a_stack_and_no_check_that_never_ran(
    instance, defs, dump
):
    (dump / "young_patches.bson").unlink()
    outcome = run_days(instance, defs, DAY, "young", retries=False)
    assert "young_patches.bson" in outcome.faults[0]
    (failure,) = [
        record.event_log_entry.dagster_event.step_failure_data.error
        for record in instance.get_records_for_run(
            outcome.run_id, of_type=dg.DagsterEventType.STEP_FAILURE
        ).records
    ]
    assert "young_patches.bson" in failure.message
    assert (failure.stack, failure.cause) == ([], None)
    (ended,) = instance.get_records_for_run(
        outcome.run_id, of_type=dg.DagsterEventType.RUN_FAILURE
    ).records
    assert "site-packages" not in str(ended.event_log_entry.dagster_event)
    checks = [check.key for asset in defs.assets for check in asset.check_specs]
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    assert latest == {}


def test_a_range_is_one_run_whose_every_day_is_materialised(instance, defs, warehouse_url):
    assert run_days(instance, defs, DAYS, "young").ok
    for asset in defs.resolve_asset_graph().get_all_asset_keys():
        expected = {str(day) for day in DAYS} if asset.path[0] == "young" else set()
        assert instance.get_materialized_partitions(asset) == expected
    assert len(rows(warehouse_url, "SELECT FROM analytics.young_event")) == 2


def test_every_day_of_a_range_is_planned_for_each_of_its_assets(instance, defs):
    outcome = run_days(instance, defs, DAYS, "young")
    for step in STEPS:
        planned = instance.get_event_records(
            dg.EventRecordsFilter(
                dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
                asset_key=dg.AssetKey(["young", step]),
            )
        )
        assert {record.event_log_entry.run_id for record in planned} == {outcome.run_id}
        assert {record.partition_key for record in planned} == {str(day) for day in DAYS}


def test_metadata_hold_counts(instance, defs):
    run_days(instance, defs, DAYS, "young")
    graph = defs.resolve_asset_graph()
    (key,) = [k for k in graph.get_all_asset_keys() if k.path == ["young", "raw_patches"]]
    event = instance.get_latest_data_version_record(key, partition_key="2024-03-02")
    shown = event.event_log_entry.dagster_event.step_materialization_data.materialization.metadata
    assert {name: shown[name].value for name in ("patches", "documents", "quarantined")} == {
        "patches": 1,
        "documents": 1,
        "quarantined": 0,
    }


def test_a_fault_is_one_sentence_and_former_rows_stand(instance, defs, dump, warehouse_url):
    run_days(instance, defs, DAY)
    patches = dump / "young_patches.bson"
    patches.write_bytes(patches.read_bytes()[:-7])
    outcome = run_days(instance, defs, DAY, "young", retries=False)
    (fault,) = outcome.faults
    assert fault.startswith("young__raw_patches: ")
    assert "young_patches.bson" in fault
    assert "offset" in fault or "byte" in fault
    assert len(rows(warehouse_url, "SELECT FROM analytics.young_event")) == 1


def test_a_run_that_ends_without_a_failed_step_is_no_good_run(instance, defs, warehouse_url):
    assert run_days(instance, defs, DAY, "young").ok
    with psycopg.connect(warehouse_url) as connection:
        connection.execute("DROP TABLE dagster.concurrency_slots")
    outcome = run_days(instance, defs, DAY, "young")
    (fault,) = outcome.faults
    assert fault.startswith("the run ended early (")
    assert "psycopg2" not in fault


def test_each_pool_has_its_limit_before_the_first_run(instance):
    make_pools(instance)
    make_pools(instance)
    limits = instance.event_log_storage.get_pool_limits()
    assert {(limit.name, limit.limit) for limit in limits} == {("source", 2), ("warehouse", 2)}


@pytest.mark.parametrize(
    ("broken", "expected"),
    [(4, []), (5, ["young/raw_patches: check few_quarantined failed on 2024-03-01"])],
)
def test_some_defective_patches_of_few_fail_the_check_and_not_the_run(
    instance, definitions, tmp_path, broken, expected
):
    defective = [
        patch(f"2024-03-01T11:0{n}", {"op": "move", "path": "/status"}) for n in range(broken)
    ]
    defs = definitions(write_literal(tmp_path / "broken", young_patches=[*HISTORY, *defective]))
    outcome = run_days(instance, defs, DAY, "young")
    assert outcome.ok
    assert warning_sentences(outcome.warnings) == expected


def test_the_key_is_read_by_the_run_and_named_where_it_is_missing(instance, defs):
    default_file(Path(os.environ["SNU_HOME"])).unlink()
    outcome = run_days(instance, defs, DAY, "young", retries=False)
    assert "SNU_PSEUDONYM_KEY is not set" in outcome.faults[0]


IDENTIFYING = (
    *("firstName", "lastName", "email", "phone", "address", "city", "birthCity", "schoolName"),
    *("parent1FirstName", "parent1Email", "parent1Phone", "parent1Inscription2023Token"),
    *("tokenEmailValidation", "motivations", "youngEmail", "youngLastName"),
)


def identifying_strings(simulation) -> set[str]:
    """Whatever identifies somebody, in documents of the simulation."""
    strings: set[str] = set()
    for name in ("youngs", "applications"):
        for content in simulation.collections[name]:
            document = bson.decode(content)
            strings |= {str(document[f]) for f in IDENTIFYING if len(str(document.get(f, ""))) > 7}
            strings.add(str(document["_id"]))
    return strings


def everything_in(url: str) -> str:
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return "\n".join(
            line
            for schema, table in tables
            for (line,) in connection.execute(f'SELECT t::text FROM "{schema}"."{table}" t')
        )


def test_no_identifying_string_reaches_database_staging_or_logs(
    instance, definitions, warehouse_url, dump, capfd
):
    simulation = simulate(60, date(2024, 2, 1), date(2024, 4, 30), seed=11)
    write_dump(simulation, dump)
    defs = definitions(f"bson://{dump}")
    assert run_days(instance, defs, DayRange(date(2024, 2, 1), date(2024, 3, 2))).ok
    secrets = identifying_strings(simulation)
    assert len(secrets) > 300
    database = everything_in(warehouse_url)
    assert "inscription_created" in database
    assert [s for s in secrets if s in database] == []
    references = {s for s in secrets if len(s) == 24 and s.isalnum()}
    staging = Path(os.environ["SNU_STAGING_URL"])
    for file in staging.rglob("*.parquet"):
        held = pl.read_parquet(file).write_json()
        assert [s for s in secrets - references if s in held] == []
    home = Path(os.environ["DAGSTER_HOME"])
    logs = "".join(f.read_text(errors="replace") for f in home.rglob("*") if f.is_file())
    printed = capfd.readouterr()
    assert [s for s in secrets if s in logs + printed.out + printed.err] == []


@pytest.mark.parametrize(
    ("process", "status", "claimed"),
    [
        (f"{socket.gethostname()} 1 1", "FAILURE", 0),
        ("elsewhere 1 1", "STARTED", 1),
        (this_process(), "STARTED", 1),
    ],
    ids=["gone", "elsewhere", "living"],
)
def test_a_run_whose_process_is_gone_has_failed_and_holds_no_place(
    instance, process, status, claimed
):
    make_pools(instance)
    run = dg.DagsterRun(
        job_name="nightly", status=dg.DagsterRunStatus.STARTED, tags={"snu/process": process}
    )
    instance.add_run(run)
    instance.event_log_storage.claim_concurrency_slot(WAREHOUSE, run.run_id, "a_step")
    end_orphans(instance)
    assert instance.get_run_by_id(run.run_id).status.value == status
    held = instance.event_log_storage.get_concurrency_info(WAREHOUSE).claimed_slots
    assert len(held) == claimed


@pytest.fixture
def launched(instance):
    """Called with the words of a code server, a run that it started."""

    def made(message: str) -> dg.DagsterRun:
        tags = {".dagster/grpc_info": '{"host": "localhost"}'}
        run = dg.DagsterRun(job_name="nightly", status=dg.DagsterRunStatus.STARTED, tags=tags)
        instance.add_run(run)
        instance.report_engine_event(message, run)
        return run

    return made


def test_the_launcher_sees_that_the_process_of_a_run_lives(instance, launched):
    run = launched(f"Started process for run (pid: {os.getpid()}).")
    assert instance.run_launcher.check_run_worker_health(run).status.value == "RUNNING"


def test_the_launcher_sees_that_the_process_of_a_run_is_gone(instance, launched):
    ended = subprocess.Popen(["true"])
    ended.wait()
    run = launched(f"Started process for run (pid: {ended.pid}).")
    assert instance.run_launcher.check_run_worker_health(run).status.value == "FAILED"


def test_a_process_that_began_after_a_restart_is_not_the_run(instance, launched, warehouse_url):
    run = launched(f"Started process for run (pid: {os.getpid()}).")
    before = psutil.Process().create_time() - 86_400
    execute(
        warehouse_url,
        "UPDATE dagster.event_logs SET event = jsonb_set(event::jsonb, '{timestamp}', "
        f"to_jsonb({before}::float))::text",
    )
    assert instance.run_launcher.check_run_worker_health(run).status.value == "FAILED"


def test_a_run_that_has_not_said_its_process_yet_is_left_to_its_time_limit(instance, launched):
    run = launched("Executing steps in process")
    assert instance.run_launcher.check_run_worker_health(run).status.value == "RUNNING"
