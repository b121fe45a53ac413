"""BSON documents as Python values, and as columns of the fields that are kept.

Everything else is let go here, in the process that reads it.
"""

import gc
import re
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from bson import CodecOptions, decode_all
from bson.codec_options import DatetimeConversion
from bson.errors import BSONError

from snu_analytics.source.columns import HEX_ID, Table, texts
from snu_analytics.source.json_text import Quoted, json_text

# Instants outside the years 1 to 9999 come as DatetimeMS; invalid UTF-8 in a field that is dropped
# must not lose the patch.
OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)

HEX = re.compile(r"[0-9a-fA-F]{24}")

ABSENT: object = object()


class UndecodableError(Exception):
    """A document is not BSON; `position` is its first byte within what was to be decoded."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


P = ParamSpec("P")
T = TypeVar("T")


def uncollected(function: Callable[P, T]) -> Callable[P, T]:
    """Without the garbage collector: it walks the millions of dicts decoded, for half the time."""

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


def decode(data: bytes) -> list[dict[str, Any]]:
    """The documents that lie end to end in `data`.

    Raises UndecodableError at the first that is not BSON.
    """
    try:
        return decode_all(data, OPTIONS)
    except (BSONError, RecursionError):
        return _decode_one_by_one(data)


@uncollected
def decode_documents(data: bytes, fields: Collection[str]) -> Table:
    """`ref` and the texts of `fields` of the documents that lie end to end in `data`.

    A document whose `_id` is not an ObjectId, nor the text of one, is left out: nothing refers to
    it.
    """
    known = Quoted()
    refs: list[str] = []
    columns: dict[str, list[str]] = {field: [] for field in fields}
    for document in decode(data):
        ref = text_id(document.get("_id")).lower()
        if not HEX.fullmatch(ref):
            continue
        refs.append(ref)
        for field, column in columns.items():
            value = document.get(field, ABSENT)
            if type(value) is str:
                column.append(known[value])
            else:
                column.append("" if value is ABSENT else json_text(value))
    told = {field: texts(column) for field, column in columns.items()}
    return {"ref": np.array(refs, HEX_ID), **told}


def text_id(own: object) -> str:
    """The text of an `_id`: hexadecimal for an ObjectId."""
    return str(own).encode("utf-8", "replace").decode()


def _decode_one_by_one(data: bytes) -> list[dict[str, Any]]:
    position, documents = 0, []
    while position < len(data):
        length = int.from_bytes(data[position : position + 4], "little")
        try:
            documents += decode_all(data[position : position + max(length, 5)], OPTIONS)
        except (BSONError, RecursionError):
            raise UndecodableError(position) from None
        position += length
    return documents
