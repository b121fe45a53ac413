"""The days' patches to staging, the defective ones to the quarantine."""

from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.events import deidentified_patches
from snu_analytics.history import (
    paris_day,
    quarantined,
    split_by_day,
)
from snu_analytics.source.contract import Source
from snu_analytics.steps.bench import PATCHES, DayCounts, Workbench, counts_by_day
from snu_analytics.steps.erased import without_erased
from snu_analytics.warehouse import (
    Origin,
    claim_key,
    copy_blocks,
    days_with_rows,
    replace_day,
)


@dataclass(frozen=True)
class Patched:
    """What the days' patches hold: counts per day, and the fields that no catalogue knows.

    Counts are `patches`, `documents`, `operations` and `quarantined`; of an unknown field the
    patches that name it are counted.
    """

    counts: DayCounts
    unknown: dict[str, int]


class DayPatches(NamedTuple):
    """The heads of some days' patches with their `day`, a row per kept operation or head without
    one, and the patches and names of the fields that no catalogue knows."""

    heads: pl.DataFrame
    rows: pl.DataFrame
    unknown: pl.DataFrame


def stage_patches(
    bench: Workbench,
    entity: Entity,
    days: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> Patched:
    """Stage the days' patches, one row per kept operation, and set the defective ones aside."""
    heads, rows, unknown = patch_rows(bench, entity, days, source)
    told = deidentified_patches(rows, entity, bench.catalogue, bench.pseudonyms)
    told = without_erased(bench, entity, told, warehouse)
    by_day, told_by_day = split_by_day(rows, "day"), split_by_day(told, "day")
    for day in days:
        origin = origin_of(bench, by_day.get(day, rows.clear()))
        notes = {name: str(told) for name, told in origin._asdict().items()}
        staged = told_by_day.get(day, told.clear())
        bench.staging.write((entity.name, PATCHES), day, staged, notes)
    _quarantine(bench, entity, days, heads, warehouse)
    counts = counts_by_day(
        rows,
        days,
        patches=pl.col("patch").n_unique(),
        documents=pl.col("ref").drop_nulls().n_unique(),
        operations=pl.col("field").is_not_null().sum(),
        quarantined=pl.col("patch").filter(pl.col("defect").is_not_null()).n_unique(),
    )
    return Patched(counts, dict(sorted(unknown["field"].value_counts().iter_rows())))


def origin_of(bench: Workbench, frame: pl.DataFrame) -> Origin:
    """The number of a day's patches, and the digest of what they say in whatever company."""
    told = frame.sort("patch", "field", "sub", maintain_order=True).select(
        pl.col("date").to_physical(), pl.exclude("patch", "date", "day")
    )
    content = told.write_csv().encode()
    return Origin(
        frame["patch"].n_unique(), bench.pseudonyms.seal(content), bench.pseudonyms.fingerprint
    )


def patch_rows(bench: Workbench, entity: Entity, days: DayRange, source: Source) -> DayPatches:
    """The patches of the days, in canonical texts."""
    found = source.day_patches(entity, days.start, days.end)
    heads = found.heads.with_columns(
        day=pl.coalesce(
            paris_day(pl.col("date")),
            pl.col("patch_id").replace_strict(
                *_quarantine_days(found.heads), default=None, return_dtype=pl.Date
            ),
        )
    ).filter(pl.col("day").is_between(days.first, days.last))
    canonicaliser = bench.canonicaliser(entity, source)
    ops = [
        part.with_columns(
            canonicaliser.series(part["field"][0], part["value"]).alias("value"),
            canonicaliser.series(part["field"][0], part["original"]).alias("original"),
        )
        for part in found.ops.partition_by("field", maintain_order=True)
    ]
    told = pl.concat(ops) if ops else found.ops
    return DayPatches(
        heads,
        heads.join(told, on="patch", how="left", maintain_order="left"),
        found.unknown.join(heads, on="patch", how="semi"),
    )


def _quarantine_days(heads: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    aside = quarantined(heads).unique("patch_id")
    return aside["patch_id"], aside["day"]


def _quarantine(
    bench: Workbench,
    entity: Entity,
    days: DayRange,
    heads: pl.DataFrame,
    warehouse: psycopg.Connection,
) -> None:
    aside = heads.filter(pl.col("defect").is_not_null()).unique("patch_id", keep="first")
    rows = aside.select(
        pl.lit(entity.name).alias("entity"),
        "day",
        bench.pseudonyms.series("change", aside["patch_id"]).alias("patch_id"),
        pl.col("defect").alias("reason"),
        pl.lit(bench.pseudonyms.fingerprint).alias("key_id"),
    ).sort("day", "patch_id")
    by_day = split_by_day(rows, "day")
    where = {"entity": [entity.name]}
    claim_key(warehouse, bench.pseudonyms.fingerprint)
    former = days_with_rows(warehouse, "quarantine", "day", days.first, days.last, where)
    for day in sorted(former | by_day.keys()):
        frame = by_day.get(day, rows.clear())
        replace_day(
            warehouse, "quarantine", "day", day, rows.columns, copy_blocks(frame), where=where
        )
