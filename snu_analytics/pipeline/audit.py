"""A month's histories audited, and compared with what was loaded."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.history import AUDIT_SCHEMA, audit, rebuild, split_by_day
from snu_analytics.pipeline.context import PipelineContext
from snu_analytics.pipeline.patches import patch_rows, source_fingerprint
from snu_analytics.source import Source
from snu_analytics.warehouse import SourceFingerprint, replace_days, source_fingerprints

_AUDITED_DAY = {
    "entity": pl.String,
    "day": pl.Date,
    "patch_count": pl.Int64,
    "digest": pl.String,
    "key_id": pl.String,
}


@dataclass(frozen=True)
class Audited:
    """The audit of a month (AUDIT_SCHEMA), and the days whose patches changed since their load."""

    measures: pl.DataFrame
    changed: list[date]


def audit_history(
    context: PipelineContext,
    entity: Entity,
    month: DayRange,
    source: Source,
    warehouse: psycopg.Connection,
) -> Audited:
    """The audit of the documents that a month touched, and its days that changed since their load.

    Replaces the month's rows of `history_audit` and the loaded days' of `audited_day`.
    """
    heads, rows, _ = patch_rows(context, entity, month, source)
    made = pl.Series(source.made_between(entity, month.start, month.end), dtype=pl.String)
    sound = heads.filter(pl.col("defect").is_null())["ref"]
    refs = pl.concat([sound, made.rename("ref")]).unique().sort().to_list()
    canonicaliser = context.canonicaliser(entity, source)
    timeline = rebuild(source.histories(entity, refs), entity, canonicaliser)
    measures = audit(timeline, heads, month.start, month.end)

    loaded = source_fingerprints(warehouse, entity.table, month, context.pseudonyms.fingerprint)
    by_day = split_by_day(rows, "day")
    audited = {day: source_fingerprint(context, by_day.get(day, rows.clear())) for day in loaded}
    changed = [day for day in loaded if audited[day].digest != loaded[day].digest]
    measures = pl.concat([measures, _day_measures(loaded, audited, changed)])
    lines = measures.select(
        pl.lit(month.first).alias("month"), pl.lit(entity.name).alias("entity"), pl.all()
    )
    part = {"entity": [entity.name]}
    replace_days(warehouse, "history_audit", "month", [month.first], lines, part)
    days = pl.DataFrame(
        [(entity.name, day, *fingerprint) for day, fingerprint in audited.items()],
        _AUDITED_DAY,
        orient="row",
    )
    replace_days(warehouse, "audited_day", "day", audited, days, part)
    return Audited(measures, changed)


def _day_measures(
    loaded: dict[date, SourceFingerprint],
    audited: dict[date, SourceFingerprint],
    changed: list[date],
) -> pl.DataFrame:
    """How many loaded days have changed, and their patches that came or went since: AUDIT_SCHEMA.

    Patches are counted net of each day: one that came beside one that went is neither.
    """
    more = [audited[day].patches - loaded[day].patches for day in changed]
    late, vanished = sum(n for n in more if n > 0), -sum(n for n in more if n < 0)
    patches = sum(fingerprint.patches for fingerprint in loaded.values())
    lines = [
        ("days", None, "changed since they were loaded", len(changed), len(loaded)),
        ("patches", None, "late: came after their day was loaded", late, patches),
        ("patches", None, "vanished since their day was loaded", vanished, patches),
    ]
    return pl.DataFrame(lines, AUDIT_SCHEMA, orient="row")
