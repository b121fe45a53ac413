"""Locks that no reader can take: what no two processes may do at once waits for one of them.

Advisory locks would not do: whoever may connect may take them, and a reader who takes the one of
the publication keeps everybody from publishing. These need the right to write in `analytics`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from snu_analytics.warehouse.connection import open_connection
from snu_analytics.warehouse.schema import ANALYTICS

# Each conflicts with itself (but for SHARE), with DDL and with none of a reader's own locks.
Mode = Literal["SHARE", "SHARE UPDATE EXCLUSIVE", "SHARE ROW EXCLUSIVE"]

_MIGRATION = "migrate"


def lock_name(connection: psycopg.Connection, name: str) -> None:
    """Wait for the lock of a name, and hold it until the transaction ends.

    A name is locked by a row of `analytics.named_lock` that is inserted and deleted again: whoever
    inserts the same one waits for the end of the transaction, and nobody ever sees it.
    """
    connection.execute("INSERT INTO analytics.named_lock VALUES (%s)", [name])
    connection.execute("DELETE FROM analytics.named_lock WHERE name = %s", [name])


def lock_migration(connection: psycopg.Connection) -> None:
    """Wait for another migration to end, and keep others waiting until the transaction ends.

    Where the table of names does not stand yet no reader was admitted, and an advisory lock serves.
    """
    if not _names_stand(connection):
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_MIGRATION])
    if _names_stand(connection):
        lock_name(connection, _MIGRATION)


def lock_table(connection: psycopg.Connection, table: str, mode: Mode) -> None:
    """Wait for the lock of a table of `analytics`, and hold it until the transaction ends."""
    statement = "LOCK TABLE {} IN " + mode + " MODE"
    connection.execute(sql.SQL(statement).format(sql.Identifier(ANALYTICS, table)))


@contextmanager
def table_locked(connection: psycopg.Connection, table: str, mode: Mode) -> Iterator[None]:
    """A block of several transactions during which a table of `analytics` is locked.

    A second connection of the same login holds the lock. It writes nothing, so that however long
    it lasts, VACUUM is held up on that table alone.
    """
    info = connection.info
    url = make_conninfo("", password=info.password or None, **info.get_parameters())
    with open_connection(url) as holder, holder.transaction():
        holder.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        lock_table(holder, table, mode)
        yield


def _names_stand(connection: psycopg.Connection) -> bool:
    query = "SELECT to_regclass('analytics.named_lock') IS NOT NULL"
    return connection.execute(query).fetchone() == (True,)
