"""The asset `figures/objectives`: the objectives, and the pool held against them."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from snu_analytics.figures import POOL_OF_OBJECTIVES, load_objectives, load_progress, progress
from snu_analytics.figures.objectives import annual
from snu_analytics.figures.pool import require_pool
from snu_analytics.orchestration.assets import Result, Run, build_asset
from snu_analytics.orchestration.charts import objective_chart
from snu_analytics.orchestration.checks import Check
from snu_analytics.orchestration.metadata import bullets, frame_table
from snu_analytics.orchestration.pool import POOL

if TYPE_CHECKING:
    import pandas as pd

OBJECTIVES = dg.AssetKey(["figures", "objectives"])

_PROBLEMS_LISTED = 20

_COMPLETE = Check("objectives_complete", "Every objective given could be read; the others stand.")


def objectives_asset(partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    def objectives(run: Run) -> Result:
        require_pool(run.warehouse, POOL_OF_OBJECTIVES, run.days)
        with run.source.open() as source:
            read = load_objectives(
                run.pipeline.context(), source, run.pipeline.settings.objectives, run.warehouse
            )
            load_progress(run.warehouse, run.days.last)
            by_day = {day: progress(run.warehouse, day) for day in run.days}
        last = by_day[run.days.last]
        shown: dict[str, Any] = {}
        if not last.empty:
            title = f"Validated on {run.days.last}, and the objective as a line"
            shown = {"achieved_of_objectives": objective_chart(last, title), **_tables(last)}
        if read.frame.is_empty():
            shown["nothing_to_do"] = (
                "no objectives: the source has no collection inscriptiongoals, or nothing in it; "
                "SNU_OBJECTIVES may name a CSV instead"
            )
        return Result(
            {day: _counts(frame) for day, frame in by_day.items()},
            checks=[_complete(read.problems, len(read.frame))],
            metadata=shown,
        )

    spec = dg.AssetSpec(
        OBJECTIVES,
        deps=[POOL],
        description="Objectives per cohort and department, of the collection inscriptiongoals or "
        "the file SNU_OBJECTIVES, in analytics.objective; and what is achieved of them: young "
        "people validated by department of residence, of the last day that is counted in "
        "analytics.objective_progress, of the partition's day below.",
        kinds={"postgres", "pandas"},
        code_version="1",
        partitions_def=partitions,
    )
    return build_asset(spec, objectives, checks=[_COMPLETE])


def _counts(progress: "pd.DataFrame") -> dict[str, int]:
    summed = ("achieved", "achieved_cle", "objective", "reached")
    return {
        "rows": len(progress),
        **{column: int(progress[column].sum()) for column in summed},
        "with_something_missing": int(progress["missing"].notna().sum()),
    }


def _complete(problems: tuple[str, ...], read: int) -> dg.AssetCheckResult:
    more = len(problems) - _PROBLEMS_LISTED
    lines = [*problems[:_PROBLEMS_LISTED], *([f"and {more} more"] if more > 0 else [])]
    return _COMPLETE.result(not problems, objectives=read, problems=bullets(lines))


def _tables(progress: "pd.DataFrame") -> dict[str, dg.TableMetadataValue]:
    incomplete = progress[progress["missing"].notna()]
    missing = incomplete.groupby(["cohort", "missing"], dropna=False).size()
    return {
        "by_year": frame_table(annual(progress).round({"rate": 3})),
        "missing": frame_table(missing.reset_index(name="rows")),
    }
