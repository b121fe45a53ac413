"""The pseudonym keys behind the rows: two keys would make two people of one.

One key is current. While a rotation rebuilds the days, the incoming key writes beside it; every
load replaces a whole day of a table, so that the rows of a table and day are always of one key.
Retired and destroyed keys never write again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Literal, NamedTuple

import psycopg
from psycopg import sql

from snu_analytics.errors import WarehouseError, WarehouseUnavailable
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.read import CURRENT_KEY
from snu_analytics.warehouse.schema import ANALYTICS

State = Literal["current", "incoming", "retired", "destroyed"]

_PATIENCE = "10s"
_WRITING = ("current", "incoming")
_LOCK = "hashtextextended('snu_analytics pseudonym key', 0)"


class Key(NamedTuple):
    """A key as the warehouse knows it."""

    fingerprint: str
    since: datetime
    state: State


class KeyedRows(NamedTuple):
    """The rows of a table made with one key; `key_id` is null where no key is noted at all."""

    key_id: str | None
    table: str
    days: int
    rows: int


def claim_key(connection: psycopg.Connection, fingerprint: str, *, alone: bool = False) -> None:
    """Make sure that rows of this key may be written, as long as the connection is open.

    The first claim stores the key. Until the connection closes no key can come into use or go out
    of it, so that two first writers cannot mix theirs. Raises WarehouseError when events or
    quarantined patches of another key exist, when the key was retired or destroyed, when another
    process is about to write with another one, or, where it must be `alone`, during a rotation:
    who looks for a person's rows by one pseudonym would miss those of the other key.
    """
    with mapped_errors():
        while not _shared(connection, fingerprint):
            _store(connection, fingerprint)
        if alone and _incoming(connection):
            raise WarehouseError(
                "a rotation of the pseudonym key is under way: end it first with "
                "`snu-analytics key rotate`"
            )


def require_key(connection: psycopg.Connection, fingerprint: str) -> None:
    """Raise WarehouseError, as `claim_key` does, when rows of this key may not be written."""
    with mapped_errors():
        _refuse(connection, fingerprint)


def key_matches(connection: psycopg.Connection, fingerprint: str) -> bool:
    """Whether rows made with this key may be written: no rows, or rows of the same key."""
    try:
        require_key(connection, fingerprint)
    except WarehouseUnavailable:
        raise
    except WarehouseError:
        return False
    return True


def known_keys(connection: psycopg.Connection) -> dict[str, Key]:
    """Every key that the warehouse knows of, by fingerprint."""
    with mapped_errors():
        rows = connection.execute(
            "SELECT fingerprint, since, state FROM analytics.pseudonym_key ORDER BY since"
        ).fetchall()
    return {fingerprint: Key(fingerprint, since, state) for fingerprint, since, state in rows}


def begin_rotation(connection: psycopg.Connection, fingerprint: str) -> None:
    """Let the key write beside the current one; nothing is done where it may already.

    Raises WarehouseError when the key is current, retired or destroyed, when a rotation to another
    one is under way, or when a process is writing.
    """
    with mapped_errors():
        if _incoming(connection) == fingerprint:
            return
        with _alone(connection):
            state, other = _state(connection, fingerprint), _incoming(connection)
            if state == "current":
                raise WarehouseError(f"{fingerprint} is the key of the rows already")
            if state in ("retired", "destroyed"):
                raise WarehouseError(_gone(fingerprint, state))
            if other not in (None, fingerprint):
                raise WarehouseError(
                    f"a rotation to the key {other} is under way: end it first, with the file of "
                    "that key"
                )
            _note(connection, fingerprint, "incoming")


def days_of_other_keys(connection: psycopg.Connection, fingerprint: str) -> set[tuple[str, date]]:
    """Table and day of every load made with another key than this."""
    with mapped_errors():
        return set(
            connection.execute(
                "SELECT relation, day FROM analytics.day_load "
                r"WHERE relation LIKE '%%\_event' AND key_id IS DISTINCT FROM %s "
                f"AND {_STANDS}",
                [fingerprint],
            ).fetchall()
        )


def carry_erased(
    connection: psycopg.Connection, entity: str, subjects: Mapping[str, str], key_id: str
) -> None:
    """Note erased subjects, given as old pseudonym -> new one, under the new key as well."""
    with mapped_errors(), connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.erased_subject (entity, subject_id, key_id, reason, since) "
            "SELECT entity, %s, %s, reason, since FROM analytics.erased_subject "
            "WHERE entity = %s AND subject_id = %s ON CONFLICT DO NOTHING",
            [(new, key_id, entity, old) for old, new in subjects.items()],
        )


def erased_with_other_keys(connection: psycopg.Connection, fingerprint: str) -> int:
    """The number of erased subjects noted under another key than this."""
    with mapped_errors():
        row = connection.execute(
            "SELECT count(*) FROM analytics.erased_subject WHERE key_id <> %s", [fingerprint]
        ).fetchone()
    return row[0] if row else 0


def finish_rotation(connection: psycopg.Connection, fingerprint: str) -> None:
    """Make the incoming key the current one, and retire the one before, if no row of it remains.

    What no day rebuilds goes: digests of audits, quarantined patches of days that were never
    loaded, loads of tables that are gone, erased subjects as the former key told them. Raises
    WarehouseError naming the table that holds rows of another key, or when another process is
    writing.
    """
    with mapped_errors(), _alone(connection):
        connection.execute(f"DELETE FROM analytics.day_load WHERE NOT {_STANDS}")
        for table in ("day_found", "erased_subject"):
            others = sql.SQL("DELETE FROM {} WHERE key_id IS DISTINCT FROM %s").format(
                sql.Identifier(ANALYTICS, table)
            )
            connection.execute(others, [fingerprint])
        connection.execute(
            "DELETE FROM analytics.quarantine q WHERE key_id IS DISTINCT FROM %s AND NOT EXISTS "
            "(SELECT FROM analytics.day_load l "
            "WHERE l.relation = q.entity || '_event' AND l.day = q.day)",
            [fingerprint],
        )
        for table, day, key_id in [*_pseudonymised(connection), _LOADS]:
            found = sql.SQL("SELECT {} FROM {} WHERE {} IS DISTINCT FROM %s LIMIT 1").format(
                sql.Identifier(day), sql.Identifier(ANALYTICS, table), sql.SQL(key_id)
            )
            if row := connection.execute(found, [fingerprint]).fetchone():
                raise WarehouseError(
                    f"{ANALYTICS}.{table} holds rows of another key still, of {row[0]} for one: "
                    "materialise that day, or drop the table if its entity is no longer followed"
                )
        for key in known_keys(connection).values():
            if key.state == "current":
                _note(connection, key.fingerprint, "retired")
        _note(connection, fingerprint, "current")


def forget_key(connection: psycopg.Connection, fingerprint: str) -> None:
    """Note that a key is destroyed: nothing is written with it again.

    Raises WarehouseError when another process is writing.
    """
    with mapped_errors(), _alone(connection):
        _note(connection, fingerprint, "destroyed")


def rows_by_key(connection: psycopg.Connection) -> list[KeyedRows]:
    """How many days and rows each table with pseudonyms holds of each key."""
    with mapped_errors():
        return [
            KeyedRows(found, table, days, rows)
            for table, day, key_id in _pseudonymised(connection)
            for found, days, rows in connection.execute(
                sql.SQL(
                    f"SELECT coalesce({key_id}, {CURRENT_KEY}), count(DISTINCT {{}}), count(*) "
                    "FROM {} GROUP BY 1 ORDER BY 1"
                ).format(sql.Identifier(day), sql.Identifier(ANALYTICS, table))
            )
        ]


_LOADS = ("day_load", "day", "key_id")

# Loads of a table that was dropped with its entity say nothing any more.
_STANDS = f"to_regclass('{ANALYTICS}.' || quote_ident(relation)) IS NOT NULL"


def _shared(connection: psycopg.Connection, fingerprint: str) -> bool:
    connection.execute(f"SELECT pg_advisory_lock_shared({_LOCK})")
    if _state(connection, fingerprint) in _WRITING:
        return True
    connection.execute(f"SELECT pg_advisory_unlock_shared({_LOCK})")
    return False


def _store(connection: psycopg.Connection, fingerprint: str) -> None:
    _refuse(connection, fingerprint)
    with _alone(connection):
        _refuse(connection, fingerprint)
        connection.execute("DELETE FROM analytics.pseudonym_key WHERE state = 'current'")
        _note(connection, fingerprint, "current")


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    """A transaction during which no key is claimed by any process."""
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        try:
            connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        except psycopg.errors.LockNotAvailable:
            raise WarehouseError(
                "another process is writing with its SNU_PSEUDONYM_KEY: wait until it ends, and "
                "give all processes the same key"
            ) from None
        yield


def _note(connection: psycopg.Connection, fingerprint: str, state: State) -> None:
    # Deleted and written anew: who loads has no right to UPDATE.
    gone = connection.execute(
        "DELETE FROM analytics.pseudonym_key WHERE fingerprint = %s RETURNING since", [fingerprint]
    ).fetchone()
    connection.execute(
        "INSERT INTO analytics.pseudonym_key (fingerprint, since, state) "
        "VALUES (%s, coalesce(%s, now()), %s)",
        [fingerprint, gone and gone[0], state],
    )


def _incoming(connection: psycopg.Connection) -> str | None:
    row = connection.execute(
        "SELECT fingerprint FROM analytics.pseudonym_key WHERE state = 'incoming'"
    ).fetchone()
    return row[0] if row else None


def _state(connection: psycopg.Connection, fingerprint: str) -> State | None:
    row = connection.execute(
        "SELECT state FROM analytics.pseudonym_key WHERE fingerprint = %s", [fingerprint]
    ).fetchone()
    return row[0] if row else None


def _refuse(connection: psycopg.Connection, fingerprint: str) -> None:
    state = _state(connection, fingerprint)
    if state in _WRITING:
        return
    if state is not None:
        raise WarehouseError(_gone(fingerprint, state))
    if not known_keys(connection):
        return
    for table, _, _ in _pseudonymised(connection):
        exists = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(ANALYTICS, table))
        if (row := connection.execute(exists).fetchone()) and row[0]:
            raise WarehouseError(
                f"SNU_PSEUDONYM_KEY is not the key of the rows in {ANALYTICS}.{table}: set the "
                "former key, or rebuild all rows with this one by `snu-analytics key rotate`"
            )


def _gone(fingerprint: str, state: State) -> str:
    return (
        f"the pseudonym key {fingerprint} was {state}: nothing is written with it again; set the "
        "key of the rows, or a new one and run `snu-analytics key rotate`"
    )


def _pseudonymised(connection: psycopg.Connection) -> list[tuple[str, str, str]]:
    """The tables whose rows hold pseudonyms, with the SQL of their day and key.

    Those of a former catalogue are among them; `migrate` gives these no new columns.
    """
    return connection.execute(
        "SELECT relname, CASE relname WHEN 'quarantine' THEN 'day' ELSE 'event_date' END, "
        "CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'key_id') "
        "THEN 'key_id' ELSE 'NULL::text' END FROM pg_class c "
        "WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' "
        r"AND (relname LIKE '%%\_event' OR relname = 'quarantine') ORDER BY relname",
        [ANALYTICS],
    ).fetchall()
