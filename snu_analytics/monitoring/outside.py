"""The eye outside: an address that expects to be called every night, and alarms when it is not."""

import urllib.error
import urllib.request
from typing import Literal

from snu_analytics.errors import AlertError

# Of the healthchecks protocol: the bare address is called when all is done.
Signal = Literal["start", "done", "fail"]

_TIMEOUT_SECONDS = 10


def ping(address: str, signal: Signal) -> None:
    """Call the address (SNU_PING_URL); AlertError, without the address, when it does not answer."""
    url = address.rstrip("/") + ("" if signal == "done" else f"/{signal}")
    if not url.startswith(("http://", "https://")):
        raise AlertError("SNU_PING_URL is no http address")
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - checked above
            pass
    except (urllib.error.URLError, OSError) as fault:
        raise AlertError(f"SNU_PING_URL does not answer ({type(fault).__name__})") from None
