"""Figures as SQL, compiled from the catalogue: daily counts of events, stocks.

Knows the catalogue and the event tables' columns; not Dagster, not the source.
"""

from snu_analytics.figures.daily import (
    FIGURE_COLUMNS,
    count_query,
    figure_part,
    figure_query,
)
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
    "FIGURE_COLUMNS",
    "MOVEMENT_COLUMNS",
    "NEGATIVE_QUERY",
    "count_query",
    "figure_part",
    "figure_query",
    "imbalance_query",
    "movement_query",
    "opening_share_query",
    "pool_query",
    "recount_query",
    "region_of",
]
