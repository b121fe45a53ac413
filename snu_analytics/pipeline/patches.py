"""The days' patches to staging, the defective ones to the quarantine."""

import json
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.events import deidentified_patches
from snu_analytics.history import paris_day, plain, quarantined, split_by_day
from snu_analytics.pipeline.context import PATCHES, DayCounts, PipelineContext, counts_by_day
from snu_analytics.pipeline.erased import without_erased
from snu_analytics.source import Source
from snu_analytics.warehouse import SourceFingerprint, claimed_key, replace_notes


@dataclass(frozen=True)
class Patched:
    """Counts of the days' patches, per day and per field that is in no catalogue.

    By day `patches`, `documents`, `operations` and `quarantined`; of an unknown field the patches
    that name it.
    """

    counts: DayCounts
    unknown: dict[str, int]


class DayPatches(NamedTuple):
    """The patches of some days in three frames.

    `heads` has a row per patch, with its `day`; `rows` the same columns with `field`, `sub`,
    `value` and `original`, a row per operation on a catalogue's field, or one with nulls; `unknown`
    the `patch`, `field` and `day` of operations on fields that are in no catalogue.
    """

    heads: pl.DataFrame
    rows: pl.DataFrame
    unknown: pl.DataFrame


def stage_patches(
    context: PipelineContext,
    entity: Entity,
    days: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> Patched:
    """Counts of the days' patches, which are staged without any value; defective ones set aside."""
    heads, rows, unknown = patch_rows(context, entity, days, source)
    fields = rows.group_by("patch").agg(fields=pl.col("field").drop_nulls().unique().sort())
    heads = heads.join(fields, on="patch", how="left", maintain_order="left")
    patches = deidentified_patches(heads, entity, context.catalogue, context.pseudonyms)
    patches = without_erased(context, entity, patches, warehouse)
    unknown_by_day = {
        day: _by_name(part["field"]) for day, part in split_by_day(unknown, "day").items()
    }
    rows_by_day, patches_by_day = split_by_day(rows, "day"), split_by_day(patches, "day")
    for day in days:
        origin = source_fingerprint(context, rows_by_day.get(day, rows.clear()))
        notes = {name: str(value) for name, value in origin._asdict().items()}
        notes["unknown"] = json.dumps(unknown_by_day.get(day, {}))
        staged = patches_by_day.get(day, patches.clear())
        context.staging.write((entity.name, PATCHES), day, staged, notes)
    _quarantine(context, entity, days, heads, warehouse)
    counts = counts_by_day(
        rows,
        days,
        patches=pl.col("patch").n_unique(),
        documents=pl.col("ref").drop_nulls().n_unique(),
        operations=pl.col("field").is_not_null().sum(),
        quarantined=pl.col("patch").filter(pl.col("defect").is_not_null()).n_unique(),
    )
    return Patched(counts, _by_name(unknown["field"]))


def _by_name(fields: pl.Series) -> dict[str, int]:
    return dict(sorted(fields.value_counts().iter_rows()))


def source_fingerprint(context: PipelineContext, frame: pl.DataFrame) -> SourceFingerprint:
    """The number of a day's patches, and a keyed digest of their canonical content.

    The digest does not depend on which other days were read in the batch.
    """
    rows = frame.sort("patch", "field", "sub", maintain_order=True)
    content = rows.select(
        pl.col("date").to_physical(),
        pl.exclude("patch", "date", "day", "value", "original"),
        plain(rows["value"]),
        plain(rows["original"]),
    )
    return SourceFingerprint(
        frame["patch"].n_unique(),
        context.pseudonyms.seal(content.write_csv().encode()),
        context.pseudonyms.fingerprint,
    )


def patch_rows(
    context: PipelineContext, entity: Entity, days: DayRange, source: Source
) -> DayPatches:
    """The patches of the days, their values as canonical JSON texts."""
    read = source.day_patches(entity, days.start, days.end)
    heads = read.heads.with_columns(
        day=pl.coalesce(
            paris_day(pl.col("date")),
            pl.col("patch_id").replace_strict(
                *_quarantine_days(read.heads), default=None, return_dtype=pl.Date
            ),
        )
    ).filter(pl.col("day").is_between(days.first, days.last))
    canonicaliser = context.canonicaliser(entity, source)
    ops = [
        part.with_columns(
            canonicaliser.series(part["field"][0], part["value"]).alias("value"),
            canonicaliser.series(part["field"][0], part["original"]).alias("original"),
        )
        for part in read.ops.partition_by("field", maintain_order=True)
    ]
    canonical = pl.concat(ops) if ops else read.ops
    return DayPatches(
        heads,
        heads.join(canonical, on="patch", how="left", maintain_order="left"),
        read.unknown.join(heads.select("patch", "day"), on="patch", how="inner"),
    )


def _quarantine_days(heads: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    aside = quarantined(heads).unique("patch_id")
    return aside["patch_id"], aside["day"]


def _quarantine(
    context: PipelineContext,
    entity: Entity,
    days: DayRange,
    heads: pl.DataFrame,
    warehouse: psycopg.Connection,
) -> None:
    aside = heads.filter(pl.col("defect").is_not_null()).unique("patch_id", keep="first")
    rows = aside.select(
        "day",
        context.pseudonyms.series("change", aside["patch_id"]).alias("patch_id"),
        pl.col("defect").alias("reason"),
        pl.lit(context.pseudonyms.fingerprint).alias("key_id"),
    ).sort("day", "patch_id")
    with claimed_key(warehouse, context.pseudonyms.fingerprint):
        replace_notes(warehouse, "quarantine", entity.name, days, rows)
