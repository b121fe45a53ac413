"""Connections to the warehouse."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from snu_analytics.embedded_postgres import embedded_server, has_embedded_server
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
    """A connection in autocommit mode, closed at the end.

    Whatever PostgreSQL says of a fault on the way becomes a WarehouseUnavailable when the server is
    not there, refuses for now or is lost, and else a WarehouseError. Both name the host and the
    database: nothing within needs to map faults itself.
    """
    place = address(url)
    with mapped_errors(place), open_connection(url) as connection:
        yield connection


def open_connection(url: str) -> psycopg.Connection:
    """A connection to be closed by the caller, who maps its faults (`mapped_errors`).

    Raises as `connect` does when there is none.
    """
    place = address(url)
    chosen = conninfo_to_dict(url)
    defaults = {name: value for name, value in _DEFAULTS.items() if name not in chosen}
    try:
        return psycopg.connect(make_conninfo(url, **defaults), autocommit=True)
    except psycopg.Error as fault:
        raise refused_connection(fault, place) from None


def address(url: str) -> str:
    """Where the warehouse is, for people: host, port and database, neither user nor password.

    Raises WarehouseError without the url when it is malformed. So it is with an unescaped `@` or
    `/` in the password, of which libpq takes one half for the host or the database.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise _malformed() from None
    host = str(parts.get("host") or "localhost")
    port = str(parts.get("port") or 5432)
    database = str(parts.get("dbname") or parts.get("user") or "the user's own")
    if "@" in host + database or not re.fullmatch(r"[\d,]+", port):
        raise _malformed()
    return f"PostgreSQL at {host}:{port}, database {database}"


def _malformed() -> WarehouseError:
    return WarehouseError(
        "SNU_WAREHOUSE_URL is not an address of PostgreSQL: write it as "
        "postgresql://user:password@host:5432/database, @ and / in the password as %40 and %2F"
    )


def is_made(url: str, home: Path) -> bool:
    """Whether `resolve_url` would find a database: not where the embedded server is to be made."""
    return url != EMBEDDED or has_embedded_server(home)


def resolve_url(url: str, home: Path, tcp_port: int | None = None) -> str:
    """The address itself, or that of the embedded server under `home` for `embedded`.

    With a `tcp_port` the embedded server listens on it (`embedded_server`).
    """
    return embedded_server(home, tcp_port) if url == EMBEDDED else url
