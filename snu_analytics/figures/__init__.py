"""Figures as SQL, compiled from the catalogue: daily counts of events, stocks, waiting times.

Knows the catalogue and the event tables' columns; not Dagster, not the source.
"""

from snu_analytics.figures.daily import (
    FIGURE_COLUMNS,
    count_query,
    definition,
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
from snu_analytics.figures.times import (
    BACKLOG_COLUMNS,
    FUNNEL_COLUMNS,
    FUNNEL_QUERY,
    backlog_query,
)

__all__ = [
    "BACKLOG_COLUMNS",
    "CELL",
    "FIGURE_COLUMNS",
    "FUNNEL_COLUMNS",
    "FUNNEL_QUERY",
    "MOVEMENT_COLUMNS",
    "NEGATIVE_QUERY",
    "backlog_query",
    "count_query",
    "definition",
    "figure_part",
    "figure_query",
    "imbalance_query",
    "movement_query",
    "opening_share_query",
    "pool_query",
    "recount_query",
    "region_of",
]
