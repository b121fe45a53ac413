"""What follows on the chunks of a queued backfill, as the daemon left its runs."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import pytest

from snu_analytics.days import DayRange
from snu_analytics.orchestration.queued_backfills import (
    Progress,
    by_backfill,
    following,
    progress_of,
)
from snu_analytics.orchestration.run_queue import (
    BACKFILL,
    CHUNK,
    DAY,
    ENTITY,
    FIGURES,
    STAGE,
    days_of_run,
    range_tags,
)

JANUARY = DayRange(date(2024, 1, 1), date(2024, 1, 31))
FEBRUARY = DayRange(date(2024, 2, 1), date(2024, 2, 2))
POOL = dg.AssetKey(["figures", "pool"])
YOUNG = dg.AssetKey(["young", "raw_patches"])

SUCCESS, FAILURE, STARTED = (
    dg.DagsterRunStatus[name] for name in ("SUCCESS", "FAILURE", "STARTED")
)


def run(days: DayRange, status: dg.DagsterRunStatus, stage: str = CHUNK, **tags: str):
    return dg.DagsterRun(
        job_name="nightly",
        run_id=f"{stage} {days.first}",
        status=status,
        tags={BACKFILL: "b", STAGE: stage, **range_tags(days), **tags},
        asset_selection=frozenset([YOUNG]),
    )


def day(number: int, status: dg.DagsterRunStatus):
    days = DayRange(date(2024, 2, number), date(2024, 2, number))
    return run(days, status, DAY)


def ended(*runs: dg.DagsterRun) -> Progress:
    """The progress of a backfill whose runs have all ended."""
    progress = progress_of(runs)
    assert progress
    return progress


def asked(*runs: dg.DagsterRun, months: Sequence[date] = ()) -> list[str] | None:
    """The keys of the runs that follow; None when it is too early."""
    progress = progress_of(runs)
    if progress is None:
        return None
    return [str(request.run_key) for request in following(progress, [POOL], lambda _: months)]


def test_nothing_follows_while_a_chunk_runs():
    assert asked(run(JANUARY, SUCCESS), run(FEBRUARY, STARTED)) is None


def test_nothing_follows_on_a_dead_run_that_the_daemon_is_about_to_repeat():
    dead = run(FEBRUARY, FAILURE, **{"dagster/will_retry": "true"})
    assert asked(run(JANUARY, SUCCESS), dead) is None


def test_figures_of_all_days_follow_on_the_chunks_in_one_run():
    assert asked(run(JANUARY, SUCCESS), run(FEBRUARY, SUCCESS)) == ["b figures 2024-01-01"]


def test_a_repeated_run_stands_for_the_dead_one():
    dead = run(
        FEBRUARY, FAILURE, **{"dagster/will_retry": "true", "dagster/auto_retry_run_id": "r"}
    )
    runs = [run(JANUARY, SUCCESS), dead, run(FEBRUARY, SUCCESS)]
    assert asked(*runs) == ["b figures 2024-01-01"]


def test_the_days_of_a_failed_chunk_run_alone_on_its_assets():
    progress = ended(run(JANUARY, SUCCESS), run(FEBRUARY, FAILURE))
    requests = list(following(progress, [POOL], lambda _: []))
    assert [request.run_key for request in requests] == ["b 2024-02-01", "b 2024-02-02"]
    assert [request.asset_selection for request in requests] == [(YOUNG,), (YOUNG,)]
    assert requests[0].tags[STAGE] == DAY


def test_a_day_that_failed_alone_is_left_out_of_the_figures():
    runs = [run(JANUARY, SUCCESS), run(FEBRUARY, FAILURE), day(1, FAILURE), day(2, SUCCESS)]
    assert asked(*runs) == ["b figures 2024-01-01", "b figures 2024-02-02"]


def test_months_follow_on_the_figures_the_earlier_first():
    progress = ended(run(JANUARY, SUCCESS), run(JANUARY, SUCCESS, FIGURES))
    months = [date(2023, 12, 1), date(2024, 1, 1)]
    requests = list(following(progress, [POOL], lambda _: months))
    assert [(r.partition_key, r.tags["dagster/priority"]) for r in requests] == [
        ("2023-12-01", "0"),
        ("2024-01-01", "-1"),
    ]


@pytest.mark.parametrize(
    ("runs", "last"),
    [
        ([run(JANUARY, SUCCESS)], False),
        ([run(JANUARY, FAILURE)], False),
        ([run(JANUARY, SUCCESS), run(JANUARY, SUCCESS, FIGURES)], True),
        ([run(JANUARY, SUCCESS, **{ENTITY: "young"})], True),
        ([run(JANUARY, dg.DagsterRunStatus.CANCELED)], True),
    ],
)
def test_a_backfill_is_over_when_nothing_follows_on_what_follows(runs, last):
    assert ended(*runs).is_last is last


def test_of_one_entity_no_figures_across_entities_follow():
    assert asked(run(JANUARY, SUCCESS, **{ENTITY: "young"})) == []


def test_backfills_are_told_apart():
    other = run(FEBRUARY, SUCCESS, **{BACKFILL: "c"})
    grouped = by_backfill([run(JANUARY, SUCCESS), other])
    assert {name: [days_of_run(r) for r in runs] for name, runs in grouped.items()} == {
        "b": [JANUARY],
        "c": [FEBRUARY],
    }
