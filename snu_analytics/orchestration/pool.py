"""The asset `figures/pool`, over the events of all entities that have a pool."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, parse_day
from snu_analytics.figures.pool import (
    Balance,
    Explained,
    balance,
    compare_live,
    load_opening,
    load_pool,
    pool,
)
from snu_analytics.orchestration.assets import Result, Run, across, build_asset
from snu_analytics.orchestration.charts import stock_chart
from snu_analytics.orchestration.checks import Check, listed
from snu_analytics.orchestration.metadata import table
from snu_analytics.pipeline import EVENTS

POOL = dg.AssetKey(["figures", "pool"])

_PLOTTED = timedelta(days=89)

_BALANCES = Check(
    "pool_balances",
    "In every cell entries - exits are the events' changes, and over all cells the creations. A "
    "stock below nothing, or other than a recount by the latest events, warns that histories "
    "changed since their days were loaded.",
    blocking=True,
)


def pool_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    entities = [entity for entity in catalogue.entities.values() if entity.pool]

    def movements(run: Run) -> Result:
        days, warehouse = run.days, run.warehouse
        first = parse_day(partitions.get_first_partition_key() or str(days.first))
        last = parse_day(partitions.get_last_partition_key() or str(days.last))
        counts: dict[date, dict[str, int]] = {day: {} for day in days}
        balances: dict[str, Balance] = {}
        shown: dict[str, Any] = {}
        context = run.pipeline.context()
        for entity in entities:
            if days.first == first:
                with run.source.open() as source:
                    load_opening(context, entity, first, source, warehouse)
            for day, moved in load_pool(entity, days, warehouse).items():
                counts[day][f"{entity.name}_entries"] = moved.entries
                counts[day][f"{entity.name}_exits"] = moved.exits
            balances[entity.name] = balance(entity, days, warehouse)
            if balances[entity.name].known:
                plotted = DayRange(max(first, days.last - _PLOTTED), days.last)
                stocks = pool(warehouse, entity, plotted).fillna({"status": "none"})
                title = f"{entity.title}: stock by status at the end of the day"
                shown[f"{entity.name}_stock"] = stock_chart(stocks, title)
            if days.last == last:
                with run.source.open() as source:
                    difference = compare_live(context, entity, last, source, warehouse)
                shown |= difference_metadata(entity.name, difference)
        return Result(counts, checks=[balances_result(balances)], metadata=shown)

    spec = dg.AssetSpec(
        POOL,
        description="Entries into and exits from every status and group on the day, in "
        "analytics.pool_movement; opening + entries - exits = closing. The first partition counts "
        "who was there before. Of the last one the stock is held against a count in the source.",
        kinds={"postgres", "sql"},
        partitions_def=partitions,
        **across(entities, EVENTS, code_version="1"),
    )
    return build_asset(spec, movements, checks=[_BALANCES])


def balances_result(balances: Mapping[str, Balance]) -> dg.AssetCheckResult:
    """The result of the check, by entity; only movements that do not balance are an error."""
    unbalanced = sorted({day for balance in balances.values() for day in balance.unbalanced})
    negative = sorted({day for balance in balances.values() for day in balance.negative})
    astray = [f"{name} {status}" for name, b in balances.items() for status in b.astray]
    return _BALANCES.result(
        not (unbalanced or negative or astray),
        # Below nothing is whoever is gone from the source, until the next erasure, or a day whose
        # patches changed, until it runs again: no reason to hold the other figures up.
        dg.AssetCheckSeverity.ERROR if unbalanced else dg.AssetCheckSeverity.WARN,
        days=listed(unbalanced or negative),
        unbalanced=listed(unbalanced),
        below_nothing=listed(negative),
        other_than_recounted=listed(astray),
        incomplete=listed(name for name, balance in balances.items() if not balance.known),
    )


def difference_metadata(entity: str, explained: Explained) -> dict[str, Any]:
    """The stock against the source, by status, and what may explain a difference."""
    month = f"audit of {explained.month:%Y-%m}" if explained.month else "no audit yet"
    return {
        f"{entity}_against_the_source": table(
            ["status", "closing", "live", "difference"],
            [(d.status, d.closing, d.live, d.live - d.closing) for d in explained.differences],
        ),
        f"{entity}_differences_explained": "Documents whose status was written without a patch: "
        f"{explained.unrecorded} ({month}). Subjects erased so far: {explained.erased}. Changes "
        "since midnight are in the source alone.",
    }
