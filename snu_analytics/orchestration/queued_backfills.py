"""What follows on the chunks of a queued backfill: a sensor, since the queue knows no order.

Chunks run in any order, on any machine. A chunk that failed is repeated day by day; then the
figures across entities and the national totals are made of all days that are loaded, in one run,
and then months are closed, the earlier first: as `snu-analytics backfill` does by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import dagster as dg
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, consecutive
from snu_analytics.orchestration import jobs
from snu_analytics.orchestration.dagster_internals import (
    AUTO_RETRY_RUN_ID_TAG,
    WILL_RETRY_TAG,
    UnresolvedAssetJobDefinition,
)
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.orchestration.run_queue import (
    BACKFILL,
    CHUNK,
    CLOSING,
    DAY,
    ENTITY,
    FIGURES,
    STAGE,
    days_of_run,
    range_tags,
)
from snu_analytics.orchestration.runs import QUIET
from snu_analytics.publication import months_to_close, months_to_revise

# A backfill whose last run ended longer ago is not looked at any more.
_REMEMBERED = timedelta(days=7)

_SECONDS = 5

_ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}

MonthsToClose = Callable[[Sequence[DayRange]], Sequence[date]]


def queued_backfills_sensor(
    nightly: UnresolvedAssetJobDefinition,
    closing: UnresolvedAssetJobDefinition,
    across: Sequence[dg.AssetKey],
    catalogue: Catalogue,
    threshold: int,
) -> dg.SensorDefinition:
    """The sensor that asks for what follows on the chunks; `across` are assets of all entities."""

    @dg.sensor(
        jobs=[nightly, closing],
        name="queued_backfills",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="After the chunks of `snu-analytics backfill --queue`: failed ones day by day, "
        "then figures across entities and national totals, then the months that are loaded whole.",
    )
    def queued(
        context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[WarehouseResource]
    ) -> Iterator[dg.RunRequest]:
        def months(ranges: Sequence[DayRange]) -> Sequence[date]:
            with as_dagster_failure(), warehouse.connect() as connection:
                return _months(ranges, catalogue, threshold, connection)

        over = set((context.cursor or "").splitlines())
        recent = dg.RunsFilter(
            tags={STAGE: [CHUNK, DAY, FIGURES]}, updated_after=datetime.now(UTC) - _REMEMBERED
        )
        backfills = by_backfill(context.instance.get_runs(recent))
        for backfill_id in backfills.keys() - over:
            progress = progress_of(backfills[backfill_id])
            if progress:
                yield from following(progress, across, months)
                if progress.is_last:
                    over.add(backfill_id)
        context.update_cursor("\n".join(sorted(over & backfills.keys())))

    return queued


def by_backfill(runs: Sequence[dg.DagsterRun]) -> dict[str, list[dg.DagsterRun]]:
    """The runs by the backfill they are of."""
    grouped: dict[str, list[dg.DagsterRun]] = defaultdict(list)
    for run in runs:
        grouped[run.tags[BACKFILL]].append(run)
    return grouped


@dataclass(frozen=True)
class Progress:
    """How far a backfill came whose runs have all ended.

    `tags` are what its runs share, `selection` the assets of its chunks; `to_repeat` are days that
    failed within a chunk and did not run alone yet.
    """

    tags: dict[str, str]
    selection: tuple[dg.AssetKey, ...]
    loaded: frozenset[date]
    to_repeat: frozenset[date]
    figures_ended: bool

    @property
    def is_last(self) -> bool:
        """Whether nothing follows on what follows now."""
        without_figures = ENTITY in self.tags or not self.loaded
        return not self.to_repeat and (self.figures_ended or without_figures)


def progress_of(runs: Sequence[dg.DagsterRun]) -> Progress | None:
    """How far the backfill of these runs came; None as long as one of them goes on.

    A run that the daemon repeats, its machine being lost, goes on.
    """
    if not all(map(_has_ended, runs)):
        return None
    days: dict[tuple[str, bool], set[date]] = defaultdict(set)
    for run in runs:
        days[run.tags[STAGE], run.is_success] |= set(days_of_run(run))
    loaded = days[CHUNK, True] | days[DAY, True]
    failed = set(chain.from_iterable(days_of_run(run) for run in runs if _failed_chunk(run)))
    (*_, any_chunk) = (run for run in runs if run.tags[STAGE] == CHUNK)
    return Progress(
        {tag: value for tag, value in any_chunk.tags.items() if tag in (BACKFILL, ENTITY)},
        tuple(sorted(any_chunk.asset_selection or ())),
        frozenset(loaded),
        frozenset(failed - loaded - days[DAY, False]),
        bool(days[FIGURES, True] | days[FIGURES, False]),
    )


def following(
    progress: Progress, across: Sequence[dg.AssetKey], months: MonthsToClose
) -> Iterator[dg.RunRequest]:
    """The runs to ask for next; asked for again they have the same key."""
    if progress.to_repeat:
        yield from _days_alone(progress)
    elif ENTITY not in progress.tags and progress.loaded:
        ranges = consecutive(progress.loaded)
        if progress.figures_ended:
            yield from _closings(months(ranges), progress.tags)
        else:
            yield from _figures(ranges, across, progress.tags)


def _has_ended(run: dg.DagsterRun) -> bool:
    repeated = run.tags.get(WILL_RETRY_TAG) == "true" and AUTO_RETRY_RUN_ID_TAG not in run.tags
    return run.status in _ENDED and not repeated


def _failed_chunk(run: dg.DagsterRun) -> bool:
    return (
        run.tags[STAGE] == CHUNK
        and run.status == dg.DagsterRunStatus.FAILURE
        and len(days_of_run(run)) > 1
    )


def _days_alone(progress: Progress) -> Iterator[dg.RunRequest]:
    for day in sorted(progress.to_repeat):
        yield dg.RunRequest(
            run_key=f"{progress.tags[BACKFILL]} {day}",
            job_name=jobs.NIGHTLY,
            run_config=QUIET,
            tags={**progress.tags, STAGE: DAY, **range_tags(DayRange(day, day))},
            asset_selection=progress.selection,
        )


def _figures(
    ranges: Sequence[DayRange], across: Sequence[dg.AssetKey], tags: dict[str, str]
) -> Iterator[dg.RunRequest]:
    for days in ranges:
        yield dg.RunRequest(
            run_key=f"{tags[BACKFILL]} {FIGURES} {days.first}",
            job_name=jobs.NIGHTLY,
            run_config=QUIET,
            tags={**tags, STAGE: FIGURES, **range_tags(days)},
            asset_selection=list(across),
        )


def _closings(months: Sequence[date], tags: dict[str, str]) -> Iterator[dg.RunRequest]:
    for place, month in enumerate(months):
        yield dg.RunRequest(
            run_key=f"{tags[BACKFILL]} {CLOSING} {month}",
            job_name=jobs.CLOSING,
            partition_key=month.isoformat(),
            run_config=QUIET,
            # The instance files admit one run of this stage at once; the earlier goes first.
            tags={**tags, STAGE: CLOSING, "dagster/priority": str(-place)},
        )


def _months(
    ranges: Sequence[DayRange],
    catalogue: Catalogue,
    threshold: int,
    connection: psycopg.Connection,
) -> list[date]:
    """The months of the days that can be closed or revised, in order."""
    return sorted(
        {
            month
            for days in ranges
            for month in (
                *months_to_close(catalogue, days, connection),
                *months_to_revise(catalogue, days, connection, threshold),
            )
        }
    )
