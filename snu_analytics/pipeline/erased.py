"""What was erased stays out of what is staged."""

from collections.abc import Sequence

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.pipeline.context import PipelineContext
from snu_analytics.warehouse import erased_digests


def without_erased(
    context: PipelineContext, entity: Entity, frame: pl.DataFrame, warehouse: psycopg.Connection
) -> pl.DataFrame:
    """De-identified rows but for those of erased subjects, and of what belongs to one.

    `frame` has `subject_id`, and the field of the entity's join where it has one.
    """
    erased = erased_digests(warehouse, context.pseudonyms)
    frame = frame.filter(~is_erased(context, frame["subject_id"], erased.get(entity.name, [])))
    if entity.join and entity.join.field in frame.columns:
        owners = frame[entity.join.field].str.strip_chars('"')
        frame = frame.filter(~is_erased(context, owners, erased.get(entity.join.entity, [])))
    return frame


def is_erased(context: PipelineContext, subjects: pl.Series, digests: Sequence[str]) -> pl.Series:
    """Whether the digest of each pseudonym is among those (Boolean; null stays null)."""
    return (context.pseudonyms.erased(subjects) if digests else subjects).is_in(digests)
