"""The audit of histories, month by month, and the days it asks to run again."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from snu_analytics.catalogue import Entity
from snu_analytics.days import PARIS, month_before, month_of, parse_day
from snu_analytics.orchestration.assets import OWNERS, tell
from snu_analytics.orchestration.concurrency import SOURCE
from snu_analytics.orchestration.faults import RETRY_POLICY, as_dagster_failure
from snu_analytics.orchestration.objectives import OBJECTIVES
from snu_analytics.orchestration.pool import POOL
from snu_analytics.orchestration.published import PUBLISHED
from snu_analytics.orchestration.resources import (
    PipelineResource,
    SourceResource,
    WarehouseResource,
)
from snu_analytics.pipeline import STEPS, audit_history
from snu_analytics.warehouse import changed_days

AUDIT = "history_audit"
AUDIT_JOB = "audit"

# Raised when a change of the code changes what an audit counts.
_CODE_VERSION = "1"


def monthly_partitions(start: date) -> dg.MonthlyPartitionsDefinition:
    """Every month from that of the start to the present one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=start.replace(day=1).isoformat(), timezone=PARIS.key, end_offset=1
    )


def audit_asset(entity: Entity, partitions: dg.MonthlyPartitionsDefinition) -> dg.AssetsDefinition:
    """The entity's `history_audit`."""
    key = dg.AssetKey([entity.name, AUDIT])

    @dg.asset(
        key=key,
        description="How sound the histories are of the documents that the month touched: intact "
        "chains, breaks per field and cause, drift against today's documents, what each value "
        "rests on, and the days whose patches are no longer those loaded. Lines of "
        "analytics.history_audit.",
        kinds={"postgres", "polars"},
        group_name=entity.name,
        owners=OWNERS,
        tags={"entity": entity.name},
        code_version=f"{_CODE_VERSION}.{entity.version}",
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
        retry_policy=RETRY_POLICY,
        pool=SOURCE,
        check_specs=[
            dg.AssetCheckSpec(
                "days_unchanged",
                asset=key,
                description="The source tells the same patches as when the days were loaded; the "
                "sensor changed_days asks for the others.",
            )
        ],
    )
    def history_audit(
        context: dg.AssetExecutionContext,
        pipeline: PipelineResource,
        source: SourceResource,
        warehouse: WarehouseResource,
    ) -> dg.MaterializeResult:
        began = time.monotonic()
        first = parse_day(context.partition_key)
        with as_dagster_failure(), source.open() as opened, warehouse.connect() as connection:
            audited = audit_history(pipeline.context(), entity, month_of(first), opened, connection)
        documents = audited.measures.filter(measure="documents", cause="intact chain")
        counts = {"documents": documents["total"][0], "intact": documents["count"][0]}
        tell(context, {first: {**counts, "days_changed": len(audited.changed)}}, began)
        return dg.MaterializeResult(
            check_results=[
                dg.AssetCheckResult(
                    check_name="days_unchanged",
                    passed=not audited.changed,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"days": ", ".join(map(str, audited.changed)) or "none"},
                )
            ]
        )

    return history_audit


def audit_job(assets: Sequence[dg.AssetsDefinition]) -> UnresolvedAssetJobDefinition:
    """All audits of a month."""
    return dg.define_asset_job(
        AUDIT_JOB,
        selection=dg.AssetSelection.assets(*assets),
        description="How sound the histories of a month are, for every entity.",
        executor_def=dg.in_process_executor,
    )


def audit_schedule(job: UnresolvedAssetJobDefinition, start: date) -> dg.ScheduleDefinition:
    """Each night after the nightly run: yesterday's month and the one before."""

    @dg.schedule(
        job=job,
        cron_schedule="15 5 * * *",
        execution_timezone=PARIS.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Each night, for yesterday's month and the one before: patches come late.",
    )
    def audit_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        yesterday = context.scheduled_execution_time.astimezone(PARIS).date() - timedelta(days=1)
        for month in (yesterday.replace(day=1), month_before(yesterday)):
            if month >= start.replace(day=1):
                yield dg.RunRequest(run_key=f"{month} {yesterday}", partition_key=month.isoformat())

    return audit_schedule


def changed_days_sensor(job: UnresolvedAssetJobDefinition, start: date) -> dg.SensorDefinition:
    """Asks for exactly the days whose patches were others at the last audit, once a change."""

    @dg.sensor(
        job=job,
        name="changed_days",
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs the days again whose patches came late, vanished or were mended, and "
        "publishes them anew.",
    )
    def changed(
        context: dg.SensorEvaluationContext, warehouse: WarehouseResource
    ) -> Iterator[dg.RunRequest]:
        with as_dagster_failure(), warehouse.connect() as connection:
            found = changed_days(connection)
        for entity, day, digest in found:
            if day >= start:
                yield dg.RunRequest(
                    run_key=f"{entity} {day} {digest}",
                    partition_key=day.isoformat(),
                    asset_selection=[
                        *(dg.AssetKey([entity, step]) for step in STEPS),
                        POOL,
                        OBJECTIVES,
                        PUBLISHED,
                    ],
                )

    return changed
