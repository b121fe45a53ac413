"""What the driver's errors mean to an operator: the host, the collection and the mend.

The driver's own texts are not passed on: they can hold the url, or a value of a document.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    CursorNotFound,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from snu_analytics.errors import SourceError, SourceUnavailable
from snu_analytics.source.decode import UndecodableError

T = TypeVar("T")

_PAUSES = (0.2, 0.8, 3.2)  # seconds before the second, third and fourth attempt

_WRONG_PASSWORD = (18, 8000)
_NOT_ALLOWED = 13
_TOO_SLOW = 50
_PASSING = (7, 89, 91, 175, 189, 9001, 11600, 11602)  # a member steps down, restarts, is cut off


def ask(query: Callable[[], T], host: str, subject: str) -> T:
    """The answer to `query`, asked again where the connection or the cursor was lost.

    Raises SourceUnavailable when the server does not answer, SourceError when it refuses; both name
    the host and the `subject`: the collection or database.
    """
    for pause in (*_PAUSES, None):
        try:
            return query()
        except (PyMongoError, BSONError, UndecodableError) as error:
            if pause is None or not _worth_repeating(error):
                raise source_error(error, host, subject) from None
        time.sleep(pause)
    raise AssertionError


def source_error(error: Exception, host: str, subject: str) -> SourceError:
    """The driver's error as a SourceError with the host, the subject and the mend."""
    where = f"MongoDB at {host}, {subject}"
    if isinstance(error, ServerSelectionTimeoutError):
        return _unreached(str(error), where)
    if isinstance(error, ConfigurationError):
        return SourceError(f"{where}: the host has no DNS (SRV) entry. Mend SNU_SOURCE_URL's host")
    if isinstance(error, BSONError | UndecodableError):
        return SourceError(f"{where}: a document is not BSON. Run validate on the collection")
    code = error.code if isinstance(error, OperationFailure) else None
    if code in _WRONG_PASSWORD:
        return SourceError(
            f"{where}: the user or password is refused. Mend SNU_SOURCE_URL, and its authSource"
        )
    if code == _NOT_ALLOWED:
        return SourceError(f"{where}: the user may not read it. Grant the role read")
    if code == _TOO_SLOW:
        return SourceError(f"{where}: the query takes too long. Is the index on ref there?")
    if _worth_repeating(error):
        return SourceUnavailable(f"{where}: the connection was lost several times. Try again later")
    kind = f"{type(error).__name__}" + (f", code {code}" if code else "")
    return SourceError(f"{where}: the query is refused ({kind})")


def _worth_repeating(error: Exception) -> bool:
    if isinstance(error, ServerSelectionTimeoutError):
        return False  # the driver has tried for seconds
    if isinstance(error, AutoReconnect | CursorNotFound):
        return True
    return isinstance(error, OperationFailure) and error.code in _PASSING


def _unreached(reason: str, where: str) -> SourceError:
    if "not known" in reason or "nodename" in reason or "No address" in reason:
        return SourceError(f"{where}: the host's name is unknown. Mend SNU_SOURCE_URL's host")
    if "SSL" in reason or "certificate" in reason.lower():
        return SourceError(
            f"{where}: the TLS handshake fails. Mend tls, tlsCAFile or the host in SNU_SOURCE_URL"
        )
    return SourceUnavailable(f"{where}: the server does not answer. Is it up, and open to us?")
