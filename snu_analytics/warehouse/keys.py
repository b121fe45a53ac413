"""One pseudonym key for all rows: two keys would make two people of one."""

import psycopg
from psycopg import sql

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.tables import ANALYTICS

_LOCK = "hashtextextended('snu_analytics pseudonym key', 0)"


def claim_key(connection: psycopg.Connection, fingerprint: str) -> None:
    """Make sure that all rows are, and stay, those of the key with this fingerprint.

    The first claim stores it. Until the connection closes no other key can be claimed, so that two
    first writers cannot mix theirs. Raises WarehouseError when events or quarantined patches of
    another key exist, or when another process is about to write with one.
    """
    with mapped_errors():
        while not _shared(connection, fingerprint):
            _store(connection, fingerprint)


def key_matches(connection: psycopg.Connection, fingerprint: str) -> bool:
    """Whether rows made with this key may be written: no rows, or rows of the same key."""
    with mapped_errors():
        try:
            _refuse_if_used(connection, fingerprint)
        except WarehouseError:
            return False
    return True


def _shared(connection: psycopg.Connection, fingerprint: str) -> bool:
    connection.execute(f"SELECT pg_advisory_lock_shared({_LOCK})")
    if _stored(connection) == fingerprint:
        return True
    connection.execute(f"SELECT pg_advisory_unlock_shared({_LOCK})")
    return False


def _store(connection: psycopg.Connection, fingerprint: str) -> None:
    with connection.transaction():
        _refuse_if_used(connection, fingerprint)
        connection.execute("SET LOCAL lock_timeout = '10s'")
        try:
            connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        except psycopg.errors.LockNotAvailable:
            raise WarehouseError(
                "another process is writing with another SNU_PSEUDONYM_KEY: "
                "give both the same key, or wait until it ends"
            ) from None
        _refuse_if_used(connection, fingerprint)
        connection.execute("DELETE FROM analytics.pseudonym_key")
        connection.execute(
            "INSERT INTO analytics.pseudonym_key (fingerprint) VALUES (%s)", [fingerprint]
        )


def _stored(connection: psycopg.Connection) -> str | None:
    row = connection.execute("SELECT fingerprint FROM analytics.pseudonym_key").fetchone()
    return row[0] if row else None


def _refuse_if_used(connection: psycopg.Connection, fingerprint: str) -> None:
    stored = _stored(connection)
    if stored in (None, fingerprint):
        return
    for table in _pseudonymised(connection):
        exists = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(ANALYTICS, table))
        if (row := connection.execute(exists).fetchone()) and row[0]:
            raise WarehouseError(
                f"SNU_PSEUDONYM_KEY is not the key of the rows in {ANALYTICS}.{table}: set the "
                f"former key, or empty the event tables and {ANALYTICS}.quarantine and backfill"
            )


def _pseudonymised(connection: psycopg.Connection) -> list[str]:
    """The tables whose rows hold pseudonyms, those of a former catalogue among them."""
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s "
        r"AND (tablename LIKE '%%\_event' OR tablename = 'quarantine') ORDER BY tablename",
        [ANALYTICS],
    ).fetchall()
    return [table for (table,) in rows]
