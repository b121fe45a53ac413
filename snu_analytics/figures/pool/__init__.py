"""The pool: the stock of documents by status and group, and the movements of each day.

Knows the catalogue, the source, the pipeline and the warehouse; neither Dagster, objectives nor
projections.
"""

from snu_analytics.figures.pool.loads import known_until
from snu_analytics.figures.pool.movements import (
    Balance,
    Explained,
    Moved,
    balance,
    compare_live,
    leave_opening,
    load_opening,
    load_pool,
    pool,
)
from snu_analytics.figures.pool.queries import (
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
    "Balance",
    "Explained",
    "Moved",
    "balance",
    "compare_live",
    "imbalance_query",
    "known_until",
    "leave_opening",
    "load_opening",
    "load_pool",
    "movement_query",
    "opening_share_query",
    "pool",
    "pool_query",
    "recount_query",
    "region_of",
]
