"""The projections: one asset over the daily figures and the objectives."""

import time
from typing import TYPE_CHECKING

import dagster as dg

from snu_analytics.figures import load_projections
from snu_analytics.orchestration.assets import daily, tell
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.objectives import OBJECTIVES
from snu_analytics.orchestration.partitions import days_of
from snu_analytics.orchestration.plots import picture
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.pipeline import FIGURES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

# Raised when a change of the code changes what is projected.
_CODE_VERSION = "1"

_CHECK = "projections_told"


def projections_asset(partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset `figures/projections`."""
    key = dg.AssetKey(["figures", "projections"])

    @dg.asset(
        key=key,
        deps=[dg.AssetKey(["young", FIGURES]), OBJECTIVES],
        description="Validated inscriptions at the campaign's end, net of withdrawals, with bands, "
        "by France and region, as projected at the end of the day, in analytics.projection. Each "
        "night the past campaigns are projected again; where that fared badly nothing is told.",
        kinds={"postgres", "scipy"},
        group_name="figures",
        code_version=_CODE_VERSION,
        **daily(partitions),
        pool=WAREHOUSE,
        check_specs=[
            dg.AssetCheckSpec(
                _CHECK, asset=key, description="Nothing projected had to be withheld."
            )
        ],
    )
    def projected(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        began, days = time.monotonic(), days_of(context)
        with as_dagster_failure(), warehouse.connect() as connection:
            made = load_projections(days, connection)
        counts = {
            day: {"rows": len(told), "withheld": int(told["withheld"].sum())}
            for day, told in made.items()
        }
        tell(context, counts, began)
        last = made[days.last]
        if len(days) == 1 and len(made[days.last].dropna(subset=["projected"])):
            context.add_asset_metadata(
                {"projected": picture(_chart(last), f"Projected on {days.last}, 80 % bands")},
                partition_key=days.last.isoformat(),
            )
        return dg.MaterializeResult(check_results=[_told(last)])

    return projected


def _told(last: "pd.DataFrame") -> dg.AssetCheckResult:
    withheld = last[last["withheld"]]
    reasons = dict.fromkeys(f"{row.region}: {row.reason}" for row in withheld.itertuples())
    return dg.AssetCheckResult(
        check_name=_CHECK,
        passed=not len(withheld),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"withheld": dg.MetadataValue.md("\n".join(f"- {r}" for r in reasons) or "none")},
    )


def _chart(told: "pd.DataFrame") -> "alt.Chart":
    import altair as alt

    shown = told.dropna(subset=["projected"]).astype({"projected": float})
    columns = ["region", "achieved", "projected", "low80", "high80"]
    base = alt.Chart(shown[columns]).encode(x=alt.X("region:N", title=None))
    bands = base.mark_bar(opacity=0.4).encode(y=alt.Y("low80:Q", title=None), y2="high80:Q")
    return bands + base.mark_point(filled=True).encode(y="projected:Q")
