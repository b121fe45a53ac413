"""The four assets of an entity, all made by one factory from its catalogue file."""

import time
from collections.abc import Mapping
from typing import Any

import dagster as dg

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.orchestration import checks
from snu_analytics.orchestration.concurrency import SOURCE, WAREHOUSE
from snu_analytics.orchestration.faults import RETRY_POLICY, as_dagster_failure
from snu_analytics.orchestration.partitions import BACKFILL_POLICY, days_of
from snu_analytics.orchestration.resources import (
    PipelineResource,
    SourceResource,
    WarehouseResource,
)
from snu_analytics.pipeline import (
    EVENTS,
    FIGURES,
    PATCHES,
    SNAPSHOTS,
    load_events,
    load_figures,
    stage_patches,
    stage_snapshots,
)

# Raised when a change of the code changes what an asset holds for the same source; a change of the
# entity's catalogue file shows by itself.
CODE_VERSION = "1"

OWNERS = ["team:data-engineering"]


def daily(partitions: dg.DailyPartitionsDefinition) -> dict[str, Any]:
    """What every daily asset has: its days, its policies and its owners."""
    return {
        "partitions_def": partitions,
        "backfill_policy": BACKFILL_POLICY,
        "retry_policy": RETRY_POLICY,
        "owners": OWNERS,
    }


def entity_assets(
    catalogue: Catalogue, entity: Entity, partitions: dg.DailyPartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """The entity's `raw_patches`, `user_snapshots`, `anonymized_events`, `daily_aggregates`."""
    common: dict[str, Any] = {
        **daily(partitions),
        "group_name": entity.name,
        "code_version": f"{CODE_VERSION}.{entity.version}",
        "tags": {"entity": entity.name},
    }

    def key(step: str) -> dg.AssetKey:
        return dg.AssetKey([entity.name, step])

    @dg.asset(
        key=key(PATCHES),
        description=f"The day's patches of {entity.patches}: who, when, which fields of the "
        "catalogue, no values, as Parquet in staging. Defective patches are set aside in "
        "analytics.quarantine.",
        kinds={"mongodb", "parquet"},
        pool=SOURCE,
        check_specs=checks.patch_specs(key(PATCHES)),
        **common,
    )
    def raw_patches(
        context: dg.AssetExecutionContext,
        pipeline: PipelineResource,
        source: SourceResource,
        warehouse: WarehouseResource,
    ) -> dg.MaterializeResult:
        began = time.monotonic()
        with as_dagster_failure(), source.open() as opened, warehouse.connect() as connection:
            patched = stage_patches(
                pipeline.context(), entity, days_of(context), opened, connection
            )
        tell(context, patched.counts, began, {"unknown_field": patched.unknown})
        return dg.MaterializeResult(check_results=[checks.few_quarantined(patched.counts)])

    @dg.asset(
        key=key(SNAPSHOTS),
        deps=[key(PATCHES)],
        description="State before and after each of the day's patches, rebuilt from the whole "
        f"history and the current document of everything the day touches in {entity.collection}.",
        kinds={"polars", "parquet"},
        pool=SOURCE,
        check_specs=checks.snapshot_specs(key(SNAPSHOTS)),
        **common,
    )
    def user_snapshots(
        context: dg.AssetExecutionContext,
        pipeline: PipelineResource,
        source: SourceResource,
        warehouse: WarehouseResource,
    ) -> dg.MaterializeResult:
        began = time.monotonic()
        with as_dagster_failure(), source.open() as opened, warehouse.connect() as connection:
            staged = stage_snapshots(
                pipeline.context(), entity, days_of(context), opened, connection
            )
        tables = {
            "unlisted_value": staged.unlisted,
            "withheld_value": staged.withheld,
            "unknown_field": staged.unknown,
        }
        tell(context, staged.counts, began, tables)
        return dg.MaterializeResult(
            check_results=[
                checks.nothing_withheld(staged.withheld),
                checks.fields_known(staged.unknown),
            ]
        )

    @dg.asset(
        key=key(EVENTS),
        deps=[key(SNAPSHOTS)],
        description=f"{entity.description} Rows of analytics.{entity.table}, pseudonymised; a run "
        "replaces the day's rows in one transaction.",
        kinds={"postgres", "polars"},
        pool=WAREHOUSE,
        check_specs=checks.event_specs(key(EVENTS)),
        **common,
    )
    def anonymized_events(
        context: dg.AssetExecutionContext, pipeline: PipelineResource, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        began, days = time.monotonic(), days_of(context)
        with as_dagster_failure(), warehouse.connect() as connection:
            loaded = load_events(pipeline.context(), entity, days, connection)
            results = [
                checks.rows_written(loaded),
                checks.events_in_their_day(connection, entity, days),
            ]
        counts = {day: {"events": rows} for day, rows in loaded.written.items()}
        tell(context, counts, began, {"event": loaded.by_name})
        return dg.MaterializeResult(check_results=results)

    figures = "\n".join(f"- {f.phase}, {f.figure}: {f.definition}" for f in entity.figures)

    @dg.asset(
        key=key(FIGURES),
        deps=[key(EVENTS)],
        description="Figures of the day by gender, age, region, department and cohort, in "
        f"analytics.daily_figure:\n{figures}",
        kinds={"postgres", "sql"},
        pool=WAREHOUSE,
        check_specs=checks.figure_specs(key(FIGURES)),
        **common,
    )
    def daily_aggregates(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        began, days = time.monotonic(), days_of(context)
        with as_dagster_failure(), warehouse.connect() as connection:
            totals = load_figures(entity, days, connection)
            result = checks.figures_count_events(connection, entity, days)
        tell(context, totals, began)
        return dg.MaterializeResult(check_results=[result])

    return [raw_patches, user_snapshots, anonymized_events, daily_aggregates]


def tell(
    context: dg.AssetExecutionContext,
    counts: Mapping[Any, Mapping[str, int]],
    began: float,
    tables: Mapping[str, Mapping[str, int]] | None = None,
) -> None:
    """Metadata of the materialisations: each day's counts, and the run's time and tables."""
    shared: dict[str, Any] = {"seconds": round(time.monotonic() - began, 2), "days": len(counts)}
    for name, table in (tables or {}).items():
        if not table:
            continue
        rows = "\n".join(f"| {value} | {count} |" for value, count in table.items())
        shared[f"{name}s_of_the_run"] = dg.MetadataValue.md(
            f"| {name} | count |\n|---|---:|\n{rows}"
        )
    for day, told in counts.items():
        context.add_asset_metadata({**dict(told), **shared}, partition_key=day.isoformat())
