"""The steps of an entity's days, each a function of what it is given: source, staging, tables.

Assets, tests and benchmarks call them; they know nothing of Dagster. Every step takes a range of
days, reads each history once for all of them, and commits day by day.
"""

from snu_analytics.steps.carry_over import carry_over
from snu_analytics.steps.erase import erase_absent, erase_requested, published_days, republish
from snu_analytics.steps.flows import load_flows, recent_flows
from snu_analytics.steps.objectives import load_objectives, load_progress, progress
from snu_analytics.steps.pool import (
    Balance,
    Explained,
    Moved,
    balance,
    compare_live,
    load_opening,
    load_pool,
    pool,
)
from snu_analytics.steps.projections import load_projections
from snu_analytics.steps.publish import Published, publish

__all__ = [
    "Balance",
    "Explained",
    "Moved",
    "Published",
    "balance",
    "carry_over",
    "compare_live",
    "erase_absent",
    "erase_requested",
    "load_flows",
    "load_objectives",
    "load_opening",
    "load_pool",
    "load_progress",
    "load_projections",
    "pool",
    "progress",
    "publish",
    "published_days",
    "recent_flows",
    "republish",
]
