"""Runs of the nightly job inside this process, recorded in Dagster's instance like any other."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import dagster as dg

from snu_analytics.days import DayRange
from snu_analytics.errors import SettingsError, WarehouseError
from snu_analytics.orchestration.check_warnings import CheckWarning, check_warning
from snu_analytics.orchestration.jobs import AUDIT, CLOSING, NIGHTLY
from snu_analytics.orchestration.partitions import range_tags
from snu_analytics.orchestration.pool import POOL
from snu_analytics.orchestration.processes import PROCESS, is_gone, this_process
from snu_analytics.orchestration.published import TOTALS
from snu_analytics.settings import Settings

_CONFIG_FILE = "dagster.yaml"

# Names the code location, by which a daemon finds the code of a queued run.
WORKSPACE_FILE = "workspace.yaml"

_LIVING = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

# Nothing of a run on the console of its process: the events are in Dagster.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Outcome:
    """How a run ended: no faults when it is good.

    `faults` holds one sentence per failed step, `warnings` the checks that failed and block
    nothing; `unreachable` is set when the network was at fault.
    """

    run_id: str
    faults: tuple[str, ...]
    warnings: tuple[CheckWarning, ...]
    unreachable: bool

    @property
    def ok(self) -> bool:
        return not self.faults


def prepare_home(settings: Settings) -> Path:
    """DAGSTER_HOME: that of the environment, else a folder of SNU_HOME with the project's file.

    Raises SettingsError when there is no dagster.yaml to take.
    """
    if folder := os.environ.get("DAGSTER_HOME"):
        return Path(folder)
    places = (Path.cwd() / _CONFIG_FILE, Path(__file__).parents[2] / _CONFIG_FILE)
    config = next(filter(Path.exists, places), None)
    if config is None:
        raise SettingsError(
            f"there is no {_CONFIG_FILE} here: go to the project's folder, or set DAGSTER_HOME to "
            "the folder that holds it"
        )
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(config, home / _CONFIG_FILE)
    if (workspace := config.with_name(WORKSPACE_FILE)).exists():
        shutil.copyfile(workspace, home / WORKSPACE_FILE)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """The instance of DAGSTER_HOME.

    Raises WarehouseError when its storage does not answer.
    """
    try:
        instance = dg.DagsterInstance.get()
    except Exception as fault:
        raise WarehouseError(
            "Dagster's storage (SNU_DAGSTER_URL) cannot be used "
            f"({type(fault).__name__}): run `snu-analytics migrate`, then `snu-analytics doctor`"
        ) from None
    with instance:
        end_orphans(instance)
        yield instance


def end_orphans(instance: dg.DagsterInstance) -> None:
    """End as failed the runs whose process on this machine is gone, and free their pools.

    Killed, they stood as started for ever, and the next run waited for their places in the pools
    without a word.
    """
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_LIVING)):
        if is_gone(run, instance):
            instance.report_run_failed(run, "the process that ran it is gone")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


# The key prefixes of assets that look at other days, or at several entities.
ACROSS = (POOL.path[0], TOTALS.path[0])


class _Partition(NamedTuple):
    """The key of a partition, or the tags of a range of them."""

    key: str | None
    tags: dict[str, str]


def run_days(
    instance: dg.DagsterInstance,
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

    def selected(key: dg.AssetKey) -> bool:
        prefix = key.path[0]
        return prefix == entity if entity else published or prefix not in ACROSS

    return _run(instance, definitions, NIGHTLY, selected, _partition(days), retries)


def run_figures(
    instance: dg.DagsterInstance, definitions: dg.Definitions, days: DayRange
) -> Outcome:
    """Make the figures of the days that look at other days or at several entities, in one run."""
    return _run(instance, definitions, NIGHTLY, _of(POOL), _partition(days))


def run_totals(
    instance: dg.DagsterInstance, definitions: dg.Definitions, days: DayRange
) -> Outcome:
    """Publish the national totals of the days in one run."""
    return _run(instance, definitions, NIGHTLY, _of(TOTALS), _partition(days))


def run_closing(instance: dg.DagsterInstance, definitions: dg.Definitions, month: date) -> Outcome:
    """Close the month that begins with that day in one run."""
    partition = _Partition(month.isoformat(), {})
    return _run(instance, definitions, CLOSING, lambda _: True, partition)


def run_audit(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    month: date,
    entity: str | None = None,
) -> Outcome:
    """Audit the month that begins with that day in one run, all entities or one."""
    return _run(
        instance,
        definitions,
        AUDIT,
        lambda asset: entity in (None, asset.path[1]),
        _Partition(month.isoformat(), {}),
    )


def _of(like: dg.AssetKey) -> Callable[[dg.AssetKey], bool]:
    """Whether an asset's key begins as that one's."""
    return lambda key: key.path[0] == like.path[0]


def _partition(days: DayRange) -> _Partition:
    if len(days) == 1:
        return _Partition(days.first.isoformat(), {})
    return _Partition(None, range_tags(days))


def _run(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    name: str,
    selected: Callable[[dg.AssetKey], bool],
    partition: _Partition,
    retries: bool = False,
) -> Outcome:
    job = definitions.resolve_job_def(name)
    keys = set(filter(selected, job.asset_layer.executable_asset_keys))
    # The job's own checks: left unsaid, all checks of these assets would run, those of `watch` too.
    checks = {key for key in job.asset_layer.asset_graph.asset_check_keys if key.asset_key in keys}
    subset = job.get_subset(asset_selection=keys, asset_check_selection=checks)
    result = subset.execute_in_process(
        instance=instance,
        partition_key=partition.key,
        tags={**partition.tags, PROCESS: this_process()},
        raise_on_error=False,
        run_config={
            "execution": {"config": {"retries": {"enabled" if retries else "disabled": {}}}},
            **QUIET,
        },
    )
    return _outcome(result)


def _outcome(result: dg.ExecuteInProcessResult) -> Outcome:
    faults, unreachable = [], False
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data.user_failure_data
            error = event.step_failure_data.error
            message = failure.description if failure else (error.message if error else "failed")
            faults.append(f"{event.step_key}: {(message or '').strip()}")
            unreachable |= bool(failure and "unreachable" in failure.metadata)
    if not result.success and not faults:
        # Without a step to blame: Dagster's storage failed. Its words may hold an address.
        kinds = {
            event.job_failure_data.error.cls_name
            for event in result.all_events
            if event.is_job_failure and event.job_failure_data.error
        }
        faults.append(
            f"the run ended early ({', '.join(sorted(filter(None, kinds))) or 'no reason given'}): "
            "see its page in Dagster, then run the days again"
        )
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    return Outcome(result.run_id, tuple(faults), tuple(map(check_warning, failed)), unreachable)
