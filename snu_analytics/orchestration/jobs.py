"""The nightly job, its schedule, and the retention of the staging folder."""

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.partitions.partitioned_schedule import (
    UnresolvedPartitionedAssetScheduleDefinition,
)
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from snu_analytics.orchestration.faults import told_to_dagster
from snu_analytics.settings import read_settings
from snu_analytics.staging import Staging

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


@dg.op(description="Delete the staging files older than SNU_STAGING_DAYS.")
def prune_staging(context: dg.OpExecutionContext) -> None:
    settings = read_settings()
    with told_to_dagster():
        deleted = Staging(settings.staging_url).prune(settings.staging_days)
    context.log.info("deleted %s staging files", deleted)


@dg.job(executor_def=dg.in_process_executor, description="Keeps staging to its set days.")
def staging_retention() -> None:
    prune_staging()


RETENTION_SCHEDULE = dg.ScheduleDefinition(
    job=staging_retention,
    cron_schedule="45 4 * * *",
    execution_timezone="Europe/Paris",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
