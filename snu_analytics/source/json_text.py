"""BSON values as canonical compact JSON text, so that equal values are equal texts."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Context
from json import JSONEncoder

import numpy as np
from bson import DatetimeMS, Decimal128, ObjectId
from bson.dbref import DBRef

_quoted = JSONEncoder(ensure_ascii=False).encode
_DECIMAL = Context(prec=34)  # the digits of a Decimal128
_EXACT = 2**53  # above it a double no longer counts units


def quote(text: str) -> str:
    """A string as JSON; lone surrogates, which no UTF-8 file can hold, become `?`."""
    quoted = _quoted(text)
    return quoted if quoted.isascii() else quoted.encode("utf-8", "replace").decode()


def json_text(value: object) -> str:
    """The canonical JSON text of a decoded BSON value.

    Instants are ISO text in UTC with milliseconds, ids hexadecimal text, integral numbers have no
    fraction, NaN and infinities are null. Types that JSON lacks become quoted text.
    """
    match value:
        case str():
            return quote(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return _number(value)
        case datetime():
            return f'"{_iso(value)}"'
        case ObjectId():
            return f'"{value}"'
        case list():
            return "[" + ",".join(map(json_text, value)) + "]"
    return _rare_json_text(value)


def _rare_json_text(value: object) -> str:
    match value:
        case Mapping():
            parts = (f"{quote(key)}:{json_text(nested)}" for key, nested in value.items())
            return "{" + ",".join(parts) + "}"
        case DatetimeMS():
            return f'"{_distant(int(value))}"'
        case DBRef():
            return json_text(value.as_doc())
        case Decimal128():
            return _decimal(value)
    return quote(str(value))


class Quoted(dict[str, str]):
    """The JSON texts of the strings met: values repeat."""

    def __missing__(self, value: str) -> str:
        text = self[value] = quote(value)
        return text


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "null"
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _decimal(value: Decimal128) -> str:
    decimal = value.to_decimal()
    if not decimal.is_finite():
        return "null"
    if decimal == decimal.to_integral_value() and abs(decimal) < _EXACT:
        return str(int(decimal))
    return str(decimal.normalize(_DECIMAL))


def _iso(moment: datetime) -> str:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def _distant(milliseconds: int) -> str:
    """JavaScript's spelling of an instant outside the years 1 to 9999: `+010000-01-01T...`."""
    text = str(np.datetime64(milliseconds, "ms"))
    sign = "-" if text.startswith("-") else "+"
    year, rest = text.lstrip("+-").split("-", 1)
    return f"{sign}{year:0>6}-{rest}Z"
