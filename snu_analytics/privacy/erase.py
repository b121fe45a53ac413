"""Erasure of subjects from the event tables, the figures and the copies on the disk, for good."""

from collections.abc import Sequence
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import consecutive
from snu_analytics.errors import ErasureError
from snu_analytics.figures import FLOW, load_flows, load_progress, project_again
from snu_analytics.figures.pool import leave_opening, load_pool
from snu_analytics.pipeline import PATCHES, SNAPSHOTS, PipelineContext, is_erased, load_figures
from snu_analytics.source import Source, delete_indexes
from snu_analytics.warehouse import (
    Erased,
    claimed_key,
    days_due,
    erase_subjects,
    erased_digests,
    loaded_days,
    settle_due,
    subjects_of,
)

# More subjects than this at once, and a larger share, suggest a wrong or incomplete source.
_MANY, _LARGE_SHARE = 100, 0.2


def erase_absent(
    context: PipelineContext,
    source: Source,
    warehouse: psycopg.Connection,
    many: bool = False,
    dry_run: bool = False,
) -> list[Erased]:
    """What was erased of every subject that is gone from the source, or marked there as deleted.

    By entity and reason: `gone`, `deleted`, or `again` for subjects erased before whom a day that
    was being loaded meanwhile has brought back. Raises ErasureError, and erases nobody, where an
    entity would lose more than a fifth of its subjects, unless `many` are expected, and
    WarehouseError when the rows are of another key. A dry run tells the same and erases nobody.
    """
    with claimed_key(warehouse, context.pseudonyms.fingerprint, alone=True):
        absent = {
            entity.name: _absent(context, entity, source, warehouse, many)
            for entity in context.catalogue.entities.values()
        }
        done = [
            erased
            for entity in context.catalogue.entities.values()
            for erased in _erased(context, entity, absent[entity.name], warehouse, dry_run)
        ]
        if not dry_run:
            _count_again(context, warehouse)
        return done


def erase_requested(
    context: PipelineContext,
    entity: Entity,
    refs: Sequence[str],
    warehouse: psycopg.Connection,
    dry_run: bool = False,
) -> list[Erased]:
    """What was erased of the subjects of some documents (`refs`, hexadecimal ids).

    Whether the source still has the documents makes no difference. A dry run erases nobody.
    """
    subjects = context.pseudonyms.series(entity.name, pl.Series(refs, dtype=pl.String))
    with claimed_key(warehouse, context.pseudonyms.fingerprint, alone=True):
        done = _erased(context, entity, {"request": subjects.to_list()}, warehouse, dry_run)
        if not dry_run:
            _count_again(context, warehouse)
        return done


def _absent(
    context: PipelineContext,
    entity: Entity,
    source: Source,
    warehouse: psycopg.Connection,
    many: bool,
) -> dict[str, list[str]]:
    """The pseudonyms of the subjects to be erased, by reason."""
    held = subjects_of(warehouse, entity)
    if not len(held):
        return {}
    present = source.present(entity)
    subjects = context.pseudonyms.series(entity.name, present["ref"])
    deleted = held.filter(held.is_in(subjects.filter(present["purged"]).implode()))
    gone = held.filter(~held.is_in(subjects.implode()))
    lost = len(gone) + len(deleted)
    if not many and (not len(present) or lost > max(_MANY, _LARGE_SHARE * len(held))):
        raise ErasureError(
            f"{lost:,} of {len(held):,} subjects of {entity.name} are gone from "
            f"{entity.collection} or deleted there: nobody was erased. If SNU_SOURCE_URL names the "
            "right source, and whole, run `snu-analytics erase --many`"
        )
    before = erased_digests(warehouse, context.pseudonyms).get(entity.name, [])
    again = held.filter(
        is_erased(context, held, before) & ~held.is_in(pl.concat([gone, deleted]).implode())
    )
    return {"gone": gone.to_list(), "deleted": deleted.to_list(), "again": again.to_list()}


def _erased(
    context: PipelineContext,
    entity: Entity,
    subjects: dict[str, list[str]],
    warehouse: psycopg.Connection,
    dry_run: bool,
) -> list[Erased]:
    dependents = context.catalogue.dependents(entity.name)
    if dry_run:
        with warehouse.transaction(force_rollback=True):
            return erase_subjects(warehouse, entity, subjects, dependents, context.pseudonyms)
    named = list({subject for reason in subjects.values() for subject in reason})
    if named:  # first: where it fails, the same command goes on
        delete_indexes(context.home)
    with warehouse.transaction():
        leave_opening(entity, named, dependents, context.catalogue, warehouse)
        return erase_subjects(warehouse, entity, subjects, dependents, context.pseudonyms)


def _count_again(context: PipelineContext, warehouse: psycopg.Connection) -> None:
    """Unstage the erased and count their days again, with those of erasures that were killed."""
    for name, digests in erased_digests(warehouse, context.pseudonyms).items():
        unstage(context, context.catalogue.entities[name], digests)
    due = days_due(warehouse)
    if not due:
        return
    for name, touched in due.items():
        for days in consecutive(touched):
            load_figures(context.catalogue.entities[name], days, warehouse)
            load_pool(context.catalogue.entities[name], days, warehouse)
    every = {day for touched in due.values() for day in touched}
    counted = loaded_days(warehouse, FLOW, min(every), max(every))
    for days in consecutive(every & counted):
        load_flows(context.catalogue, days, warehouse)
    load_progress(warehouse)
    project_again(min(every), warehouse)
    settle_due(warehouse, due)


def remnants(context: PipelineContext, warehouse: psycopg.Connection) -> list[str]:
    """A sentence for each place that still holds an erased subject, and must not."""
    erased = erased_digests(warehouse, context.pseudonyms)
    sentences = []
    for entity in context.catalogue.entities.values():
        digests = erased.get(entity.name, [])
        if held := is_erased(context, subjects_of(warehouse, entity), digests).sum():
            sentences.append(f"analytics.{entity.table} still holds {held:,} of the erased")
        if files := _staged(context, entity, digests):
            sentences.append(f"staging still holds the erased (files: {len(files):,})")
    for name, days in days_due(warehouse).items():
        sentences.append(f"the figures of {name} still count the erased (days: {len(days):,})")
    return sentences


def unstage(context: PipelineContext, entity: Entity, digests: Sequence[str]) -> int:
    """The number of staged files that held an erased subject, given by digest, and are deleted.

    A day that runs again stages its other subjects again.
    """
    staged = _staged(context, entity, digests)
    for asset, day in staged:
        context.staging.delete(asset, day)
    return len(staged)


def _staged(
    context: PipelineContext, entity: Entity, digests: Sequence[str]
) -> list[tuple[tuple[str, str], date]]:
    """The asset and day of each staged file that holds an erased subject, given by digest."""
    return [
        (asset, day)
        for asset in ((entity.name, PATCHES), (entity.name, SNAPSHOTS))
        for day in context.staging.days(asset)
        if _holds(context, asset, day, digests)
    ]


def _holds(
    context: PipelineContext, asset: tuple[str, str], day: date, digests: Sequence[str]
) -> bool:
    try:
        subjects = context.staging.read(asset, day, ["subject_id"])["subject_id"].unique()
    except pl.exceptions.ColumnNotFoundError:
        return True  # of a version that staged identifiers
    return is_erased(context, subjects, digests).any()
