"""The asset `published/breakdowns`, over the figures of all entities."""

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.orchestration.assets import Result, Run, across, build_asset
from snu_analytics.orchestration.checks import Check
from snu_analytics.orchestration.metadata import count_tables
from snu_analytics.pipeline import FIGURES
from snu_analytics.publication import publish

PUBLISHED = dg.AssetKey(["published", "breakdowns"])

# The tag of a run that closes no week and no month.
DAYS_ALONE = "snu/days_alone"

_NO_CELL_RECOVERABLE = Check(
    "no_cell_recoverable",
    "No masked cell can be bounded more closely than its protection interval by all that is "
    "published.",
    blocking=True,
)


def published_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    def breakdowns(run: Run) -> Result:
        threshold = run.pipeline.settings.suppression_threshold
        closing = DAYS_ALONE not in run.tags
        published = publish(catalogue, run.days, run.warehouse, threshold, closing)
        check = _NO_CELL_RECOVERABLE.result(
            True,
            audited=published.counts["audited"],
            programs=published.counts["programs"],
        )
        return Result(published.days, checks=[check], metadata=count_tables(cell=published.counts))

    spec = dg.AssetSpec(
        PUBLISHED,
        description="National totals in published.daily_total, and once a month is loaded whole "
        "its breakdowns in published.breakdown, with those of its weeks and of its campaign. Small "
        "counts are masked, and as many others as hide them; an audit by linear programming passes "
        "before anything is written.",
        kinds={"postgres", "polars"},
        partitions_def=partitions,
        **across((e for e in catalogue.entities.values() if e.figures), FIGURES, code_version="2"),
    )
    return build_asset(spec, breakdowns, checks=[_NO_CELL_RECOVERABLE])
