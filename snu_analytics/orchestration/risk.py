"""The asset `risk/report`, of all tables as they stand."""

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.orchestration.assets import Result, Run, build_asset
from snu_analytics.orchestration.checks import Check, listed
from snu_analytics.orchestration.metadata import table
from snu_analytics.pipeline import EVENTS
from snu_analytics.privacy import Measure, exposed, meaning, report_risk, small_cells, verdict

REPORT = dg.AssetKey(["risk", "report"])

_ABOVE_THRESHOLD = Check(
    "published_above_threshold", "No published table shows a count of 1 to 10."
)


def risk_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    def report(run: Run) -> Result:
        measures = report_risk(catalogue, run.warehouse, run.days.last)
        return Result({run.days.last: {}}, checks=[_check(measures)], metadata=_shown(measures))

    spec = dg.AssetSpec(
        REPORT,
        deps=[dg.AssetKey([entity.name, EVENTS]) for entity in exposed(catalogue)],
        description="How well persons are hidden: k-anonymity and l-diversity of the event tables "
        "over their quasi-identifiers, what each of these adds and coarser ones would bring, what "
        "days and their sequences give away, and the least count that each published table shows; "
        "ends with a verdict. Lines of analytics.risk_report, by day of measurement.",
        kinds={"postgres"},
        code_version="1",
    )
    return build_asset(spec, report, checks=[_ABOVE_THRESHOLD])


def record_report(instance: dg.DagsterInstance, measures: list[Measure]) -> None:
    """Show a report that was made outside of Dagster on the asset's page, with its check."""
    check = _check(measures)
    instance.report_runless_asset_event(dg.AssetMaterialization(REPORT, metadata=_shown(measures)))
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=REPORT,
            check_name=_ABOVE_THRESHOLD.name,
            passed=check.passed,
            severity=check.severity,
            metadata=check.metadata,
        )
    )


def _check(measures: list[Measure]) -> dg.AssetCheckResult:
    small = small_cells(measures)
    return _ABOVE_THRESHOLD.result(
        not small,
        dg.AssetCheckSeverity.ERROR,
        tables=listed(f"{m.relation}: {m.value:.0f}" for m in small),
    )


def _shown(measures: list[Measure]) -> dict[str, dg.MetadataValue]:
    sentences = [f"{place}. {line}" for place, line in enumerate(verdict(measures), 1)]
    return {
        "verdict": dg.MetadataValue.md("\n".join(sentences)),
        "report": _table(measures),
    }


def _table(measures: list[Measure]) -> dg.TableMetadataValue:
    return table(
        ["table", "unit", "measure", "column", "value", "meaning"],
        [
            (
                m.relation,
                m.unit,
                m.measure,
                m.column_name,
                float(m.value),
                meaning(m.measure, m.unit),
            )
            for m in measures
        ],
    )
