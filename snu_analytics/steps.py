"""The four steps of an entity's days, each a function of what it is given: source, staging, tables.

Assets, tests and benchmarks call them; they know nothing of Dagster. Every step takes a range of
days, reads each history once for all of them, and commits day by day.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, Entity, Vocabulary
from snu_analytics.catalogue.vocabulary import OTHER
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.events import Pseudonymiser, build_events
from snu_analytics.figures import FIGURE_COLUMNS, figure_part, figure_query
from snu_analytics.history import (
    Canonicaliser,
    as_of,
    paris_day,
    quarantined,
    rebuild,
    snapshots,
    split_by_day,
)
from snu_analytics.source.contract import Source
from snu_analytics.staging import Staging
from snu_analytics.warehouse import (
    claim_key,
    copy_blocks,
    copy_text,
    days_with_rows,
    loaded_days,
    mapped_errors,
    replace_day,
)

PATCHES = "raw_patches"
SNAPSHOTS = "user_snapshots"
EVENTS = "anonymized_events"
FIGURES = "daily_aggregates"

# Two states of about 1 kB an event: more at once takes memory, fewer a look at each column anew.
_SNAPSHOTS_RENDERED_AT_ONCE = 25_000

DayCounts = dict[date, dict[str, int]]


@dataclass(frozen=True)
class Workbench:
    """What the steps work with: the catalogue, the key and the staging folder."""

    catalogue: Catalogue
    pseudonyms: Pseudonymiser
    staging: Staging

    def canonicaliser(self, entity: Entity, source: Source) -> Canonicaliser:
        """The entity's canonicaliser, its vocabularies completed from the source's collections."""
        used = {kept.vocabulary for kept in entity.fields.values() if kept.vocabulary}
        vocabularies: Mapping[str, Vocabulary] = {
            name: _completed(self.catalogue.vocabularies[name], source) for name in used
        }
        return Canonicaliser(entity, vocabularies, self.pseudonyms.digest)


def _completed(vocabulary: Vocabulary, source: Source) -> Vocabulary:
    if vocabulary.collection is None:
        return vocabulary
    return vocabulary.extended(source.names(vocabulary.collection))


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
    rows = heads.join(told, on="patch", how="left", maintain_order="left")
    by_day = split_by_day(rows, "day")
    counts: DayCounts = {}
    for day in days:
        frame = by_day.get(day, rows.clear())
        bench.staging.write((entity.name, PATCHES), day, frame)
        counts[day] = _patch_counts(frame)
    _quarantine(bench, entity, days, heads, warehouse)
    return counts


def _quarantine_days(heads: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    aside = quarantined(heads).unique("patch_id")
    return aside["patch_id"], aside["day"]


def _patch_counts(frame: pl.DataFrame) -> dict[str, int]:
    heads = frame.unique("patch", keep="any")
    return {
        "patches": len(heads),
        "documents": heads["ref"].drop_nulls().n_unique(),
        "operations": int(frame["field"].is_not_null().sum()),
        "quarantined": int(heads["defect"].is_not_null().sum()),
    }


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


@dataclass(frozen=True)
class Staged:
    """What the snapshots hold: counts per day, and the closed fields with an unlisted value.

    Counts are `states`, `documents`, `conflicts` (states with one) and `other` (states with a value
    told as OTHER).
    """

    counts: DayCounts
    unlisted: list[str]


def stage_snapshots(bench: Workbench, entity: Entity, days: DayRange, source: Source) -> Staged:
    """Stage the states before and after each of the days' patches and births.

    Reads the whole history and the current document of every document the days touch, and of those
    made on these days: what no patch created has a birth. Raises
    StagingError naming the asset to run when a day's patches are not staged.
    """
    touched = pl.concat(
        [
            bench.staging.read((entity.name, PATCHES), day, ["ref", "defect"]).filter(
                pl.col("defect").is_null()
            )["ref"]
            for day in days
        ]
    )
    born = pl.Series(source.made_between(entity, days.start, days.end), dtype=pl.String)
    refs = pl.concat([touched.rename("ref"), born.rename("ref")]).unique()
    canonicaliser = bench.canonicaliser(entity, source)
    timeline = rebuild(source.histories(entity, refs.sort().to_list()), entity, canonicaliser)
    frame = snapshots(timeline, days.start, days.end)
    if entity.join:
        other = bench.catalogue.entities[entity.join.entity]
        ids = frame[entity.join.field].unique().str.strip_chars('"')
        fields = list(dict.fromkeys(entity.joined_fields))
        joined = rebuild(
            source.histories(
                other, ids.filter(ids != "").sort().to_list(), other.history_fields(fields)
            ),
            other,
            bench.canonicaliser(other, source),
            fields,
        )
        frame = as_of(frame, entity.join.field, joined)
    by_day = split_by_day(frame, "day")
    counts: DayCounts = {}
    for day in days:
        part = by_day.get(day, frame.clear())
        bench.staging.write((entity.name, SNAPSHOTS), day, part)
        counts[day] = _snapshot_counts(part, entity)
    return Staged(counts, canonicaliser.unlisted(frame))


def _snapshot_counts(frame: pl.DataFrame, entity: Entity) -> dict[str, int]:
    after = frame.filter(pl.col("patch_id").is_not_null())
    closed = [name for name, kept in entity.fields.items() if kept.treatment == "closed"]
    other = pl.any_horizontal(pl.col(closed).str.starts_with(f'"{OTHER}#'))
    return {
        "states": len(after),
        "documents": after["ref"].n_unique(),
        "conflicts": int(after["conflicts"].is_not_null().sum()),
        "other": after.select(other.sum()).item(),
    }


@dataclass(frozen=True)
class Loaded:
    """What became of the days' events: rows per day as computed and as written.

    `by_name` counts the events of each name over all days.
    """

    computed: dict[date, int]
    written: dict[date, int]
    by_name: dict[str, int]


def load_events(
    bench: Workbench, entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> Loaded:
    """Replace the days' event rows by the events of the staged snapshots.

    Raises StagingError naming the asset to run when a day's snapshots are not staged, and
    WarehouseError when the tables hold rows made with another key.
    """
    claim_key(warehouse, bench.pseudonyms.fingerprint)
    computed: dict[date, int] = {}
    written: dict[date, int] = {}
    names: Counter[str] = Counter()
    for batch in _batches(bench, entity, days):
        events = build_events(pl.concat(batch.values()), entity, bench.catalogue, bench.pseudonyms)
        by_day = split_by_day(copy_text(events), "event_date")
        for day in batch:
            part = by_day.get(day, events.clear())
            computed[day] = len(part)
            written[day] = replace_day(
                warehouse, entity.table, "event_date", day, part.columns, copy_blocks(part)
            )
        names.update(dict(events["event_name"].value_counts().iter_rows()))
    return Loaded(computed, written, dict(sorted(names.items())))


def _batches(
    bench: Workbench, entity: Entity, days: DayRange
) -> Iterator[dict[date, pl.DataFrame]]:
    """The days' staged snapshots, as many consecutive days at a time as are rendered at once."""
    batch: dict[date, pl.DataFrame] = {}
    for day in days:
        batch[day] = bench.staging.read((entity.name, SNAPSHOTS), day)
        if sum(map(len, batch.values())) >= _SNAPSHOTS_RENDERED_AT_ONCE:
            yield batch
            batch = {}
    if batch:
        yield batch


def load_figures(
    entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> dict[date, dict[str, int]]:
    """Replace the days' figures by counts of their events; the totals per day and figure.

    Raises WarehouseError naming the asset to run when the events of a day were never loaded.
    """
    missing = sorted(set(days) - loaded_days(warehouse, entity.table, days.first, days.last))
    if missing:
        raise WarehouseError(
            f"analytics.{entity.table} holds no load of {missing[0]}: materialise "
            f"{entity.name}/{EVENTS} for that day first"
        )
    with mapped_errors():
        found = warehouse.execute(
            figure_query(entity), {"first": days.first, "last": days.last}
        ).fetchall()
    rows = copy_text(
        pl.DataFrame(found, list(FIGURE_COLUMNS), orient="row", infer_schema_length=None)
    )
    where = figure_part(entity)
    totals: dict[date, dict[str, int]] = {}
    by_day = split_by_day(rows, "day")
    for day in days:
        part = by_day.get(day, rows.clear())
        replace_day(
            warehouse, "daily_figure", "day", day, FIGURE_COLUMNS, copy_blocks(part), where=where
        )
        counts = part.group_by("figure").agg(pl.col("value").sum()).sort("figure")
        totals[day] = dict(counts.iter_rows())
    return totals
