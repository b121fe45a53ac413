"""The pseudonym keys behind the rows: two keys would make two people of one.

One key is current. While a rotation rebuilds the days, the incoming key writes beside it; every
load replaces a whole day of a table, so that the rows of a table and day are always of one key.
Retired and destroyed keys never write again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal, NamedTuple

import psycopg
from psycopg import sql

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.locks import lock_table, table_locked
from snu_analytics.warehouse.schema import ANALYTICS

State = Literal["current", "incoming", "retired", "destroyed"]

_PATIENCE = "10s"
_WRITING = ("current", "incoming")
_KEYS = "pseudonym_key"


class Key(NamedTuple):
    """A key as the warehouse remembers it; `since` is its first use."""

    fingerprint: str
    since: datetime
    state: State


class KeyedTable(NamedTuple):
    """A table whose rows hold pseudonyms, with its day column and the SQL of a row's key."""

    name: str
    day: str
    key_id: str

    @property
    def identifier(self) -> sql.Identifier:
        """The table's qualified name."""
        return sql.Identifier(ANALYTICS, self.name)


@contextmanager
def claimed_key(
    connection: psycopg.Connection, fingerprint: str, *, alone: bool = False
) -> Iterator[None]:
    """A block in which rows of this key may be written.

    The first claim stores the key. Until the block ends no key can come into use or go out of it,
    so that two first writers cannot mix theirs. Raises WarehouseError when events or quarantined
    patches of another key exist, when the key was retired or destroyed, when another process is
    about to write with another one, or, where it must be `alone`, during a rotation: who looks for
    a person's rows by one pseudonym would miss those of the other key.
    """
    while True:
        with table_locked(connection, _KEYS, "SHARE"):
            key = known_keys(connection).get(fingerprint)
            if key and key.state in _WRITING:
                if alone and key_in_state(connection, "incoming"):
                    raise WarehouseError(
                        "a rotation of the pseudonym key is under way: end it first with "
                        "`snu-analytics key rotate`"
                    )
                yield
                return
        _store(connection, fingerprint)


def require_key(connection: psycopg.Connection, fingerprint: str) -> None:
    """Raise WarehouseError, as `claimed_key` does, when rows of this key may not be written."""
    if refusal := _refusal(connection, fingerprint):
        raise WarehouseError(refusal)


def key_matches(connection: psycopg.Connection, fingerprint: str) -> bool:
    """Whether rows made with this key may be written: no rows, or rows of the same key."""
    return _refusal(connection, fingerprint) is None


def known_keys(connection: psycopg.Connection) -> dict[str, Key]:
    """Every key with which rows were made or are to be made, by fingerprint, the oldest first."""
    rows = connection.execute(
        "SELECT fingerprint, since, state FROM analytics.pseudonym_key ORDER BY since"
    )
    return {fingerprint: Key(fingerprint, since, state) for fingerprint, since, state in rows}


def key_in_state(connection: psycopg.Connection, state: State) -> str | None:
    """The fingerprint of the current or incoming key; None where there is none."""
    keys = known_keys(connection).values()
    return next((key.fingerprint for key in keys if key.state == state), None)


def forget_key(connection: psycopg.Connection, fingerprint: str) -> None:
    """Note that a key is destroyed: nothing is written with it again.

    Raises WarehouseError when another process is writing.
    """
    with no_writer(connection):
        note_key(connection, fingerprint, "destroyed")


@contextmanager
def no_writer(connection: psycopg.Connection) -> Iterator[None]:
    """A transaction during which no process has claimed a key, nor can.

    Raises WarehouseError when one that has does not end within 10 seconds.
    """
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        try:
            lock_table(connection, _KEYS, "SHARE ROW EXCLUSIVE")
        except psycopg.errors.LockNotAvailable:
            raise WarehouseError(
                "another process is writing with its SNU_PSEUDONYM_KEY: wait until it ends, and "
                "give all processes the same key"
            ) from None
        yield


def note_key(connection: psycopg.Connection, fingerprint: str, state: State) -> None:
    """Store a key's state; `since` stays that of its first use."""
    # Deleted and written anew: who loads has no right to UPDATE.
    former = connection.execute(
        "DELETE FROM analytics.pseudonym_key WHERE fingerprint = %s RETURNING since", [fingerprint]
    ).fetchone()
    connection.execute(
        "INSERT INTO analytics.pseudonym_key (fingerprint, since, state) "
        "VALUES (%s, coalesce(%s, now()), %s)",
        [fingerprint, former and former[0], state],
    )


def out_of_use(key: Key) -> str | None:
    """Why nothing is written with a retired or destroyed key, for people; else None."""
    if key.state in _WRITING:
        return None
    return (
        f"the pseudonym key {key.fingerprint} was {key.state}: nothing is written with it again; "
        "set the key of the rows, or a new one and run `snu-analytics key rotate`"
    )


def keyed_tables(connection: psycopg.Connection) -> list[KeyedTable]:
    """The tables whose rows hold pseudonyms, by name.

    Those of a former catalogue are among them; `migrate` gives these no new columns.
    """
    rows = connection.execute(
        "SELECT relname, CASE relname WHEN 'quarantine' THEN 'day' ELSE 'event_date' END, "
        "CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'key_id') "
        "THEN 'key_id' ELSE 'NULL::text' END FROM pg_class c "
        "WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' "
        r"AND (relname LIKE '%%\_event' OR relname LIKE '%%\_membership' "
        "OR relname = 'quarantine') ORDER BY relname",
        [ANALYTICS],
    )
    return [KeyedTable(*row) for row in rows]


def _store(connection: psycopg.Connection, fingerprint: str) -> None:
    require_key(connection, fingerprint)
    with no_writer(connection):
        require_key(connection, fingerprint)
        connection.execute("DELETE FROM analytics.pseudonym_key WHERE state = 'current'")
        note_key(connection, fingerprint, "current")


def _refusal(connection: psycopg.Connection, fingerprint: str) -> str | None:
    keys = known_keys(connection)
    if not keys:
        return None
    if fingerprint in keys:
        return out_of_use(keys[fingerprint])
    for table in keyed_tables(connection):
        exists = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table.identifier)
        if connection.execute(exists).fetchone() == (True,):
            return (
                f"SNU_PSEUDONYM_KEY is not the key of the rows in {ANALYTICS}.{table.name}: set "
                "the former key, or rebuild all rows with this one by `snu-analytics key rotate`"
            )
    return None
