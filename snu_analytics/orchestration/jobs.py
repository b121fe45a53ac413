"""Jobs of assets, their schedules, and the sensor that asks for days to run again."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import PARIS, DayRange, month_before
from snu_analytics.orchestration.dagster_internals import (
    UnresolvedAssetJobDefinition,
    UnresolvedPartitionedAssetScheduleDefinition,
)
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.objectives import OBJECTIVES
from snu_analytics.orchestration.pool import POOL
from snu_analytics.orchestration.published import TOTALS
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.pipeline import STEPS
from snu_analytics.publication import months_to_close
from snu_analytics.warehouse import changed_days

NIGHTLY = "nightly"
AUDIT = "audit"
CLOSING = "closing"
RISK = "risk"

# After 03:00 local time: the hour between 02:00 and 03:00 is missing one night a year and comes
# twice on another.
NIGHTLY_AT = (3, 30)

# When the tries of the nightly run are over.
REPORT_AT = (7, 15)

# Whether a schedule or sensor begins by itself: armed ones do.
_SCHEDULE_STATUS = {
    True: dg.DefaultScheduleStatus.RUNNING,
    False: dg.DefaultScheduleStatus.STOPPED,
}
SENSOR_STATUS = {True: dg.DefaultSensorStatus.RUNNING, False: dg.DefaultSensorStatus.STOPPED}


def asset_job(
    name: str, assets: Sequence[dg.AssetsDefinition], description: str
) -> UnresolvedAssetJobDefinition:
    """The assets with their own checks as a job in one process: one per step costs 3 s of imports.

    Checks that others make of them, `yesterday_is_there`, are of another job.
    """
    checks = (key for asset in assets for key in asset.check_keys)
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*assets).without_checks()
        | dg.AssetSelection.checks(*checks),
        description=description,
        executor_def=dg.in_process_executor,
    )


def daily_schedule(
    job: UnresolvedAssetJobDefinition, at: tuple[int, int], description: str, armed: bool = True
) -> dg.ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition:
    """The schedule `<job>_schedule`, at an hour and minute in Paris, for the day that ended."""
    hour, minute = at
    return dg.build_schedule_from_partitioned_job(
        job,
        name=f"{job.name}_schedule",
        hour_of_day=hour,
        minute_of_hour=minute,
        default_status=_SCHEDULE_STATUS[armed],
        description=description,
    )


def audit_schedule(
    job: UnresolvedAssetJobDefinition, start: date, armed: bool = True
) -> dg.ScheduleDefinition:
    """Each night after the nightly run: yesterday's month and the one before."""

    @dg.schedule(
        job=job,
        cron_schedule="15 5 * * *",
        execution_timezone=PARIS.key,
        default_status=_SCHEDULE_STATUS[armed],
        description="Each night, for yesterday's month and the one before: patches come late.",
    )
    def audit_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        yesterday = context.scheduled_execution_time.astimezone(PARIS).date() - timedelta(days=1)
        for month in (yesterday.replace(day=1), month_before(yesterday)):
            if month >= start.replace(day=1):
                yield dg.RunRequest(run_key=f"{month} {yesterday}", partition_key=month.isoformat())

    return audit_schedule


def closing_schedule(
    job: UnresolvedAssetJobDefinition,
    catalogue: Catalogue,
    start: date,
    threshold: int,
    armed: bool = True,
) -> dg.ScheduleDefinition:
    """Each night the months that are loaded whole and not closed: a night missed delays them.

    With them closed months that so many changes came to since that a revision may be safe.
    """

    # After the audit of 05:15, and the run that it may ask for on the month's last day.
    @dg.schedule(
        job=job,
        cron_schedule="30 6 * * *",
        execution_timezone=PARIS.key,
        default_status=_SCHEDULE_STATUS[armed],
        description="Each night, for the months that are loaded whole and not closed yet, and the "
        "closed ones that may be revised.",
    )
    def closing_schedule(
        context: dg.ScheduleEvaluationContext, warehouse: dg.ResourceParam[WarehouseResource]
    ) -> Iterator[dg.RunRequest]:
        from snu_analytics.publication import months_to_revise

        today = context.scheduled_execution_time.astimezone(PARIS).date()
        with as_dagster_failure(), warehouse.connect() as connection:
            days = DayRange(start, today)
            months = months_to_close(catalogue, days, connection)
            changes = months_to_revise(catalogue, days, connection, threshold)
        for month in months:
            yield dg.RunRequest(run_key=f"{month} {today}", partition_key=month.isoformat())
        for month, changed in changes.items():
            # Once for the same changes: what could not be revised yesterday cannot be today.
            yield dg.RunRequest(run_key=f"{month} +{changed}", partition_key=month.isoformat())

    return closing_schedule


def paris_schedule(
    job: dg.JobDefinition | UnresolvedAssetJobDefinition,
    cron_schedule: str,
    description: str,
    armed: bool = True,
) -> dg.ScheduleDefinition:
    """The schedule `<job>_schedule`, at Paris times, of a job without partitions."""
    return dg.ScheduleDefinition(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=cron_schedule,
        execution_timezone=PARIS.key,
        default_status=_SCHEDULE_STATUS[armed],
        description=description,
    )


def changed_days_sensor(
    job: UnresolvedAssetJobDefinition, start: date, armed: bool = True
) -> dg.SensorDefinition:
    """The sensor that asks for the days whose patches had changed at the last audit, once each."""

    @dg.sensor(
        job=job,
        name="changed_days",
        minimum_interval_seconds=600,
        default_status=SENSOR_STATUS[armed],
        description="Runs the days again whose patches came late, vanished or were mended.",
    )
    def changed(
        context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[WarehouseResource]
    ) -> Iterator[dg.RunRequest]:
        with as_dagster_failure(), warehouse.connect() as connection:
            loads = changed_days(connection)
        for entity, day, digest in loads:
            if day >= start:
                steps = [dg.AssetKey([entity, step]) for step in STEPS]
                yield dg.RunRequest(
                    run_key=f"{entity} {day} {digest}",
                    partition_key=day.isoformat(),
                    asset_selection=[*steps, POOL, OBJECTIVES, TOTALS],
                )

    return changed
