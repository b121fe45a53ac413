"""The cells of the pool: the status and group that a subject is counted in."""

from collections.abc import Iterable

import polars as pl
from psycopg import sql

from snu_analytics.catalogue import Entity, places

CELL = ("status", "gender", "region", "department", "cohort", "source")

MOVEMENT_COLUMNS = ("entity", "day", *CELL, "entries", "exits")

_REGION_OF = {place.department: place.region for place in places()}


def with_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of an entity's pool, completed to all of CELL (texts).

    What the pool lacks is null, but for a region: it is that of the department.
    """
    lacking = [part for part in CELL if part not in frame.columns]
    completed = frame.with_columns(pl.lit(None, pl.String).alias(part) for part in lacking)
    if "region" not in lacking:
        return completed
    region = pl.col("department").replace_strict(_REGION_OF, default=None, return_dtype=pl.String)
    return completed.with_columns(region=region)


def movements_frame(entity: str, moves: pl.DataFrame) -> pl.DataFrame:
    """Rows of `analytics.pool_movement` of an entity: MOVEMENT_COLUMNS.

    `moves` has the columns day, entries and exits, and those of the entity's pool.
    """
    return with_cells(moves).with_columns(entity=pl.lit(entity)).select(MOVEMENT_COLUMNS)


def identifiers(names: Iterable[str]) -> sql.Composed:
    """The names as an SQL list of columns."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def table_of(entity: Entity) -> sql.Identifier:
    """The entity's event table."""
    return sql.Identifier("analytics", entity.table)
