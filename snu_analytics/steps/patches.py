"""The days' patches to staging, the defective ones to the quarantine."""

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.history import (
    paris_day,
    quarantined,
    split_by_day,
)
from snu_analytics.source.contract import Source
from snu_analytics.steps.bench import PATCHES, DayCounts, Workbench, counts_by_day
from snu_analytics.warehouse import (
    Origin,
    claim_key,
    copy_blocks,
    days_with_rows,
    replace_day,
)


def stage_patches(
    bench: Workbench,
    entity: Entity,
    days: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> DayCounts:
    """Stage the days' patches, one row per kept operation, and set the defective ones aside.

    Counts per day: `patches`, `documents`, `operations`, `quarantined`.
    """
    heads, rows = patch_rows(bench, entity, days, source)
    by_day = split_by_day(rows, "day")
    for day in days:
        frame = by_day.get(day, rows.clear())
        origin = origin_of(bench, frame)
        notes = {"patches": str(origin.patches), "digest": origin.digest}
        bench.staging.write((entity.name, PATCHES), day, frame, notes)
    _quarantine(bench, entity, days, heads, warehouse)
    return counts_by_day(
        rows,
        days,
        patches=pl.col("patch").n_unique(),
        documents=pl.col("ref").drop_nulls().n_unique(),
        operations=pl.col("field").is_not_null().sum(),
        quarantined=pl.col("patch").filter(pl.col("defect").is_not_null()).n_unique(),
    )


def origin_of(bench: Workbench, frame: pl.DataFrame) -> Origin:
    """The number of a day's patches, and the digest of what they say in whatever company."""
    told = frame.sort("patch", "field", "sub", maintain_order=True).select(
        pl.col("date").to_physical(), pl.exclude("patch", "date", "day")
    )
    content = told.write_csv().encode()
    return Origin(frame["patch"].n_unique(), bench.pseudonyms.seal(content))


def patch_rows(
    bench: Workbench, entity: Entity, days: DayRange, source: Source
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The heads of the days' patches with their `day`, and a row per kept operation or head."""
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
    return heads, heads.join(told, on="patch", how="left", maintain_order="left")


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
