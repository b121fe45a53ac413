"""The published tables: one asset over the figures of all entities."""

import time
from collections.abc import Sequence

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.orchestration.assets import daily, tell
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.partitions import days_of
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.pipeline import FIGURES
from snu_analytics.publication import Published, publish
from snu_analytics.settings import read_settings

PUBLISHED = dg.AssetKey(["published", "breakdowns"])

# The tag of a run that closes no week and no month.
DAYS_ALONE = "snu/days_alone"

# Raised when a change of the code changes which cells are published or masked.
_CODE_VERSION = "2"

_CHECK = "no_cell_recoverable"


def published_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    """The asset `published/breakdowns`."""

    @dg.asset(
        key=PUBLISHED,
        deps=[
            dg.AssetKey([entity.name, FIGURES])
            for entity in catalogue.entities.values()
            if entity.figures
        ],
        description="National totals in published.daily_total, and once a month is loaded whole "
        "its breakdowns in published.breakdown, with those of its weeks and of its campaign. Small "
        "counts are masked, and as many others as hide them; an audit by linear programming passes "
        "before anything is written.",
        kinds={"postgres", "polars"},
        group_name="published",
        code_version=f"{_CODE_VERSION}.{'.'.join(_versions(catalogue))}",
        **daily(partitions),
        pool=WAREHOUSE,
        check_specs=[
            dg.AssetCheckSpec(
                _CHECK,
                asset=PUBLISHED,
                blocking=True,
                description="No masked cell, of this or a former publication, can be bounded more "
                "closely than its protection interval by all that is published.",
            )
        ],
    )
    def breakdowns(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        began = time.monotonic()
        with as_dagster_failure(), warehouse.connect() as connection:
            threshold = read_settings().suppression_threshold
            closing = DAYS_ALONE not in context.run.tags
            published = publish(catalogue, days_of(context), connection, threshold, closing)
        tell(context, published.days, began, {"cell": dict(published.counts)})
        return dg.MaterializeResult(check_results=[_no_cell_recoverable(published)])

    return breakdowns


def _versions(catalogue: Catalogue) -> Sequence[str]:
    return [entity.version for entity in catalogue.entities.values() if entity.figures]


def _no_cell_recoverable(published: Published) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=_CHECK,
        passed=True,  # a month of which a cell is recoverable is not written
        metadata={
            "audited": published.counts["audited"],
            "programs": published.counts["programs"],
            "withheld": published.counts["withheld"],
        },
    )
