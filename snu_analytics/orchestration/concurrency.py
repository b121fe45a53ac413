"""Dagster's concurrency pools: how many steps at once read the source or write the warehouse."""

import dagster as dg

SOURCE = "source"
WAREHOUSE = "warehouse"


def make_pools(instance: dg.DagsterInstance) -> None:
    """Give each pool the limit of dagster.yaml where it has none.

    Dagster does so at the first step of a pool; two runs that begin at once then collide, and one
    of them ends without a step to blame.
    """
    storage = instance.event_log_storage
    # For a pool that has one, Dagster's own call fails on pooled connections to PostgreSQL.
    for pool in {SOURCE, WAREHOUSE} - {limit.name for limit in storage.get_pool_limits()}:
        storage.initialize_concurrency_limit_to_default(pool)
