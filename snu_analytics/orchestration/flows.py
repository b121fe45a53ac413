"""The asset `figures/flows`, over the daily figures of all entities."""

from datetime import timedelta

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.figures import load_flows, recent_flows
from snu_analytics.orchestration.assets import Result, Run, across, build_asset
from snu_analytics.orchestration.charts import flow_chart
from snu_analytics.pipeline import FIGURES

_PLOTTED = timedelta(days=89)
_PHASES = ("inscription", "mission")
_PLOTTED_FIGURES = ("created", "completed", "processed", "validated", "refused")


def flows_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    def flows(run: Run) -> Result:
        counts = load_flows(catalogue, run.days, run.warehouse)
        charts = {}
        for phase in _PHASES:
            days = DayRange(run.days.last - _PLOTTED, run.days.last)
            totals = recent_flows(run.warehouse, phase, days)
            totals = totals[totals["figure"].isin(_PLOTTED_FIGURES)]
            title = f"{phase}: events a day, mean of 7 days; grey the year before"
            charts[f"{phase}_per_day"] = flow_chart(totals, _PLOTTED_FIGURES, title)
        return Result(counts, metadata=charts)

    spec = dg.AssetSpec(
        ["figures", "flows"],
        description="Every figure of the day by one dimension at a time, zeros included, in "
        "analytics.flow. Means, sums since the campaign began and earlier campaigns are in the "
        "view analytics.q_flows: a day that runs again changes nothing but its own rows.",
        kinds={"postgres", "polars"},
        partitions_def=partitions,
        **across((e for e in catalogue.entities.values() if e.figures), FIGURES, code_version="1"),
    )
    return build_asset(spec, flows)
