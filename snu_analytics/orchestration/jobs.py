"""The nightly job and its schedule."""

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.partitions.partitioned_schedule import (
    UnresolvedPartitionedAssetScheduleDefinition,
)
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

NIGHTLY = "nightly"

# After 03:00 local time: the hour between 02:00 and 03:00 is missing one night a year and comes
# twice on another.
_HOUR, _MINUTE = 3, 30


def nightly_job(assets: Sequence[dg.AssetsDefinition]) -> UnresolvedAssetJobDefinition:
    """All daily assets of a day or a range, in one process: one per step costs 3 s of imports."""
    return dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.assets(*assets),
        description="Yesterday's patches to events and figures, for every entity.",
        executor_def=dg.in_process_executor,
    )


def nightly_schedule(
    job: UnresolvedAssetJobDefinition,
) -> dg.ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition:
    return dg.build_schedule_from_partitioned_job(
        job,
        name="nightly_schedule",
        hour_of_day=_HOUR,
        minute_of_hour=_MINUTE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night, for the day that ended.",
    )
