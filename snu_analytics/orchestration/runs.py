"""Runs of the nightly job inside this process, recorded in Dagster's instance like any other."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import psutil
from dagster._core.instance import DagsterInstance
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
)

from snu_analytics.days import DayRange
from snu_analytics.errors import SettingsError, WarehouseError
from snu_analytics.orchestration.audits import AUDIT_JOB
from snu_analytics.orchestration.check_warnings import CheckWarning, check_warning
from snu_analytics.orchestration.jobs import NIGHTLY
from snu_analytics.orchestration.published import DAYS_ALONE, PUBLISHED
from snu_analytics.settings import Settings

_CONFIG_FILE = "dagster.yaml"

# Host, id and beginning of the process that a run by hand lives in.
_PROCESS = "snu/process"
_LIVING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]

# Dagster writes its events one by one; in batches a materialisation costs half.
_EVENT_BATCH = "200"


@dataclass(frozen=True)
class Outcome:
    """How a run ended: no faults when it is good.

    `faults` holds one sentence per failed step, `warnings` the checks that failed and block
    nothing; `unreachable` tells that the network was at fault.
    """

    run_id: str
    faults: tuple[str, ...]
    warnings: tuple[CheckWarning, ...]
    unreachable: bool

    @property
    def ok(self) -> bool:
        return not self.faults


def prepare_home(settings: Settings) -> Path:
    """DAGSTER_HOME: what the environment says, else a folder of SNU_HOME with the project's file.

    Raises SettingsError when there is no dagster.yaml to take.
    """
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", _EVENT_BATCH)
    if told := os.environ.get("DAGSTER_HOME"):
        return Path(told)
    places = (Path.cwd(), Path(__file__).parents[2])
    found = next((p / _CONFIG_FILE for p in places if (p / _CONFIG_FILE).exists()), None)
    if found is None:
        raise SettingsError(
            f"there is no {_CONFIG_FILE} here: go to the project's folder, or set DAGSTER_HOME to "
            "the folder that holds it"
        )
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(found, home / _CONFIG_FILE)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def open_instance() -> Iterator[DagsterInstance]:
    """The instance of DAGSTER_HOME, its connections kept open between events.

    Raises WarehouseError when its storage does not answer.
    """
    try:
        instance = DagsterInstance.get()
        # Without a pool dagster-postgres opens a connection per event: a third of a run's cost.
        instance.optimize_for_webserver(
            statement_timeout=60_000, pool_recycle=3_600, max_overflow=5
        )
    except Exception as fault:
        raise WarehouseError(
            "Dagster's storage (SNU_DAGSTER_URL) cannot be used "
            f"({type(fault).__name__}): run `snu-analytics migrate`, then `snu-analytics doctor`"
        ) from None
    with instance:
        end_orphans(instance)
        yield instance


def end_orphans(instance: DagsterInstance) -> None:
    """Tell runs by hand whose process on this machine is gone as failed, and free what they held.

    Killed, they stood as started for ever, and the next run waited for their places in the pools
    without a word.
    """
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_LIVING)):
        if _is_gone(run.tags.get(_PROCESS, "")):
            instance.report_run_failed(run, "the process that ran it is gone")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def this_process() -> str:
    """Host, id and beginning (seconds) of this process."""
    process = psutil.Process()
    return f"{socket.gethostname()} {process.pid} {process.create_time():.0f}"


def _is_gone(told: str) -> bool:
    host, _, process = told.partition(" ")
    if host != socket.gethostname():
        return False
    number, began = map(int, process.split())
    try:
        return abs(psutil.Process(number).create_time() - began) > 1
    except psutil.NoSuchProcess:
        return True


# The groups of assets that look at other days, or at several entities.
_ACROSS = ("figures", PUBLISHED.path[0])


def run_days(
    instance: DagsterInstance,
    definitions: dg.Definitions,
    days: DayRange,
    entity: str | None = None,
    *,
    published: bool = True,
    retries: bool = True,
) -> Outcome:
    """Materialise the days in one run, all entities or one.

    Of one entity nothing is published, nor are figures made that look at other days or entities:
    these may be older.
    """

    def chosen(group: str) -> bool:
        return group == entity if entity else published or group not in _ACROSS

    return _run(instance, definitions, NIGHTLY, chosen, retries, *_partitions(days))


def run_publication(
    instance: DagsterInstance, definitions: dg.Definitions, days: DayRange, closing: bool = True
) -> Outcome:
    """Publish the days in one run, as they are loaded, and what they close.

    Without `closing` the figures across entities are made and days alone are published.
    """
    groups = (PUBLISHED.path[0],) if closing else _ACROSS
    partition, tags = _partitions(days)
    tags |= {} if closing else {DAYS_ALONE: "true"}
    return _run(
        instance, definitions, NIGHTLY, lambda group: group in groups, False, partition, tags
    )


def _partitions(days: DayRange) -> tuple[str | None, dict[str, str]]:
    """The partition key of a day, or the tags of a range."""
    if len(days) == 1:
        return days.first.isoformat(), {}
    return None, {
        ASSET_PARTITION_RANGE_START_TAG: days.first.isoformat(),
        ASSET_PARTITION_RANGE_END_TAG: days.last.isoformat(),
    }


def run_audit(
    instance: DagsterInstance, definitions: dg.Definitions, month: date, entity: str | None = None
) -> Outcome:
    """Audit the month that begins with that day in one run, all entities or one."""

    def chosen(group: str) -> bool:
        return group == (entity or group)

    return _run(instance, definitions, AUDIT_JOB, chosen, False, month.isoformat(), {})


def _run(
    instance: DagsterInstance,
    definitions: dg.Definitions,
    name: str,
    chosen: Callable[[str], bool],
    retries: bool,
    partition: str | None,
    tags: dict[str, str],
) -> Outcome:
    job = definitions.resolve_job_def(name)
    selection = [key for key in job.asset_layer.executable_asset_keys if chosen(key.path[0])]
    result = job.execute_in_process(
        instance=instance,
        partition_key=partition,
        tags={**tags, _PROCESS: this_process()},
        asset_selection=selection,
        raise_on_error=False,
        run_config={
            "execution": {"config": {"retries": {"enabled" if retries else "disabled": {}}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )
    return _outcome(result)


def _outcome(result: dg.ExecuteInProcessResult) -> Outcome:
    faults, unreachable = [], False
    for event in result.all_events:
        if event.is_step_failure:
            told = event.step_failure_data.user_failure_data
            error = event.step_failure_data.error
            message = told.description if told else (error.message if error else "failed")
            faults.append(f"{event.step_key}: {(message or '').strip()}")
            unreachable |= bool(told and "unreachable" in told.metadata)
    if not result.success and not faults:
        # Without a step to blame: Dagster's storage failed. Its words may hold an address.
        kinds = {
            event.job_failure_data.error.cls_name
            for event in result.all_events
            if event.is_job_failure and event.job_failure_data.error
        }
        faults.append(
            f"the run ended early ({', '.join(sorted(filter(None, kinds))) or 'no reason told'}): "
            "see its page in Dagster, then run the days again"
        )
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    return Outcome(result.run_id, tuple(faults), tuple(map(check_warning, failed)), unreachable)
