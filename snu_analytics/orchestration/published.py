"""The assets `published/daily_total` and `published/breakdowns`, over all entities' figures."""

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.orchestration.assets import Result, Run, across, build_asset
from snu_analytics.orchestration.checks import listed
from snu_analytics.pipeline import FIGURES, require_loaded
from snu_analytics.publication import publish_totals

TOTALS = dg.AssetKey(["published", "daily_total"])
BREAKDOWNS = dg.AssetKey(["published", "breakdowns"])

# What is reported of a closed month: cells shown and masked, cells that the audit looked at, linear
# programs solved, how often cells were masked whole since no choice of masks protects them, and
# final numbers that a revision changed.
_COUNTS = ("shown", "masked", "audited", "programs", "withheld", "revised")


def totals_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    def totals(run: Run) -> Result:
        for entity in _counted(catalogue):
            require_loaded(entity, run.days, run.warehouse)
        counts = publish_totals(catalogue, run.days, run.warehouse)
        return Result({day: counts.get(day, {"totals": 0}) for day in run.days})

    spec = dg.AssetSpec(
        TOTALS,
        description="National totals of the day in published.daily_total: every figure, exact, "
        "zeros included. Those of a closed month stand as they were published.",
        kinds={"postgres", "polars"},
        partitions_def=partitions,
        **across(_counted(catalogue), FIGURES, code_version="1"),
    )
    return build_asset(spec, totals)


def breakdowns_asset(
    catalogue: Catalogue, partitions: dg.MonthlyPartitionsDefinition
) -> dg.AssetsDefinition:
    """The breakdowns, in a group apart: all assets of a group have the same partitions."""

    def breakdowns(run: Run) -> Result:
        from snu_analytics.publication import close_month

        month = run.days.first
        threshold = run.pipeline.settings.suppression_threshold
        closed = close_month(catalogue, month, run.warehouse, threshold)
        periods = listed(f"{kind} {first}" for kind, first in closed.periods)
        unrevised = listed(closed.unrevised)
        counts = {key: closed.counts[key] for key in _COUNTS}
        return Result({month: counts}, metadata={"periods": periods, "unrevised": unrevised})

    spec = dg.AssetSpec(
        BREAKDOWNS,
        description="The month's breakdowns in published.breakdown, with those of the weeks and "
        "the campaign that it completes; its numbers are final from then on, but for "
        "revisions that are safe beside the former numbers. Counts of 0 to 10 are "
        "masked, and as many others as hide them; an audit by linear programming passes before "
        "anything is written.",
        kinds={"postgres", "polars"},
        group_name="closing",
        partitions_def=partitions,
        **across(_counted(catalogue), FIGURES, code_version="1"),
    )
    return build_asset(
        spec,
        breakdowns,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    )


def _counted(catalogue: Catalogue) -> list:
    return [entity for entity in catalogue.entities.values() if entity.figures]
