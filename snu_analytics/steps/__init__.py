"""The steps of an entity's days, each a function of what it is given: source, staging, tables.

Assets, tests and benchmarks call them; they know nothing of Dagster. Every step takes a range of
days, reads each history once for all of them, and commits day by day.
"""

from snu_analytics.steps.carry_over import carry_over
from snu_analytics.steps.erase import erase_absent, erase_requested, published_days, republish

__all__ = ["carry_over", "erase_absent", "erase_requested", "published_days", "republish"]
