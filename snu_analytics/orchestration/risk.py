"""The risk report as Dagster runs it, once a week."""

from collections.abc import Iterable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from snu_analytics.catalogue import Catalogue, load_catalogue
from snu_analytics.days import PARIS, paris_today
from snu_analytics.orchestration.assets import OWNERS
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import RETRY_POLICY, as_dagster_failure
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.pipeline import EVENTS
from snu_analytics.privacy import Measure, exposed, meaning, report_risk, small_cells

RISK_JOB = "risk"

# Raised when a change of the code changes what is measured.
_CODE_VERSION = "1"


def risk_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    """The asset `risk/report`, of all tables as they stand."""
    key = dg.AssetKey(["risk", "report"])

    @dg.asset(
        key=key,
        deps=[dg.AssetKey([entity.name, EVENTS]) for entity in exposed(catalogue)],
        description="How well persons are hidden: k-anonymity and l-diversity of the event tables "
        "over their quasi-identifiers, what each of these adds, and the least count that each "
        "published table shows. Lines of analytics.risk_report, by day of measurement.",
        kinds={"postgres"},
        group_name="risk",
        owners=OWNERS,
        code_version=_CODE_VERSION,
        retry_policy=RETRY_POLICY,
        pool=WAREHOUSE,
        check_specs=[
            dg.AssetCheckSpec(
                "published_above_threshold",
                asset=key,
                description="No published table shows a count of 1 to 10.",
            )
        ],
    )
    def risk_report(warehouse: WarehouseResource) -> dg.MaterializeResult:
        with as_dagster_failure(), warehouse.connect() as connection:
            report = report_risk(load_catalogue(), connection, paris_today())
        small = small_cells(report)
        return dg.MaterializeResult(
            metadata={"report": dg.MetadataValue.md(risk_markdown(report))},
            check_results=[
                dg.AssetCheckResult(
                    check_name="published_above_threshold",
                    passed=not small,
                    severity=dg.AssetCheckSeverity.ERROR,
                    metadata={
                        "tables": ", ".join(f"{m.relation}: {m.value:.0f}" for m in small) or "none"
                    },
                )
            ],
        )

    return risk_report


def risk_job(asset: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    """The risk report alone."""
    return dg.define_asset_job(
        RISK_JOB,
        selection=dg.AssetSelection.assets(asset),
        description="How well persons are hidden in the tables as they stand.",
        executor_def=dg.in_process_executor,
    )


def risk_schedule(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """On Sunday morning, after the nightly run and the audits."""
    return dg.ScheduleDefinition(
        name="risk_schedule",
        job=job,
        cron_schedule="0 6 * * 0",
        execution_timezone=PARIS.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every Sunday morning.",
    )


def risk_markdown(report: Iterable[Measure]) -> str:
    """The report as a table: a row per measure, with what it tells."""
    rows = [
        f"| {m.relation} | {m.unit} | {m.measure} | {m.column_name or ''} "
        f"| {m.value.normalize():f} | {meaning(m.measure, m.unit)} |"
        for m in report
    ]
    head = "| table | unit | measure | column | value | what it tells |"
    return "\n".join([head, "|---|---|---|---|---:|---|", *rows])
