"""A queued backfill on two Celery workers, one of which is killed in mid-run.

Broker, daemon and workers are those of deploy/celery: real Redis, real processes.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from benchmarks.fingerprints import fingerprints
from snu_analytics.days import DayRange
from snu_analytics.orchestration.run_queue import days_of_run
from snu_analytics.settings import ensure_key
from snu_analytics.simulation import simulate, write_dump
from snu_analytics.warehouse import dagster_url
from snu_analytics_tests.fixtures.celery import celery_workers, why_not
from snu_analytics_tests.fixtures.postgres import DATABASE_RIGHTS, execute

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

DAYS = DayRange(date(2024, 1, 1), date(2024, 2, 29))
PATIENCE = 240  # seconds; all of it takes 40 on two free cores


@pytest.fixture
def env(tmp_path, warehouse_url) -> dict[str, str]:
    """The environment of the workers: a small history, and the test's own database."""
    write_dump(simulate(60, DAYS.first, DAYS.last, seed=7), tmp_path / "dump")
    return _environment(tmp_path, warehouse_url)


@pytest.fixture
def plain_env(tmp_path, postgres_server, migrated_template, env) -> Iterator[dict[str, str]]:
    """The same with another database, dropped after the test."""
    server = postgres_server.url("postgres")
    execute(server, f"CREATE DATABASE plain TEMPLATE {migrated_template}")
    execute(postgres_server.url("plain"), DATABASE_RIGHTS.format("plain"))
    yield {**env, **_environment(tmp_path, postgres_server.url("plain"))}
    execute(server, "DROP DATABASE plain WITH (FORCE)")


def _environment(folder: Path, url: str) -> dict[str, str]:
    home = folder / "home"
    ensure_key(home)
    return {
        **os.environ,
        "SNU_HOME": str(home),
        "SNU_SOURCE_URL": f"bson://{folder / 'dump'}",
        "SNU_WAREHOUSE_URL": url,
        "SNU_DAGSTER_URL": dagster_url(url),
        "SNU_START_DATE": str(DAYS.first),
        "SNU_SCHEDULES": "stopped",  # no run but those of the backfill
    }


def tables(env: dict[str, str]) -> dict[str, list[object]]:
    with psycopg.connect(env["SNU_WAREHOUSE_URL"]) as connection:
        return fingerprints(connection)


def test_a_killed_worker_costs_a_repeated_run_and_no_row(tmp_path, env, plain_env, monkeypatch):
    for name in ("DAGSTER_HOME", "SNU_CELERY_URL", "SNU_DAGSTER_URL"):
        monkeypatch.setenv(name, "")  # so that what the workers set is taken back
    with celery_workers(tmp_path / "workers", env) as workers:
        workers.wait_for_workers(PATIENCE)
        printed = workers.submit(DAYS)
        assert "whose daemon launches them: 2 runs of 60 days" in " ".join(printed.split())
        running = workers.wait("chunk", ["STARTED"], PATIENCE)[0]
        workers.kill_worker_of(running)
        runs = workers.wait_until_idle("closing", PATIENCE)
    failed = {run.run_id for run in runs if run.status.value == "FAILURE"}
    assert running.run_id in failed  # on a busy machine a living worker may be slow to answer, too
    well = [run for run in runs if run.status.value == "SUCCESS"]
    assert {run.tags["snu/stage"] for run in well} == {"chunk", "figures", "closing"}
    assert {days_of_run(run).first for run in well if run.tags["snu/stage"] == "chunk"} == {
        date(2024, 1, 1),
        date(2024, 2, 1),
    }
    subprocess.run(
        [sys.executable, "-m", "snu_analytics", "backfill", str(DAYS.first), str(DAYS.last)],
        env=plain_env,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert tables(env) == tables(plain_env)
