"""A range of days, in chunks, by two processes: one decodes while PostgreSQL serves the other."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from math import ceil
from queue import Empty

import dagster as dg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange, even_ranges
from snu_analytics.errors import SnuError, SourceError, WarehouseError, WarehouseUnavailable
from snu_analytics.orchestration.check_warnings import CheckWarning
from snu_analytics.orchestration.concurrency import make_pools
from snu_analytics.orchestration.runs import Outcome, open_instance, run_days
from snu_analytics.settings import read_settings
from snu_analytics.source import open_source

# Two keep both cores busy (PostgreSQL is the third party).
PROCESSES = 2

# Histories that several chunks touch are read by each of them: of two years, chunks of 31 days read
# everything 3.8 times, six chunks 2.2 times. A process takes 0.15 GB and 2.7 kB for each patch of
# its chunk: 0.43 GB for 107,000, however long the history is.
_PATCHES_AT_ONCE = 110_000

# The cost of a day without patches, in patches.
_DAY_COST = 40

# Loaded once, for all processes: 2 s each otherwise. Nothing of it starts a thread.
_PRELOADED = ("dagster_postgres", "snu_analytics.orchestration.entities")

# What an interrupted run may take to end by itself (seconds): it is within one COPY, most often.
_GRACE = 10


@dataclass(frozen=True)
class Done:
    """A chunk of days that ended: the faults of those that failed, and the warnings of checks."""

    days: DayRange
    failed: dict[date, str]
    warnings: tuple[CheckWarning, ...]


def backfill(
    days: DayRange, definitions: Callable[[], dg.Definitions], entity: str | None = None
) -> Iterator[Done]:
    """Materialise the days; yields each chunk as it ends, in no certain order.

    `definitions` makes the definitions in each process, and is imported there by its name. Nothing
    is published: that needs weeks and months, so it comes after, for the whole range. A chunk that
    fails is repeated in halves, so that only the days at fault fail. The environment must be that
    of `runs.prepare_home`. Raises WarehouseError when the processes or Dagster's storage end early.
    """
    # Where this process is ended by a signal others take its semaphores away, and need not say so.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, definitions.__module__, *_PRELOADED])
    tasks, results, stopping = context.Queue(), context.Queue(), context.Event()
    os.environ["POLARS_MAX_THREADS"] = str(max(1, (os.cpu_count() or 1) // PROCESSES))
    with open_instance() as instance:  # makes Dagster's tables, where there are none, but once
        make_pools(instance)
    environment = dict(os.environ)  # that of the fork server may be older
    workers = [
        context.Process(
            target=_work,
            args=(environment, tasks, results, stopping, definitions, entity),
            daemon=False,
        )
        for _ in range(min(PROCESSES, len(days)))
    ]
    # Ctrl-C is for this process to pass on: each other one would print its own traceback.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    for worker in workers:
        worker.start()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        chunks = work_chunks(days, entity)  # while the workers start: a dump is indexed
        for task in (*chunks, *(None for _ in workers)):
            tasks.put(task)
        for _ in chunks:
            yield _next(results, workers)
    except BaseException:
        stopping.set()
        for worker in workers:
            worker.terminate()
        raise
    finally:
        for worker in workers:
            worker.join(_GRACE if stopping.is_set() else None)
            worker.kill()
            worker.join()
        if stopping.is_set():
            with open_instance():  # ends the runs of those that were killed
                pass


def chunks_of(days: DayRange, patches: Mapping[date, float]) -> list[DayRange]:
    """The days in chunks of like numbers of patches, as many for each of the processes."""
    weights = [_DAY_COST + patches.get(day, 0) for day in days]
    rounds = ceil(sum(weights) / _PATCHES_AT_ONCE / PROCESSES)
    return even_ranges(days, weights, rounds * PROCESSES)


def work_chunks(days: DayRange, entity: str | None) -> list[DayRange]:
    """The chunks of a backfill of one entity or all, by the patches that the source has of them."""
    settings, entities = read_settings(), load_catalogue().entities
    counts: dict[date, float] = {}
    # What is wrong with the source is told by the runs, as a fault of their days.
    with suppress(SourceError), closing(open_source(settings.source_url, settings.home)) as source:
        for name in [entity] if entity else entities:
            for day, patches in source.patch_counts(entities[name], days).items():
                counts[day] = counts.get(day, 0) + patches
    return chunks_of(days, counts)


def _next(results, workers) -> Done:
    while True:
        try:
            result = results.get(timeout=1)
        except Empty:
            if not any(worker.is_alive() for worker in workers) and results.empty():
                raise WarehouseError(
                    "the processes of the backfill ended early (killed, or out of memory): run the "
                    "same command again, days that are done are only replaced"
                ) from None
            continue
        if isinstance(result, SnuError):
            raise result
        return result


def _work(
    environment: Mapping[str, str],
    tasks,
    results,
    stopping,
    definitions: Callable[[], dg.Definitions],
    entity: str | None,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    # An announcement per asset in place of one per asset and day. The days of a chunk that fails
    # are not marked by it, but by the runs that repeat them.
    os.environ["DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS"] = "1"
    try:
        defs = definitions()
        with open_instance() as instance:
            while (chunk := tasks.get()) is not None and not stopping.is_set():

                def run(days: DayRange) -> Outcome:
                    return run_days(instance, defs, days, entity, published=False)

                results.put(_materialised(chunk, run, stopping))
    except SnuError as fault:
        results.put(fault)
    except Exception as fault:
        # Dagster's own storage failing in the middle of a run; its message may hold an address.
        results.put(
            WarehouseUnavailable(
                f"Dagster's storage (SNU_DAGSTER_URL) went away ({type(fault).__name__}): "
                "days that are done stand, run the same command again"
            )
        )


def _materialised(chunk: DayRange, run: Callable[[DayRange], Outcome], stopping) -> Done:
    """Run the chunk; where it failed, and not for the network, its halves, down to single days."""
    outcome = run(chunk)
    if not outcome.faults:
        return Done(chunk, {}, outcome.warnings)
    if len(chunk) == 1 or outcome.unreachable:
        return Done(chunk, dict.fromkeys(chunk, outcome.faults[0]), outcome.warnings)
    if stopping.is_set():
        return Done(chunk, {}, ())
    first, second = (_materialised(half, run, stopping) for half in even_ranges(chunk, [], 2))
    return Done(chunk, first.failed | second.failed, first.warnings + second.warnings)
