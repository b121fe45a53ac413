"""The assets `audit/<entity>`: the audit of an entity's histories, month by month."""

import dagster as dg

from snu_analytics.catalogue import Entity
from snu_analytics.days import month_of
from snu_analytics.orchestration.assets import Result, Run, build_asset
from snu_analytics.orchestration.checks import Check, listed
from snu_analytics.orchestration.concurrency import SOURCE
from snu_analytics.pipeline import audit_history

_DAYS_UNCHANGED = Check(
    "days_unchanged",
    "The source holds the same patches as when the days were loaded; the sensor changed_days asks "
    "for the others.",
)


def audit_asset(entity: Entity, partitions: dg.MonthlyPartitionsDefinition) -> dg.AssetsDefinition:
    """The entity's audit, in a group apart: all assets of a group have the same partitions."""

    def audit(run: Run) -> Result:
        month = month_of(run.days.first)
        with run.source.open() as source:
            audited = audit_history(run.pipeline.context(), entity, month, source, run.warehouse)
        documents = audited.measures.filter(measure="documents", cause="intact chain")
        counts = {
            "documents": documents["total"][0],
            "intact": documents["count"][0],
            "days_changed": len(audited.changed),
        }
        check = _DAYS_UNCHANGED.result(not audited.changed, days=listed(audited.changed))
        return Result({run.days.first: counts}, checks=[check])

    spec = dg.AssetSpec(
        ["audit", entity.name],
        description="How sound the histories are of the documents that the month touched: intact "
        "chains, breaks per field and cause, drift against today's documents, what each value "
        "rests on, and the days whose patches are no longer those loaded. Lines of "
        "analytics.history_audit.",
        kinds={"postgres", "polars"},
        group_name="audits",
        tags={"entity": entity.name},
        code_version=f"1.{entity.version}",
        partitions_def=partitions,
    )
    return build_asset(
        spec,
        audit,
        checks=[_DAYS_UNCHANGED],
        pool=SOURCE,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    )
