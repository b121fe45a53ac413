"""A backfill as runs in Dagster's queue: the run launcher of the instance decides where they run.

Every run of a queued backfill carries the tags BACKFILL, its id, and STAGE; what follows on the
chunks is asked for by the sensor of `queued_backfills.py`.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import dagster as dg

from snu_analytics.days import DayRange, parse_day
from snu_analytics.errors import SettingsError
from snu_analytics.orchestration.concurrency import make_pools
from snu_analytics.orchestration.dagster_internals import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    CodeLocation,
    JobSubsetSelector,
    ModuleTarget,
    WorkspaceFileTarget,
    WorkspaceProcessContext,
)
from snu_analytics.orchestration.jobs import NIGHTLY
from snu_analytics.orchestration.partitions import DAYS_PER_RUN, range_tags
from snu_analytics.orchestration.runs import ACROSS, QUIET, WORKSPACE_FILE

BACKFILL = "snu/backfill"
STAGE = "snu/stage"
ENTITY = "snu/entity"

# The stages of a queued backfill, in their order.
CHUNK, DAY, FIGURES, CLOSING = "chunk", "day", "figures", "closing"

# The code location of workspace.yaml, by which the daemon finds the code of a queued run.
_LOCATION = "snu_analytics"


@dataclass(frozen=True)
class QueuedBackfill:
    """A backfill that was submitted: the value of the tag BACKFILL, and its runs."""

    backfill_id: str
    run_ids: tuple[str, ...]


def days_of_run(run: dg.DagsterRun) -> DayRange:
    """The days of `range_tags`."""
    first, last = (
        parse_day(run.tags[tag])
        for tag in (ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG)
    )
    return DayRange(first, last)


def leaves_the_machine(launcher: object) -> bool:
    """Whether a run launcher may start a run on another machine."""
    return not isinstance(launcher, dg.DefaultRunLauncher)


def submit(instance: dg.DagsterInstance, days: DayRange, entity: str | None) -> QueuedBackfill:
    """The backfill of the days, of all entities or one, its chunks submitted to the queue.

    The daemon launches them as places become free. Raises SettingsError when the code location
    cannot be loaded.
    """
    backfill_id = f"{days.first}..{days.last} {uuid4().hex[:8]}"
    tags = {BACKFILL: backfill_id, STAGE: CHUNK, **({ENTITY: entity} if entity else {})}
    make_pools(instance)
    with WorkspaceProcessContext(
        instance, _load_target(), code_server_log_level="ERROR"
    ) as process, process.create_request_context() as workspace:  # fmt: skip
        location = _code_location(workspace)
        prepared = _Prepared(instance, location, entity)
        run_ids = []
        for chunk in days.chunks(DAYS_PER_RUN):
            run = prepared.create({**tags, **range_tags(chunk)})
            instance.submit_run(run.run_id, workspace)
            run_ids.append(run.run_id)
    return QueuedBackfill(backfill_id, tuple(run_ids))


def _load_target() -> WorkspaceFileTarget | ModuleTarget:
    """What the daemon loads: the workspace.yaml of DAGSTER_HOME, else the project's module."""
    workspace = Path(os.environ["DAGSTER_HOME"]) / WORKSPACE_FILE
    if workspace.exists():
        return WorkspaceFileTarget([str(workspace)])
    return ModuleTarget("snu_analytics.definitions", None, None, _LOCATION)


def _code_location(workspace) -> CodeLocation:
    if not workspace.has_code_location(_LOCATION):
        raise SettingsError(
            f"Dagster's code location `{_LOCATION}` cannot be loaded: name it so in "
            "workspace.yaml, and see `snu-analytics doctor`"
        )
    return workspace.get_code_location(_LOCATION)


class _Prepared:
    """The nightly job cut to the assets of a chunk: its plan, made once for all chunks."""

    def __init__(
        self, instance: dg.DagsterInstance, location: CodeLocation, entity: str | None
    ) -> None:
        (repository,) = location.get_repositories().values()
        keys = repository.get_asset_keys_in_job(NIGHTLY)
        self._instance = instance
        self._assets = repository.asset_graph
        self._selection = {
            key for key in keys if (key.path[0] == entity if entity else key.path[0] not in ACROSS)
        }
        self._job = location.get_job(
            JobSubsetSelector(
                location_name=location.name,
                repository_name=repository.name,
                job_name=NIGHTLY,
                op_selection=None,
                asset_selection=self._selection,
            )
        )
        self._plan = location.get_execution_plan(
            self._job, QUIET, step_keys_to_execute=None, known_state=None, instance=instance
        ).execution_plan_snapshot

    def create(self, tags: dict[str, str]) -> dg.DagsterRun:
        job = self._job
        return self._instance.create_run(
            job_name=NIGHTLY,
            run_id=None,
            run_config=QUIET,
            status=None,
            tags={**job.tags, **tags},
            root_run_id=None,
            parent_run_id=None,
            step_keys_to_execute=self._plan.step_keys_to_execute,
            execution_plan_snapshot=self._plan,
            job_snapshot=job.job_snapshot,
            parent_job_snapshot=job.parent_job_snapshot,
            asset_selection=frozenset(self._selection),
            asset_check_selection=None,
            resolved_op_selection=job.resolved_op_selection,
            op_selection=None,
            remote_job_origin=job.get_remote_origin(),
            job_code_origin=job.get_python_origin(),
            asset_graph=self._assets,
        )
