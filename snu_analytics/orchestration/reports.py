"""The assets `report/daily` and `report/monthly`, and what asks for them."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import dagster as dg

from snu_analytics.orchestration.assets import Result, Run, build_asset
from snu_analytics.orchestration.dagster_internals import UnresolvedAssetJobDefinition
from snu_analytics.orchestration.jobs import SENSOR_STATUS
from snu_analytics.orchestration.published import BREAKDOWNS, TOTALS

REPORT = "report"
MONTHLY_REPORT = "monthly_report"

_KINDS = {"html", "pdf", "postgres"}
_CONTENT = (
    "Two editions in French, each in its folder under SNU_HOME/reports: the public one made in the "
    "role of a reader, of published numbers alone, and the restricted one. `snu-analytics report` "
    "writes them by hand, also in English."
)


def daily_report_asset(partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    def daily(run: Run) -> Result:
        return _written(run, "day")

    spec = dg.AssetSpec(
        [REPORT, "daily"],
        deps=[TOTALS, dg.AssetKey(["figures", "projections"])],
        description=f"The report of the day as page, document and CSV. {_CONTENT}",
        kinds=_KINDS,
        partitions_def=partitions,
        code_version="1",
    )
    return build_asset(spec, daily)


def monthly_report_asset(partitions: dg.MonthlyPartitionsDefinition) -> dg.AssetsDefinition:
    """The report of a closed month, in a group apart: all assets of a group have one partitions."""

    def monthly(run: Run) -> Result:
        return _written(run, "month")

    spec = dg.AssetSpec(
        [REPORT, "monthly"],
        deps=[BREAKDOWNS],
        description=f"The report of a month as page, document and CSV. {_CONTENT}",
        kinds=_KINDS,
        group_name=MONTHLY_REPORT,
        partitions_def=partitions,
        code_version="1",
    )
    return build_asset(spec, monthly, backfill_policy=dg.BackfillPolicy.multi_run(1))


def _written(run: Run, period: Literal["day", "month"]) -> Result:
    """Both editions of each partition, and where the last one's lie."""
    # With pandas and Typst: 100 MB that the runs of a backfill never need.
    from snu_analytics.reports import Request, write_report

    editions: tuple[Literal["public", "restricted"], ...] = ("public", "restricted")
    counts: dict[date, dict[str, int]] = {}
    links: dict[str, dg.MetadataValue] = {}
    for day in run.days:
        counts[day] = {"pages": 0}
        for edition in editions:
            request = Request(day, edition, period=period)
            root = run.pipeline.settings.reports
            written = write_report(run.warehouse, request, root)
            counts[day]["pages"] += 1
            links[f"{edition}_page"] = dg.MetadataValue.url(written.page.as_uri())
            links[f"{edition}_document"] = dg.MetadataValue.path(written.document)
    return Result(counts, metadata=links)


def month_closed_sensor(
    job: UnresolvedAssetJobDefinition, armed: bool = True
) -> dg.SensorDefinition:
    """The sensor that asks for the report of a month when it was closed or revised."""

    @dg.asset_sensor(
        asset_key=BREAKDOWNS,
        job=job,
        name="month_closed",
        default_status=SENSOR_STATUS[armed],
        description="The report of a month once it is closed, and again when it was revised.",
    )
    def month_closed(
        context: dg.SensorEvaluationContext, event: dg.EventLogEntry
    ) -> Iterator[dg.RunRequest]:
        month = event.get_dagster_event().partition
        if month:
            yield dg.RunRequest(run_key=f"{month} {context.cursor}", partition_key=month)

    return month_closed
