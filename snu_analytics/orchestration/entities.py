"""The four assets of an entity, from its catalogue file."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import dagster as dg

from snu_analytics.catalogue import Entity
from snu_analytics.orchestration.assets import Result, Run, build_asset
from snu_analytics.orchestration.checks import Check, listed
from snu_analytics.orchestration.concurrency import SOURCE
from snu_analytics.orchestration.metadata import count_tables
from snu_analytics.pipeline import (
    EVENTS,
    FIGURES,
    PATCHES,
    SNAPSHOTS,
    DayCounts,
    days_with_wrong_figures,
    load_events,
    load_figures,
    stage_patches,
    stage_snapshots,
)
from snu_analytics.source import Source

# Damaged patches are rare in production; more than one in a hundred is a fault of the writer. A
# share of few patches says nothing: one of the 30 of a Sunday failed the check.
_QUARANTINE_LIMIT = 0.01
_QUARANTINE_FLOOR = 5

_FEW_QUARANTINED = Check(
    "few_quarantined",
    f"At most {_QUARANTINE_LIMIT:.0%} of each day's patches are defective, or fewer than "
    f"{_QUARANTINE_FLOOR}.",
)
_NOTHING_WITHHELD = Check(
    "nothing_withheld",
    "No field holds what looks like a person's: a telephone number, an e-mail. OTHER stands for "
    "such a value, and analytics.withheld counts it. List the values by `snu-analytics values`.",
)
_FIELDS_KNOWN = Check(
    "fields_known", "Every field met is in the catalogue, kept or dropped by name."
)
_FIGURES_COUNT_EVENTS = Check(
    "figures_count_events",
    "Each figure, summed over its groups, is the count of its events.",
    blocking=True,
)


def entity_assets(
    entity: Entity, partitions: dg.DailyPartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """The entity's `raw_patches`, `user_snapshots`, `anonymized_events`, `daily_aggregates`."""

    def step(
        name: str,
        compute: Callable[[Run], Result],
        description: str,
        kinds: set[str],
        after: str | None = None,
        **options: Any,
    ) -> dg.AssetsDefinition:
        spec = dg.AssetSpec(
            [entity.name, name],
            deps=[dg.AssetKey([entity.name, after])] if after else [],
            description=description,
            kinds=kinds,
            code_version=f"1.{entity.version}",
            tags={"entity": entity.name},
            partitions_def=partitions,
        )
        return build_asset(spec, compute, **options)

    def raw_patches(run: Run) -> Result:
        with run.source.open() as source:
            patched = stage_patches(run.pipeline.context(), entity, run.days, source, run.warehouse)
            lacking = _lacking(entity, source) if _is_idle(patched.counts) else {}
        return Result(
            patched.counts,
            checks=[_few_quarantined(patched.counts)],
            metadata={**lacking, **count_tables(unknown_field=patched.unknown)},
        )

    def user_snapshots(run: Run) -> Result:
        with run.source.open() as source:
            staged = stage_snapshots(
                run.pipeline.context(), entity, run.days, source, run.warehouse
            )
        return Result(
            staged.counts,
            checks=[
                _NOTHING_WITHHELD.result(not staged.withheld, fields=listed(staged.withheld)),
                _FIELDS_KNOWN.result(not staged.unknown, fields=listed(staged.unknown)),
            ],
            metadata=count_tables(
                unlisted_value=staged.unlisted,
                withheld_value=staged.withheld,
                unknown_field=staged.unknown,
            )
            | _nothing_to_do(entity, staged.counts),
        )

    def anonymized_events(run: Run) -> Result:
        loaded = load_events(run.pipeline.context(), entity, run.days, run.warehouse)
        counts = {day: {"events": rows} for day, rows in loaded.written.items()}
        metadata = count_tables(event=loaded.by_name) | _nothing_to_do(entity, counts)
        return Result(counts, metadata=metadata)

    def daily_aggregates(run: Run) -> Result:
        totals = load_figures(entity, run.days, run.warehouse)
        wrong = days_with_wrong_figures(entity, run.days, run.warehouse)
        check = _FIGURES_COUNT_EVENTS.result(not wrong, days=listed(wrong))
        return Result(totals, checks=[check], metadata=_nothing_to_do(entity, totals))

    figures = "\n".join(f"- {f.phase}, {f.figure}: {f.definition}" for f in entity.figures)
    return [
        step(
            PATCHES,
            raw_patches,
            f"The day's patches of {entity.patches}: who, when, which fields of the catalogue, no "
            "values, as Parquet in staging. Defective patches are set aside in "
            "analytics.quarantine.",
            {"mongodb", "parquet"},
            checks=[_FEW_QUARANTINED],
            pool=SOURCE,
        ),
        step(
            SNAPSHOTS,
            user_snapshots,
            "State before and after each of the day's patches, rebuilt from the whole history and "
            f"the current document of everything the day touches in {entity.collection}.",
            {"polars", "parquet"},
            after=PATCHES,
            checks=[_NOTHING_WITHHELD, _FIELDS_KNOWN],
            pool=SOURCE,
        ),
        step(
            EVENTS,
            anonymized_events,
            f"{entity.description} Rows of analytics.{entity.table}. They are pseudonymised, not "
            "anonymous, whatever the asset's name says: personal data for a restricted circle, as "
            "risk/report measures. A run replaces the day's rows in one transaction.",
            {"postgres", "polars"},
            after=SNAPSHOTS,
        ),
        step(
            FIGURES,
            daily_aggregates,
            "Figures of the day by gender, age, region, department and cohort, in "
            f"analytics.daily_figure:\n{figures}",
            {"postgres", "sql"},
            after=EVENTS,
            checks=[_FIGURES_COUNT_EVENTS],
        ),
    ]


def _is_idle(counts: Mapping[date, Mapping[str, int]]) -> bool:
    return not any(sum(counted.values()) for counted in counts.values())


def _lacking(entity: Entity, source: Source) -> dict[str, str]:
    """Metadata that names the collections which the source lacks; empty without one."""
    lacking = [check.subject for check in source.checks(entity) if check.lacking]
    if not lacking:
        return {}
    return {"nothing_to_do": f"the source has no collection {' and '.join(lacking)}"}


def _nothing_to_do(entity: Entity, counts: Mapping[date, Mapping[str, int]]) -> dict[str, Any]:
    """Metadata of days without a change, of an entity whose collection may be lacking."""
    if not entity.optional or not _is_idle(counts):
        return {}
    return {"nothing_to_do": f"no change on these days, see {entity.name}/{PATCHES}"}


def _few_quarantined(counts: DayCounts) -> dg.AssetCheckResult:
    over = [
        day
        for day, counted in counts.items()
        if counted["quarantined"] >= _QUARANTINE_FLOOR
        and counted["quarantined"] > _QUARANTINE_LIMIT * counted["patches"]
    ]
    total = sum(counted["quarantined"] for counted in counts.values())
    return _FEW_QUARANTINED.result(not over, quarantined=total, days=listed(over))
