"""Connections to the warehouse."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from snu_analytics.embedded_postgres import embedded_server
from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.faults import mapped_errors, refused_connection

EMBEDDED = "embedded"

# A server that vanished without a word (a failover, a pulled cable) is noticed within a minute; the
# system's own default is two hours.
_DEFAULTS = {
    "connect_timeout": "10",
    "application_name": "snu_analytics",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


@contextmanager
def connect(url: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit mode, closed at the end; faults on the way are mapped.

    Raises WarehouseUnavailable when the server is not there, refuses for now or is lost, and
    WarehouseError when it refuses the user or lacks the database.
    """
    place = address(url)
    with mapped_errors(place), open_connection(url) as connection:
        yield connection


def open_connection(url: str) -> psycopg.Connection:
    """A connection to be closed by the caller; raises as `connect` does."""
    place = address(url)
    try:
        return psycopg.connect(_conninfo(url), autocommit=True)
    except psycopg.Error as fault:
        raise refused_connection(fault, place) from None


def address(url: str) -> str:
    """Where the warehouse is, for people: host, port and database, neither user nor password.

    Raises WarehouseError without the url when it is malformed. So it is with an unescaped `@` or
    `/` in the password, of which libpq takes one half for the host or the database.
    """
    try:
        told = conninfo_to_dict(url)
    except psycopg.Error:
        raise _malformed() from None
    host = str(told.get("host") or "localhost")
    port = str(told.get("port") or 5432)
    database = str(told.get("dbname") or told.get("user") or "the user's own")
    if "@" in host + database or not re.fullmatch(r"[\d,]+", port):
        raise _malformed()
    return f"PostgreSQL at {host}:{port}, database {database}"


def _malformed() -> WarehouseError:
    return WarehouseError(
        "SNU_WAREHOUSE_URL is not an address of PostgreSQL: write it as "
        "postgresql://user:password@host:5432/database, @ and / in the password as %40 and %2F"
    )


def resolve_url(url: str, home: Path) -> str:
    """The address itself, or that of the embedded server under `home` for `embedded`."""
    return embedded_server(home) if url == EMBEDDED else url


def _conninfo(url: str) -> str:
    return make_conninfo(
        url, **{k: v for k, v in _DEFAULTS.items() if k not in conninfo_to_dict(url)}
    )
