"""Instants in the ways in which documents, patches and other writers hold them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bson.int64 import Int64

from snu_analytics.days import PARIS
from snu_analytics.simulation.recorder import as_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_JAVASCRIPT = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d) GMT\+0000 .*")


def instant_of(value: Any) -> datetime | None:
    """The instant that a document or a patch of the simulation holds, None for anything else."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _ISO.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and (match := _JAVASCRIPT.fullmatch(value)):
        return datetime.strptime(match[1], "%b %d %Y %H:%M:%S").replace(tzinfo=UTC)
    return None


def iso(instant: datetime) -> str:
    """ISO text, also where a document has a date."""
    return str(as_json(instant))


def without_milliseconds(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}Z"


def with_offset(instant: datetime) -> str:
    return instant.astimezone(PARIS).isoformat(timespec="milliseconds")


def milliseconds(instant: datetime) -> Int64:
    return Int64((instant - _EPOCH) // timedelta(milliseconds=1))


def javascript(instant: datetime) -> str:
    """As a browser in France writes it."""
    local = instant.astimezone(PARIS)
    season = "heure d’été" if local.dst() else "heure normale"
    return f"{local:%a %b %d %Y %H:%M:%S} GMT{local:%z} ({season} d’Europe centrale)"


READABLE = (iso, without_milliseconds, with_offset, milliseconds, javascript)
