"""Figures of the pool as SQL, compiled from the catalogue.

Knows the catalogue and the event tables' columns; not Dagster, not the source.
"""

from snu_analytics.figures.pool import (
    CELL,
    MOVEMENT_COLUMNS,
    NEGATIVE_QUERY,
    imbalance_query,
    movement_query,
    opening_share_query,
    pool_query,
    recount_query,
    region_of,
)

__all__ = [
    "CELL",
    "MOVEMENT_COLUMNS",
    "NEGATIVE_QUERY",
    "imbalance_query",
    "movement_query",
    "opening_share_query",
    "pool_query",
    "recount_query",
    "region_of",
]
