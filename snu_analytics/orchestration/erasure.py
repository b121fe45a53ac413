"""The jobs that erase: whoever is gone from the source, and what is too old."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster_postgres import PostgresEventLogStorage

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import paris_today, years_before
from snu_analytics.errors import ErasureError
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.log_retention import prune_event_log
from snu_analytics.orchestration.resources import (
    PipelineResource,
    SourceResource,
    WarehouseResource,
)
from snu_analytics.pipeline import prune_copies
from snu_analytics.privacy import erase_absent, remnants
from snu_analytics.warehouse import expire_events, expire_figures

# What a step did on a night of last month is asked for by nobody.
_LOG_DAYS = 30


@dg.op(description="Erase whoever is gone from the source, or deleted there, from every table.")
def erase_gone(
    context: dg.OpExecutionContext,
    pipeline: dg.ResourceParam[PipelineResource],
    source: dg.ResourceParam[SourceResource],
    warehouse: dg.ResourceParam[WarehouseResource],
) -> None:
    with as_dagster_failure(), source.open() as opened, warehouse.connect() as connection:
        work = pipeline.context()
        for erased in erase_absent(work, opened, connection):
            context.log.info(
                "%s, %s: erased %s subjects with %s events on %s days",
                *(erased.entity, erased.reason, erased.subjects, erased.events, len(erased.days)),
            )
        if sentences := remnants(work, connection):
            raise ErasureError("; ".join(sentences))


@dg.job(executor_def=dg.in_process_executor, description="Follows the erasures of the source.")
def erasure() -> None:
    erase_gone()


@dg.op(description="Delete the staging files and indexes of dumps older than SNU_STAGING_DAYS.")
def prune_staging(
    context: dg.OpExecutionContext, pipeline: dg.ResourceParam[PipelineResource]
) -> None:
    with as_dagster_failure():
        deleted = prune_copies(pipeline.settings)
    context.log.info("deleted %s staging files and indexes of dumps", deleted)


@dg.op(description="Delete the event rows older than SNU_RETENTION_YEARS.")
def prune_events(
    context: dg.OpExecutionContext,
    pipeline: dg.ResourceParam[PipelineResource],
    warehouse: dg.ResourceParam[WarehouseResource],
) -> None:
    oldest = years_before(paris_today(), pipeline.settings.retention_years)
    with as_dagster_failure(), warehouse.connect() as connection:
        for entity in load_catalogue().entities.values():
            erased = expire_events(connection, entity, oldest)
            context.log.info("%s: deleted %s events before %s", entity.name, erased.events, oldest)
        counts = expire_figures(connection, oldest)
    context.log.info("deleted %s counts before %s", counts, oldest)


@dg.op(description="Delete what Dagster's log says of steps older than 30 days.")
def prune_log(context: dg.OpExecutionContext) -> None:
    before = datetime.now(UTC) - timedelta(days=_LOG_DAYS)
    storage = context.instance.event_log_storage
    with as_dagster_failure():
        if isinstance(storage, PostgresEventLogStorage):
            context.log.info("deleted %s rows of the event log", prune_event_log(storage, before))


@dg.job(executor_def=dg.in_process_executor, description="Keeps nothing longer than its set time.")
def retention() -> None:
    prune_staging()
    prune_events()
    prune_log()
