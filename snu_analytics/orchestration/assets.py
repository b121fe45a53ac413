"""The one factory of all assets: a function that computes, and what Dagster is to know of it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange, paris_today
from snu_analytics.orchestration.checks import Check
from snu_analytics.orchestration.concurrency import WAREHOUSE
from snu_analytics.orchestration.faults import RETRY_POLICY, as_dagster_failure
from snu_analytics.orchestration.partitions import BACKFILL_POLICY, days_of
from snu_analytics.orchestration.resources import (
    PipelineResource,
    SourceResource,
    WarehouseResource,
)

_OWNERS = ["team:data-engineering"]


@dataclass(frozen=True)
class Run:
    """What an asset computes with, for the time of a run.

    `days` are the partitions: of a monthly asset the month's first day, without partitions today.
    """

    days: DayRange
    warehouse: psycopg.Connection
    source: SourceResource
    pipeline: PipelineResource
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """What an asset reports: counts by partition, metadata, and the results of its checks.

    `metadata` is of the run and stands at the last of its partitions: at each of them a backfill
    would store it a hundred times.
    """

    counts: Mapping[date, Mapping[str, int]]
    checks: Sequence[dg.AssetCheckResult] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


def build_asset(
    spec: dg.AssetSpec,
    compute: Callable[[Run], Result],
    *,
    checks: Sequence[Check] = (),
    pool: str = WAREHOUSE,
    backfill_policy: dg.BackfillPolicy = BACKFILL_POLICY,
) -> dg.AssetsDefinition:
    """The asset of `spec`, in the group of its key's first part unless the spec names another.

    Faults of `compute` become Dagster failures (`as_dagster_failure`). The spec's `code_version`
    is to be raised when a change of the code changes what the asset holds for the same source; a
    change of a catalogue file shows by itself.
    """
    spec = spec.replace_attributes(
        group_name=spec.group_name or spec.key.path[0],
        owners=_OWNERS,
    )

    @dg.multi_asset(
        name="__".join(spec.key.path),
        specs=[spec],
        check_specs=[check.spec(spec.key) for check in checks],
        pool=pool,
        retry_policy=RETRY_POLICY,
        backfill_policy=backfill_policy if spec.partitions_def else None,
    )
    def asset(
        context: dg.AssetExecutionContext,
        source: dg.ResourceParam[SourceResource],
        warehouse: dg.ResourceParam[WarehouseResource],
        pipeline: dg.ResourceParam[PipelineResource],
    ) -> dg.MaterializeResult:
        began = time.monotonic()
        days = days_of(context) if spec.partitions_def else DayRange(paris_today(), paris_today())
        with as_dagster_failure(), warehouse.connect() as connection:
            run = Run(days, connection, source, pipeline, context.run.tags)
            result = compute(run)
        seconds = round(time.monotonic() - began, 2)
        # Charts before numbers: at the top of the page of a materialisation.
        of_the_run = {**result.metadata, "seconds": seconds, "days": len(result.counts)}
        for day, counts in result.counts.items():
            context.add_asset_metadata(
                {**(of_the_run if day == days.last else {}), **counts},
                asset_key=spec.key,
                partition_key=day.isoformat() if spec.partitions_def else None,
            )
        return dg.MaterializeResult(check_results=result.checks)

    return asset


def across(entities: Iterable[Entity], step: str, code_version: str) -> dict[str, Any]:
    """Dependencies on a step of each entity, and a version that changes with their catalogue files.

    Arguments of `dg.AssetSpec`, for an asset across entities.
    """
    entities = list(entities)
    return {
        "deps": [dg.AssetKey([entity.name, step]) for entity in entities],
        "code_version": ".".join([code_version, *(entity.version for entity in entities)]),
    }
