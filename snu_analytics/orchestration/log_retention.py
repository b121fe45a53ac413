"""What grows for ever in Dagster's event log, and tells nothing after a while, is deleted.

Dagster's own retention purges ticks alone. Of the 263 rows (400 kB) that a nightly run writes half
are of steps, log messages and the engine; materialisations, checks and the beginnings and ends of
runs stay, or the UI would show days as missing.
"""

from datetime import UTC, datetime

from dagster_postgres import PostgresEventLogStorage
from sqlalchemy import delete, or_, select

from snu_analytics.orchestration.dagster_internals import SqlEventLogStorageTable

# Rows of one transaction: nights are held up for as long as it takes, some tenths of a second.
_BATCH = 20_000

_STAYING = ("ASSET_%", "PIPELINE_%", "RUN_%", "FRESHNESS_%")


def prune_event_log(storage: PostgresEventLogStorage, before: datetime, batch: int = _BATCH) -> int:
    """The number of rows deleted: log messages and events of steps and engine before an instant."""
    table = SqlEventLogStorageTable
    kind = table.c.dagster_event_type
    passing = or_(kind.is_(None), ~or_(*(kind.like(pattern) for pattern in _STAYING)))
    old = (
        select(table.c.id)
        .where(passing, table.c.timestamp < before.astimezone(UTC).replace(tzinfo=None))
        .order_by(table.c.id)
        .limit(batch)
    )
    deleted = 0
    while True:
        with storage.index_connection() as connection:
            rows = connection.execute(delete(table).where(table.c.id.in_(old))).rowcount
        deleted += rows
        if rows < batch:
            return deleted
