"""Chunks in the run queue of the instance, whose daemon is not there to take them."""

import dagster as dg

from snu_analytics.days import DayRange, parse_day
from snu_analytics.orchestration.run_queue import (
    BACKFILL,
    CHUNK,
    STAGE,
    days_of_run,
    leaves_the_machine,
    submit,
)

DAYS = DayRange(parse_day("2024-01-01"), parse_day("2024-02-03"))


def test_each_chunk_is_a_queued_run_of_the_assets_of_single_days(instance):
    queued = submit(instance, DAYS, None)
    runs = [instance.get_run_by_id(run_id) for run_id in queued.run_ids]
    assert [days_of_run(run) for run in runs] == list(DAYS.chunks(31))
    assert {run.status for run in runs} == {dg.DagsterRunStatus.QUEUED}
    assert {(run.tags[BACKFILL], run.tags[STAGE]) for run in runs} == {(queued.backfill_id, CHUNK)}
    prefixes = {key.path[0] for run in runs for key in run.asset_selection}
    assert {"young", "application"} <= prefixes
    assert prefixes.isdisjoint({"figures", "published"})


def test_the_default_launcher_stays_on_the_machine(instance):
    assert not leaves_the_machine(instance.run_launcher)
