"""What is counted over days: flows, the pool, objectives and projections, and their loading.

Knows the pipeline's tables and the warehouse; neither Dagster, nor what is published of it all.
`pool`, `objectives` and `projections` are rooms of their own that do not know each other; what
loads objectives and projections stands here beside them.
"""

from snu_analytics.figures.flows import FLOW, load_flows, recent_flows
from snu_analytics.figures.load_objectives import (
    POOL_OF_OBJECTIVES,
    load_objectives,
    load_progress,
    progress,
)
from snu_analytics.figures.load_projections import (
    load_projections,
    project_again,
    projection_course,
)

__all__ = [
    "FLOW",
    "POOL_OF_OBJECTIVES",
    "load_flows",
    "load_objectives",
    "load_progress",
    "load_projections",
    "progress",
    "project_again",
    "projection_course",
    "recent_flows",
]
