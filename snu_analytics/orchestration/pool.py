"""The pool: one asset over the events of all entities that have one."""

import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

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
from snu_analytics.orchestration.assets import daily, tell
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.partitions import days_of
from snu_analytics.orchestration.plots import picture
from snu_analytics.orchestration.resources import (
    PipelineResource,
    SourceResource,
    WarehouseResource,
)
from snu_analytics.pipeline import EVENTS

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

POOL = dg.AssetKey(["figures", "pool"])

# Raised when a change of the code changes what the movements are.
_CODE_VERSION = "1"

_CHECK = "pool_balances"
_PLOTTED = timedelta(days=89)


def pool_asset(
    catalogue: Catalogue, partitions: dg.DailyPartitionsDefinition
) -> dg.AssetsDefinition:
    """The asset `figures/pool`."""
    entities = [entity for entity in catalogue.entities.values() if entity.pool]

    @dg.asset(
        key=POOL,
        deps=[dg.AssetKey([entity.name, EVENTS]) for entity in entities],
        description="Entries into and exits from every status and group on the day, in "
        "analytics.pool_movement; opening + entries - exits = closing. The first partition counts "
        "who was there before. Of the last one the stock is held against a count in the source.",
        kinds={"postgres", "sql"},
        group_name="figures",
        code_version=".".join([_CODE_VERSION, *(entity.version for entity in entities)]),
        **daily(partitions),
        pool=WAREHOUSE,
        check_specs=[
            dg.AssetCheckSpec(
                _CHECK,
                asset=POOL,
                blocking=True,
                description="In every cell entries - exits are the events' changes, and over all "
                "cells the creations. A stock below nothing, or other than a recount by the latest "
                "events, warns that histories changed since their days were loaded.",
            )
        ],
    )
    def stock(
        context: dg.AssetExecutionContext,
        pipeline: PipelineResource,
        source: SourceResource,
        warehouse: WarehouseResource,
    ) -> dg.MaterializeResult:
        began, days = time.monotonic(), days_of(context)
        first = parse_day(partitions.get_first_partition_key() or str(days.first))
        last = parse_day(partitions.get_last_partition_key() or str(days.last))
        counts: dict[date, dict[str, int]] = {day: {} for day in days}
        balances: dict[str, Balance] = {}
        shown: dict[str, dg.MarkdownMetadataValue] = {}
        with as_dagster_failure(), warehouse.connect() as connection:
            work = pipeline.context()
            for entity in entities:
                if days.first == first:
                    with source.open() as opened:
                        load_opening(work, entity, first, opened, connection)
                for day, moved in load_pool(entity, days, connection).items():
                    counts[day][f"{entity.name}_entries"] = moved.entries
                    counts[day][f"{entity.name}_exits"] = moved.exits
                balances[entity.name] = balance(entity, days, connection)
                # A range draws nothing: its processes would each hold what draws.
                if balances[entity.name].known and len(days) == 1:
                    seen = DayRange(max(first, days.last - _PLOTTED), days.last)
                    stocks = pool(connection, entity, seen)
                    shown[f"{entity.name}_stock"] = picture(
                        _chart(stocks), f"{entity.title}: stock by status"
                    )
                if days.last == last:
                    with source.open() as opened:
                        found = compare_live(work, entity, last, opened, connection)
                    shown[f"{entity.name}_against_the_source"] = difference_table(found)
        tell(context, counts, began)
        context.add_asset_metadata(shown, partition_key=days.last.isoformat())
        return dg.MaterializeResult(check_results=[balances_result(balances)])

    return stock


def balances_result(balances: Mapping[str, Balance]) -> dg.AssetCheckResult:
    """The result of the check, by entity; only movements that do not balance are an error."""
    wrong = sorted({day for told in balances.values() for day in told.unbalanced})
    below = sorted({day for told in balances.values() for day in told.negative})
    astray = [f"{name} {s}" for name, told in balances.items() for s in told.astray]
    unknown = [name for name, told in balances.items() if not told.known]
    return dg.AssetCheckResult(
        check_name=_CHECK,
        passed=not (wrong or below or astray),
        # Below nothing is whoever is gone from the source, until the next erasure, or a day whose
        # patches changed, until it runs again: no reason to hold the other figures up.
        severity=dg.AssetCheckSeverity.ERROR if wrong else dg.AssetCheckSeverity.WARN,
        metadata={
            "days": _days(wrong or below),
            "unbalanced": _days(wrong),
            "below_nothing": _days(below),
            "other_than_recounted": ", ".join(astray) or "none",
            "incomplete": ", ".join(unknown) or "none",
        },
    )


def _days(days: Sequence[date]) -> str:
    return ", ".join(map(str, days)) or "none"


def difference_table(told: Explained) -> dg.MarkdownMetadataValue:
    """The stock against the source, by status, with what may explain a difference."""
    rows = [
        f"| {one.status} | {one.closing} | {one.live} | {one.live - one.closing} |"
        for one in told.differences
    ]
    month = f"audit of {told.month:%Y-%m}" if told.month else "no audit yet"
    table = ["| status | closing | live | difference |", "|---|---:|---:|---:|", *rows]
    causes = (
        f"Documents whose status was written without a patch: {told.unrecorded} ({month}). "
        f"Subjects erased so far: {told.erased}. Changes since midnight are in the source alone."
    )
    return dg.MetadataValue.md("\n".join([*table, "", causes]))


def _chart(stocks: "pd.DataFrame") -> "alt.Chart":
    import altair as alt

    told = stocks.assign(day=stocks["day"].astype(str), status=stocks["status"].fillna("none"))
    return (
        alt.Chart(told[["day", "status", "closing"]])
        .mark_line()
        .encode(x=alt.X("day:T", title=None), y=alt.Y("closing:Q", title=None), color="status:N")
    )
