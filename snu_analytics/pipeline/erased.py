"""What was erased stays out of what is staged."""

import polars as pl
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.pipeline.context import PipelineContext
from snu_analytics.warehouse import erased_subjects


def without_erased(
    context: PipelineContext, entity: Entity, frame: pl.DataFrame, warehouse: psycopg.Connection
) -> pl.DataFrame:
    """De-identified rows but for those of erased subjects, and of what belongs to one.

    `frame` has `subject_id`, and the field of the entity's join where it has one.
    """
    erased = erased_subjects(warehouse, context.pseudonyms.fingerprint)
    frame = frame.filter(~pl.col("subject_id").is_in(erased.get(entity.name, [])))
    if entity.join and entity.join.field in frame.columns:
        owners = erased.get(entity.join.entity, [])
        frame = frame.filter(~pl.col(entity.join.field).str.strip_chars('"').is_in(owners))
    return frame
