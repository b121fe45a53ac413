"""A range of days, in chunks, by two processes: one decodes while PostgreSQL serves the other."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from queue import Empty

import dagster as dg

from snu_analytics.days import DayRange
from snu_analytics.errors import SnuError, WarehouseError, WarehouseUnavailable
from snu_analytics.orchestration.check_warnings import CheckWarning
from snu_analytics.orchestration.concurrency import make_pools
from snu_analytics.orchestration.partitions import DAYS_PER_RUN
from snu_analytics.orchestration.runs import Outcome, open_instance, run_days

# Two keep both cores busy (PostgreSQL is the third party); each holds up to 0.5 GB.
PROCESSES = 2

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
    fails is repeated day by day, so that only the days at fault fail. The environment must be that
    of `runs.prepare_home`. Raises WarehouseError when the processes or Dagster's storage end early.
    """
    chunks = list(days.chunks(DAYS_PER_RUN))
    # Where this process is ended by a signal others take its semaphores away, and need not say so.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
    context = multiprocessing.get_context("spawn")
    tasks, results, stopping = context.Queue(), context.Queue(), context.Event()
    for chunk in chunks:
        tasks.put(chunk)
    os.environ["POLARS_MAX_THREADS"] = str(max(1, (os.cpu_count() or 1) // PROCESSES))
    with open_instance() as instance:  # makes Dagster's tables, where there are none, but once
        make_pools(instance)
    workers = [
        context.Process(
            target=_work, args=(tasks, results, stopping, definitions, entity), daemon=False
        )
        for _ in range(min(PROCESSES, len(chunks)))
    ]
    # Ctrl-C is for this process to pass on: each other one would print its own traceback.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    for worker in workers:
        tasks.put(None)
        worker.start()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
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
    tasks, results, stopping, definitions: Callable[[], dg.Definitions], entity: str | None
) -> None:
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
    """Run the chunk; where it failed, and not for the network, its days one by one."""
    outcome = run(chunk)
    if not outcome.faults:
        return Done(chunk, {}, outcome.warnings)
    if len(chunk) == 1 or outcome.unreachable:
        return Done(chunk, dict.fromkeys(chunk, outcome.faults[0]), outcome.warnings)
    failed: dict[date, str] = {}
    warnings: list[CheckWarning] = []
    for day in () if stopping.is_set() else chunk:
        alone = run(DayRange(day, day))
        warnings += alone.warnings
        if alone.faults:
            failed[day] = alone.faults[0]
    return Done(chunk, failed, tuple(warnings))
