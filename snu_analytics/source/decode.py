"""BSON documents as Python values, and as columns of the fields of a scope.

All other fields are dropped here, in the process that reads them; of a field that no catalogue
knows the name remains.
"""

import gc
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import polars as pl
from bson import CodecOptions, decode_iter
from bson.codec_options import DatetimeConversion
from bson.errors import BSONError

from snu_analytics.source.json_text import Quoted, json_text

# Instants outside the years 1 to 9999 come as DatetimeMS; invalid UTF-8 in a field that is dropped
# must not lose the patch.
OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)

HEX = re.compile(r"[0-9a-fA-F]{24}")
_NAME = re.compile(r"(?!.*[0-9]{6})(?![0-9a-f]{24}$)[A-Za-z_$][A-Za-z0-9_$]{0,59}")

# Stands for the names of fields that could be a person's.
UNNAMED = "(a name that is not told)"

ABSENT: object = object()

# The column of a document's field names that no catalogue knows, one to a line.
UNKNOWN = "unknown fields"


class UndecodableError(Exception):
    """A document is not BSON; `position` is its first byte within what was to be decoded."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class Scope(NamedTuple):
    """The fields of a collection that are read, and what matches the names of those dropped."""

    fields: tuple[str, ...]
    dropped: re.Pattern[str]


P = ParamSpec("P")
T = TypeVar("T")


def uncollected(function: Callable[P, T]) -> Callable[P, T]:
    """The function without the garbage collector, which spends half the time on decoded dicts."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            if collecting:
                gc.enable()

    return called


def decode(data: bytes) -> Iterator[dict[str, Any]]:
    """The documents that lie end to end in `data`; one by one is a fifth faster than all at once.

    Raises UndecodableError at the first that is not BSON.
    """
    sound = 0
    try:
        for document in decode_iter(data, OPTIONS):
            yield document
            sound += 1
    except (BSONError, RecursionError):
        raise UndecodableError(_position(data, sound)) from None


@uncollected
def decode_documents(data: bytes, scope: Scope) -> pl.DataFrame:
    """`ref`, the JSON texts of the scope's fields ("" where absent), and UNKNOWN: all String.

    The documents lie end to end in `data`.

    A document whose `_id` is not an ObjectId, nor the text of one, is left out: nothing refers to
    it.
    """
    quoted = Quoted()
    refs: list[str] = []
    columns: dict[str, list[str]] = {field: [] for field in scope.fields}
    expected = set(scope.fields)
    unknown: list[str] = []
    for document in decode(data):
        ref = text_id(document.get("_id")).lower()
        if not HEX.fullmatch(ref):
            continue
        refs.append(ref)
        for field, column in columns.items():
            value = document.get(field, ABSENT)
            if type(value) is str:
                column.append(quoted[value])
            else:
                column.append("" if value is ABSENT else json_text(value))
        others = document.keys() - expected
        dropped = set(filter(scope.dropped.match, others))
        expected |= dropped
        unknown.append("\n".join(sorted(map(field_name, others - dropped))))
    frame = {"ref": refs, **columns, UNKNOWN: unknown}
    return pl.DataFrame(frame, dict.fromkeys(frame, pl.String))


def decode_texts(
    data: bytes, refs: Collection[str], fields: re.Pattern[str]
) -> dict[str, set[str]]:
    """By ref, all texts, however deep, in the fields of these documents whose names match."""
    return {
        ref: {
            text for name, value in document.items() if fields.match(name) for text in _texts(value)
        }
        for document in decode(data)
        if (ref := text_id(document.get("_id")).lower()) in refs
    }


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for nested in value.values():
                yield from _texts(nested)
        case list():
            for nested in value:
                yield from _texts(nested)


def field_name(name: str) -> str:
    """The name of a field, UNNAMED where no programmer would give it: it may be a person's."""
    return name if _NAME.fullmatch(name) else UNNAMED


def decode_names(data: bytes) -> set[str]:
    """The `name` values that are text of the documents that lie end to end in `data`."""
    names = (document.get("name") for document in decode(data))
    return {name for name in names if isinstance(name, str)}


def decode_records(data: bytes, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The fields, as JSON values, of the documents that lie end to end in `data`."""
    return [
        {field: json.loads(json_text(document.get(field))) for field in fields}
        for document in decode(data)
    ]


def text_id(own: object) -> str:
    """The text of an `_id`: hexadecimal for an ObjectId."""
    return str(own).encode("utf-8", "replace").decode()


def _position(data: bytes, number: int) -> int:
    """Where the document after so many others begins."""
    at = 0
    for _ in range(number):
        at += int.from_bytes(data[at : at + 4], "little")
    return at
