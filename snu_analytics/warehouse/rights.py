"""Roles, schemas, ownership and rights: `rights.sql` says what is missing, and here it is given."""

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from secrets import token_urlsafe
from typing import NamedTuple

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from snu_analytics.warehouse.change import Change, Kind

_MISSING = (files("snu_analytics.warehouse") / "rights.sql").read_text("utf-8")

# Another migration in the same cluster may create a role or alter it at the same moment: its commit
# shows as one of the latter, and the next look finds the work done.
_REFUSALS = (errors.InsufficientPrivilege, errors.UndefinedObject, errors.InvalidSchemaName)
_RACES = (errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_)
_TRIES = 10


class _Right(NamedTuple):
    kind: Kind
    subject: str
    sentence: str
    statement: str


def ensure_rights(connection: Connection) -> Iterator[Change]:
    """The roles, schemas and rights that were given, and those left to an administrator.

    To be called before tables are made, which need schemas and default privileges, and after it.
    """
    tries: Counter[_Right] = Counter()
    missing = _missing(connection)
    while any(tries[right] < _TRIES for right in missing):
        for right in missing:
            if tries[right] < _TRIES:
                tries[right] += 1 if _lost_race(connection, right.statement) else _TRIES
        missing = _missing(connection)
    for right in tries:
        # A GRANT without the right to grant is but a warning: whether it worked is seen here.
        if right not in missing:
            yield Change(right.kind, right.subject, right.sentence)
        else:
            sentence = f"an administrator of the server must run: {right.statement};"
            yield Change("left", right.subject, sentence)


def _missing(connection: Connection) -> list[_Right]:
    # Without parameters a `%` is no placeholder.
    rows = connection.exec_driver_sql(_MISSING, execution_options={"no_parameters": True})
    return [_Right(*row) for row in rows]


def _lost_race(connection: Connection, statement: str) -> bool:
    """Whether another migration was faster, and the statement is worth another try."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    except DBAPIError as fault:
        if not isinstance(fault.orig, _REFUSALS + _RACES):
            raise
        return isinstance(fault.orig, _RACES)
    return False


def give_password(connection: psycopg.Connection, role: str) -> str:
    """A new password with which the role may come in; a former one is void."""
    password = token_urlsafe(16)
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
    return password
