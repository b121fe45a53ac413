"""PostgreSQL's faults as the package's own, without a password and without a row's content."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from snu_analytics.errors import WarehouseError, WarehouseUnavailable

_MIGRATE = "run `snu-analytics migrate`"

# Classes and codes of Appendix A of PostgreSQL's manual. What a moment later may succeed is
# unavailable: connection lost (08), server stopping or starting (57P), too many clients, deadlock.
_UNAVAILABLE = ("08", "57P01", "57P02", "57P03", "57P05", "53300", "40001", "40P01", "55P03")
_MENDS = {
    "3D": "the database is lacking: create it, or mend SNU_WAREHOUSE_URL",
    "28": "the user or the password is refused: mend SNU_WAREHOUSE_URL",
    "42P01": f"a table is lacking: {_MIGRATE}",
    "3F000": f"a schema is lacking: {_MIGRATE}",
    "42703": f"a column is lacking: {_MIGRATE}",
    "42501": "a right is lacking: grant the user the role snu_loader, or migrate as the owner",
    "53100": "the disk is full: free some space on the server",
    "53": "the server lacks memory or other resources",
    "25006": "the server or the user is read-only: name the primary, and a user who may write",
    "57014": "the statement was cancelled or ran out of its time",
}
# Of these codes alone the primary message holds nothing but names of tables, columns and roles.
_NAMES_ONLY = {"42P01", "3F000", "42703", "42501"}


@contextmanager
def mapped_errors(place: str = "PostgreSQL") -> Iterator[None]:
    """Turn faults of psycopg and SQLAlchemy into WarehouseError or WarehouseUnavailable.

    The message holds the place, the kind of the fault, the names of table and column and the mend.
    PostgreSQL's own text, its DETAIL and its CONTEXT quote rows and stay behind.
    """
    try:
        yield
    except DBAPIError as fault:
        raise translated(fault.orig, place) from None
    except psycopg.Error as fault:
        raise translated(fault, place) from None


def translated(fault: BaseException | None, place: str) -> WarehouseError:
    """The error that a fault of PostgreSQL becomes; see `mapped_errors`."""
    code = getattr(fault, "sqlstate", None)
    if code is None:
        if isinstance(fault, psycopg.OperationalError):
            return WarehouseUnavailable(f"{place} did not answer or went away: try again")
        return WarehouseError(f"{place}: {type(fault).__name__}")
    kind = _kind(code)
    if code.startswith(_UNAVAILABLE):
        return WarehouseUnavailable(f"{place} is not available now ({kind}): try again")
    mend = next((m for start, m in _MENDS.items() if code.startswith(start)), None)
    return WarehouseError(
        ", ".join([f"{place}: {mend or 'refused'} ({kind})", *_names(fault, code)])
    )


def refused_connection(fault: psycopg.Error, place: str) -> WarehouseError:
    """The error that a failed attempt to connect becomes: libpq gives a text and no code.

    Without a FATAL the server never spoke. A server whose messages are not English falls into the
    last case, which names all that may be wrong.
    """
    text = str(fault)
    if "FATAL" not in text or re.search(
        r"starting up|shutting down|recovery|too many|remaining", text
    ):
        return WarehouseUnavailable(
            f"{place} cannot be reached: is the server running, and does it listen there?"
        )
    if re.search(r"database .* does not exist", text):
        return WarehouseError(f"{place}: {_MENDS['3D']}")
    if re.search(r"password|authentication|pg_hba|role .* does not exist", text):
        return WarehouseError(f"{place}: {_MENDS['28']}")
    return WarehouseError(
        f"{place} refuses the connection: check the user, the password, the database and its rights"
    )


def _kind(code: str) -> str:
    try:
        return f"{code} {errors.lookup(code).__name__}"
    except KeyError:
        return code


def _names(fault: BaseException | None, code: str) -> Iterator[str]:
    if not isinstance(fault, psycopg.Error):
        return
    diagnosis = fault.diag
    if code in _NAMES_ONLY and diagnosis.message_primary:
        yield diagnosis.message_primary
    for kind in ("table", "column", "constraint"):
        if name := getattr(diagnosis, f"{kind}_name"):
            yield f"{kind} {name}"
    # The place of a bad COPY row stands only in the context, in front of its content.
    if place := re.match(r"COPY \w+, line \d+(?:, column \w+)?", diagnosis.context or ""):
        yield place[0]
