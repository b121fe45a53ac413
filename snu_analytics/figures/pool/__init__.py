"""The pool: the stock of documents by status and group, and the movements of each day.

opening + entries - exits = closing, for every day, status and group. Knows the catalogue, the
source, the pipeline and the warehouse; neither Dagster, objectives nor projections.
"""

from snu_analytics.figures.pool.checks import (
    Balance,
    Difference,
    Explained,
    balance,
    compare_live,
    recount,
)
from snu_analytics.figures.pool.movements import Moved, load_pool
from snu_analytics.figures.pool.opening import leave_opening, load_opening, replace_opening
from snu_analytics.figures.pool.stocks import closing_stock, known_until, pool, require_pool

__all__ = [
    "Balance",
    "Difference",
    "Explained",
    "Moved",
    "balance",
    "closing_stock",
    "compare_live",
    "known_until",
    "leave_opening",
    "load_opening",
    "load_pool",
    "pool",
    "recount",
    "replace_opening",
    "require_pool",
]
