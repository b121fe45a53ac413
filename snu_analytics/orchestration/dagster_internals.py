"""The parts of Dagster that it does not export, imported here and nowhere else.

Checked with dagster 1.13.27 and dagster-postgres 0.29.27; `pyproject.toml` admits no other minor
version. After an upgrade run the tests of this folder.

- `ASSET_PARTITION_RANGE_…_TAG`: the tags by which one run materialises a range of partitions; there
  is no argument for it.
- `CheckRunHealthResult`, `WorkerStatus`: what a run launcher answers to the run monitoring.
- `GRPC_INFO_TAG`: the tag with the code server that started a run.
- `PARTITION_NAME_TAG`: the tag with the partition of a run.
- `ConfigurableClassData`, `SqlEventLogStorageTable`: an event log of one's own is made from the
  first, and the second is the table whose ids it asks back (`storage.py`).
- `AUTO_RETRY_RUN_ID_TAG`, `WILL_RETRY_TAG`: whether the daemon repeats a failed run, and by which.
- `JobSubsetSelector`, `CodeLocation`, `ModuleTarget`, `WorkspaceFileTarget`,
  `WorkspaceProcessContext`: what `dagster job launch` makes a queued run of; it takes no selection
  of assets, and starts a code server for every run.
- `AssetCheckExecutionsTable`: where a check is planned before its run, to be taken back when the
  run fails before it.
- `JobFailureData`, `SerializableErrorInfo`, `StepFailureData`: what events of a failing step and
  of its run hold, to be stored without their stack.
- `NoOpComputeLogManager`: named by `dagster.yaml`, to capture no raw output.
- `UnresolvedAssetJobDefinition`, `UnresolvedPartitionedAssetScheduleDefinition`: what
  `dg.define_asset_job` and `dg.build_schedule_from_partitioned_job` return, for annotations.
"""

from dagster._core.definitions.partitions.partitioned_schedule import (
    UnresolvedPartitionedAssetScheduleDefinition,
)
from dagster._core.definitions.selector import JobSubsetSelector
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.events import JobFailureData
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.remote_representation.code_location import CodeLocation
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    AUTO_RETRY_RUN_ID_TAG,
    GRPC_INFO_TAG,
    PARTITION_NAME_TAG,
    WILL_RETRY_TAG,
)
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget
from dagster._serdes import ConfigurableClassData
from dagster._utils.error import SerializableErrorInfo

__all__ = [
    "ASSET_PARTITION_RANGE_END_TAG",
    "ASSET_PARTITION_RANGE_START_TAG",
    "AUTO_RETRY_RUN_ID_TAG",
    "GRPC_INFO_TAG",
    "PARTITION_NAME_TAG",
    "WILL_RETRY_TAG",
    "AssetCheckExecutionsTable",
    "CheckRunHealthResult",
    "CodeLocation",
    "ConfigurableClassData",
    "JobFailureData",
    "JobSubsetSelector",
    "ModuleTarget",
    "NoOpComputeLogManager",
    "SerializableErrorInfo",
    "SqlEventLogStorageTable",
    "StepFailureData",
    "UnresolvedAssetJobDefinition",
    "UnresolvedPartitionedAssetScheduleDefinition",
    "WorkerStatus",
    "WorkspaceFileTarget",
    "WorkspaceProcessContext",
]
