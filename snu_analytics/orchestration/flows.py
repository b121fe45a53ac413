"""The flows: one asset over the daily figures of all entities."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.figures import load_flows, recent_flows
from snu_analytics.orchestration.assets import daily, tell
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.partitions import days_of
from snu_analytics.orchestration.plots import picture
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.pipeline import FIGURES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

# Raised when a change of the code changes what the flows are.
_CODE_VERSION = "1"

_PLOTTED = timedelta(days=89)
_PHASES = ("inscription", "mission")
_DRAWN = ("created", "completed", "processed", "validated", "refused")


def flows_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    """The asset `figures/flows`."""
    entities = [entity for entity in catalogue.entities.values() if entity.figures]

    @dg.asset(
        key=dg.AssetKey(["figures", "flows"]),
        deps=[dg.AssetKey([entity.name, FIGURES]) for entity in entities],
        description="Every figure of the day by one dimension at a time, zeros included, in "
        "analytics.flow. Means, sums since the campaign began and earlier campaigns are told by "
        "the view analytics.q_flows: a day that runs again changes nothing but its own rows.",
        kinds={"postgres", "polars"},
        group_name="figures",
        code_version=".".join([_CODE_VERSION, *(entity.version for entity in entities)]),
        **daily(partitions),
        pool=WAREHOUSE,
    )
    def flows(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        began, days = time.monotonic(), days_of(context)
        shown: dict[str, dg.MarkdownMetadataValue] = {}
        with as_dagster_failure(), warehouse.connect() as connection:
            counts = load_flows(catalogue, days, connection)
            # A range draws nothing: its processes would each hold what draws.
            if len(days) == 1:
                seen = DayRange(days.last - _PLOTTED, days.last)
                for phase in _PHASES:
                    told = recent_flows(connection, phase, seen)
                    shown[f"{phase}_per_day"] = picture(
                        _chart(told), f"{phase}: events a day, mean of 7 days"
                    )
        tell(context, counts, began)
        context.add_asset_metadata(shown, partition_key=days.last.isoformat())
        return dg.MaterializeResult()

    return flows


def _chart(told: "pd.DataFrame") -> "alt.Chart":
    import altair as alt

    drawn = told[told["figure"].isin(_DRAWN)].assign(day=told["day"].astype(str))
    return (
        alt.Chart(drawn[["day", "figure", "mean_7"]])
        .mark_line()
        .encode(x=alt.X("day:T", title=None), y=alt.Y("mean_7:Q", title=None), color="figure:N")
    )
