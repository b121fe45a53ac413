"""The objectives: one asset that reads them and holds the pool against them."""

import time
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from snu_analytics.figures import load_objectives, load_progress, progress
from snu_analytics.figures.objectives import annual
from snu_analytics.orchestration.assets import daily, tell
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.partitions import days_of
from snu_analytics.orchestration.plots import picture
from snu_analytics.orchestration.pool import POOL
from snu_analytics.orchestration.resources import (
    PipelineResource,
    SourceResource,
    WarehouseResource,
)
from snu_analytics.settings import read_settings

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

OBJECTIVES = dg.AssetKey(["figures", "objectives"])

# Raised when a change of the code changes what is held against what.
_CODE_VERSION = "1"

_CHECK = "objectives_complete"
_TOLD_AT_MOST = 20


def objectives_asset(partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset `figures/objectives`."""

    @dg.asset(
        key=OBJECTIVES,
        deps=[POOL],
        description="Objectives per cohort and department, of the collection inscriptiongoals or "
        "the file SNU_OBJECTIVES, in analytics.objective; and what is achieved of them: young "
        "people validated by department of residence, of the last day that is counted in "
        "analytics.objective_progress, of the partition's day below.",
        kinds={"postgres", "pandas"},
        group_name="figures",
        code_version=_CODE_VERSION,
        **daily(partitions),
        pool=WAREHOUSE,
        check_specs=[
            dg.AssetCheckSpec(
                _CHECK,
                asset=OBJECTIVES,
                description="Every objective given could be read; the others stand.",
            )
        ],
    )
    def held_against(
        context: dg.AssetExecutionContext,
        pipeline: PipelineResource,
        source: SourceResource,
        warehouse: WarehouseResource,
    ) -> dg.MaterializeResult:
        began, days = time.monotonic(), days_of(context)
        with as_dagster_failure(), warehouse.connect() as connection, source.open() as opened:
            file = read_settings().objectives
            read = load_objectives(pipeline.context(), opened, file, connection)
            load_progress(connection, days.last)
            reached = {day: progress(connection, day) for day in days}
        tell(context, {day: _counts(told) for day, told in reached.items()}, began)
        last = reached[days.last]
        if len(last):
            context.add_asset_metadata(
                {
                    "by_year": dg.MetadataValue.md(_table(annual(last))),
                    "missing": dg.MetadataValue.md(_table(_missing(last))),
                    **(_drawn(last, days.last) if len(days) == 1 else {}),
                },
                partition_key=days.last.isoformat(),
            )
        return dg.MaterializeResult(check_results=[_complete(read.problems, len(read.frame))])

    return held_against


def _counts(told: "pd.DataFrame") -> dict[str, int]:
    return {
        "rows": len(told),
        "achieved": int(told["achieved"].sum()),
        "achieved_cle": int(told["achieved_cle"].sum()),
        "objective": int(told["objective"].sum()),
        "reached": int(told["reached"].sum()),
        "with_something_missing": int(told["missing"].notna().sum()),
    }


def _missing(told: "pd.DataFrame") -> "pd.DataFrame":
    """How many rows of each cohort miss what."""
    rows = told[told["missing"].notna()]
    return rows.groupby(["cohort", "missing"], dropna=False).size().reset_index(name="rows")


def _complete(problems: tuple[str, ...], read: int) -> dg.AssetCheckResult:
    more = len(problems) - _TOLD_AT_MOST
    lines = [*problems[:_TOLD_AT_MOST], *([f"and {more} more"] if more > 0 else [])]
    return dg.AssetCheckResult(
        check_name=_CHECK,
        passed=not problems,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "objectives": read,
            "problems": dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none"),
        },
    )


def _table(frame: "pd.DataFrame") -> str:
    import pandas as pd

    def cell(value: object) -> str:
        if pd.isna(value):
            return ""
        return f"{value:.1%}" if isinstance(value, float) else str(value)

    rows = [
        f"| {' | '.join(map(cell, row))} |" for row in frame.astype(object).itertuples(index=False)
    ]
    head = f"| {' | '.join(frame.columns)} |"
    return "\n".join([head, "|" + "---|" * len(frame.columns), *rows])


def _drawn(told: "pd.DataFrame", day: date) -> dict[str, dg.MarkdownMetadataValue]:
    return {"achieved": picture(_chart(told), f"Achieved and objective on {day}")}


def _chart(told: "pd.DataFrame") -> "alt.Chart":
    import altair as alt

    sums = told.groupby("cohort", dropna=False)[["achieved", "objective"]].sum().reset_index()
    sums["cohort"] = sums["cohort"].fillna("none")
    long = sums.melt("cohort", var_name="what", value_name="youngs").astype({"youngs": float})
    return (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=alt.X("cohort:N", title=None),
            xOffset="what:N",
            y=alt.Y("youngs:Q", title=None),
            color=alt.Color("what:N", title=None),
        )
    )
