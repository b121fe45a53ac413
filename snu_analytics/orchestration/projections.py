"""The asset `figures/projections`, over the daily figures and the objectives."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.figures import load_projections, projection_course
from snu_analytics.orchestration.assets import Result, Run, build_asset
from snu_analytics.orchestration.charts import band_chart, course_chart
from snu_analytics.orchestration.checks import Check
from snu_analytics.orchestration.metadata import bullets
from snu_analytics.orchestration.objectives import OBJECTIVES
from snu_analytics.pipeline import FIGURES

if TYPE_CHECKING:
    import pandas as pd

_NOTHING_WITHHELD = Check("projections_told", "Nothing projected had to be withheld.")


def projections_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    def projections(run: Run) -> Result:
        by_day = load_projections(catalogue, run.days, run.warehouse)
        last = by_day[run.days.last]
        shown: dict[str, Any] = {}
        course = projection_course(run.warehouse, run.days.last)
        if course["achieved"].notna().any():
            title = "France: validated so far, and as projected to 31 May (80 % band)"
            shown["course"] = course_chart(course, title)
        if last["projected"].notna().any():
            title = f"Projected to 31 May on {run.days.last}, 80 % bands; objectives as lines"
            shown["projected"] = band_chart(last, title)
        return Result(
            {
                day: {"rows": len(frame), "withheld": int(frame["withheld"].sum())}
                for day, frame in by_day.items()
            },
            checks=[_nothing_withheld(last)],
            metadata=shown,
        )

    spec = dg.AssetSpec(
        ["figures", "projections"],
        deps=[dg.AssetKey(["young", FIGURES]), OBJECTIVES],
        description="Validated inscriptions on 31 May, net of withdrawals, with bands, "
        "by France and region, as projected at the end of the day, in analytics.projection. Each "
        "night the past campaigns are projected again; where that fared badly nothing is "
        "projected.",
        kinds={"postgres", "scipy"},
        code_version="1",
        partitions_def=partitions,
    )
    return build_asset(spec, projections, checks=[_NOTHING_WITHHELD])


def _nothing_withheld(projections: "pd.DataFrame") -> dg.AssetCheckResult:
    withheld = projections[projections["withheld"]]
    reasons = dict.fromkeys(f"{row.region}: {row.reason}" for row in withheld.itertuples())
    return _NOTHING_WITHHELD.result(withheld.empty, withheld=bullets(reasons))
