"""The change from one pseudonym key to another: what is left to rebuild, and the end of it."""

from datetime import date
from typing import NamedTuple

import psycopg
from psycopg import sql

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.keys import (
    KeyedTable,
    key_in_state,
    keyed_tables,
    known_keys,
    no_writer,
    note_key,
    out_of_use,
)
from snu_analytics.warehouse.read import CURRENT_KEY
from snu_analytics.warehouse.schema import ANALYTICS

# The load of a table that was dropped with its entity stands for no rows any more.
_TABLE_STANDS = f"to_regclass('{ANALYTICS}.' || quote_ident(relation)) IS NOT NULL"


class KeyedRows(NamedTuple):
    """The rows of a table made with one key; `key_id` is null where no key is noted at all."""

    key_id: str | None
    table: str
    days: int
    rows: int


def begin_rotation(connection: psycopg.Connection, fingerprint: str) -> None:
    """Let the key write beside the current one; nothing is done where it may already.

    Raises WarehouseError when the key is current, retired or destroyed, when a rotation to another
    one is under way, or when a process is writing.
    """
    if key_in_state(connection, "incoming") == fingerprint:
        return
    with no_writer(connection):
        key = known_keys(connection).get(fingerprint)
        incoming = key_in_state(connection, "incoming")
        if key and key.state == "current":
            raise WarehouseError(f"{fingerprint} is the key of the rows already")
        if key and (refusal := out_of_use(key)):
            raise WarehouseError(refusal)
        if incoming not in (None, fingerprint):
            raise WarehouseError(
                f"a rotation to the key {incoming} is under way: end it first, with the file of "
                "that key"
            )
        note_key(connection, fingerprint, "incoming")


def days_of_other_keys(connection: psycopg.Connection, fingerprint: str) -> set[tuple[str, date]]:
    """Table and day of every load made with another key than this."""
    rows = connection.execute(
        "SELECT relation, day FROM analytics.day_load "
        r"WHERE relation LIKE '%%\_event' AND key_id IS DISTINCT FROM %s "
        f"AND {_TABLE_STANDS}",
        [fingerprint],
    )
    return set(rows.fetchall())


def rows_by_key(connection: psycopg.Connection) -> list[KeyedRows]:
    """How many days and rows each table with pseudonyms holds of each key."""
    query = "SELECT coalesce({}, {}), count(DISTINCT {}), count(*) FROM {} GROUP BY 1 ORDER BY 1"
    return [
        KeyedRows(key_id, table.name, days, rows)
        for table in keyed_tables(connection)
        for key_id, days, rows in connection.execute(
            sql.SQL(query).format(
                sql.SQL(table.key_id),
                sql.SQL(CURRENT_KEY),
                sql.Identifier(table.day),
                table.identifier,
            )
        )
    ]


def finish_rotation(connection: psycopg.Connection, fingerprint: str) -> None:
    """Make the incoming key the current one, and retire the one before, if no row of it remains.

    What no day rebuilds is deleted: digests of audits, quarantined patches of days that were never
    loaded, loads of tables that are gone, erased subjects under their former digests. Raises
    WarehouseError naming the table that holds rows of another key, or when another process is
    writing.
    """
    with no_writer(connection):
        connection.execute(f"DELETE FROM analytics.day_load WHERE NOT {_TABLE_STANDS}")
        for table in ("audited_day", "erased_subject"):
            connection.execute(
                f"DELETE FROM analytics.{table} WHERE key_id IS DISTINCT FROM %s", [fingerprint]
            )
        connection.execute(
            "DELETE FROM analytics.quarantine q WHERE key_id IS DISTINCT FROM %s AND NOT EXISTS "
            "(SELECT FROM analytics.day_load l "
            "WHERE l.relation = q.entity || '_event' AND l.day = q.day)",
            [fingerprint],
        )
        for keyed in keyed_tables(connection):
            _require_no_other_key(connection, keyed, fingerprint)
        for table, day in sorted(days_of_other_keys(connection, fingerprint)):
            raise _other_key(table, day)
        if former := key_in_state(connection, "current"):
            note_key(connection, former, "retired")
        note_key(connection, fingerprint, "current")


def _require_no_other_key(
    connection: psycopg.Connection, table: KeyedTable, fingerprint: str
) -> None:
    query = sql.SQL("SELECT {} FROM {} WHERE {} IS DISTINCT FROM %s LIMIT 1").format(
        sql.Identifier(table.day), table.identifier, sql.SQL(table.key_id)
    )
    if row := connection.execute(query, [fingerprint]).fetchone():
        raise _other_key(table.name, row[0])


def _other_key(table: str, day: date) -> WarehouseError:
    return WarehouseError(
        f"{ANALYTICS}.{table} holds rows of another key still, of {day} for one: run "
        "`snu-analytics key rotate` again, which rebuilds such days; for an entity that is no "
        "longer followed, put its catalogue file back first"
    )
