"""Advisory locks: what no two processes may do at once is named, and the name is locked."""

import psycopg


def advisory_lock(
    connection: psycopg.Connection, name: str, *, shared: bool = False, session: bool = False
) -> None:
    """Wait for the lock of a name, and hold it until the transaction ends.

    With `session` it is held until `advisory_unlock` or the end of the connection. A `shared` lock
    is held by many at once, while nobody holds it alone.
    """
    connection.execute(f"SELECT {_function('lock', shared, session)}", [name])


def advisory_unlock(connection: psycopg.Connection, name: str, *, shared: bool = False) -> None:
    """Let go of a name that is locked for the session."""
    connection.execute(f"SELECT {_function('unlock', shared, session=True)}", [name])


def _function(action: str, shared: bool, session: bool) -> str:
    scope, mode = "" if session else "xact_", "_shared" if shared else ""
    return f"pg_advisory_{scope}{action}{mode}(hashtextextended(%s, 0))"
