"""A month's histories held against what was loaded."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.history import (
    AUDIT_SCHEMA,
    audit,
    rebuild,
    split_by_day,
)
from snu_analytics.pipeline.context import PipelineContext
from snu_analytics.pipeline.patches import patch_rows, source_fingerprint
from snu_analytics.source import Source
from snu_analytics.warehouse import (
    copy_blocks,
    day_origins,
    replace_day,
)


@dataclass(frozen=True)
class Audited:
    """The audit of a month (AUDIT_SCHEMA), and the days whose patches are others than loaded."""

    measures: pl.DataFrame
    changed: list[date]


def audit_history(
    context: PipelineContext,
    entity: Entity,
    month: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> Audited:
    """Audit the histories of what a month touched, and hold its days against what was loaded.

    Replaces the month's rows of `history_audit` and `day_found`.
    """
    heads, rows, _ = patch_rows(context, entity, month, source)
    made = pl.Series(source.made_between(entity, month.start, month.end), dtype=pl.String)
    sound = heads.filter(pl.col("defect").is_null())["ref"]
    refs = pl.concat([sound, made.rename("ref")]).unique().sort().to_list()
    canonicaliser = context.canonicaliser(entity, source)
    timeline = rebuild(source.histories(entity, refs), entity, canonicaliser)
    measures = audit(timeline, heads, month.start, month.end)

    key_id = context.pseudonyms.fingerprint
    loaded = day_origins(warehouse, entity.table, month.first, month.last, key_id)
    by_day = split_by_day(rows, "day")
    found = {day: source_fingerprint(context, by_day.get(day, rows.clear())) for day in loaded}
    changed = [day for day, origin in found.items() if origin.digest != loaded[day].digest]
    late = sum(max(0, found[day].patches - loaded[day].patches) for day in changed)
    vanished = sum(max(0, loaded[day].patches - found[day].patches) for day in changed)
    patches = sum(origin.patches for origin in loaded.values())
    told = [
        ("days", None, "changed since they were loaded", len(changed), len(loaded)),
        ("patches", None, "late: came after their day was loaded", late, patches),
        ("patches", None, "vanished since their day was loaded", vanished, patches),
    ]
    measures = pl.concat([measures, pl.DataFrame(told, AUDIT_SCHEMA, orient="row")])
    where = {"entity": [entity.name]}
    lines = measures.select(
        pl.lit(month.first).alias("month"), pl.lit(entity.name).alias("entity"), pl.all()
    )
    replace_day(
        warehouse, "history_audit", "month", month.first, lines.columns, copy_blocks(lines), where
    )
    for day, origin in found.items():
        line = pl.DataFrame(
            {"entity": [entity.name], "day": [day], **{k: [v] for k, v in origin._asdict().items()}}
        ).rename({"patches": "patch_count"})
        replace_day(warehouse, "day_found", "day", day, line.columns, copy_blocks(line), where)
    return Audited(measures, changed)
