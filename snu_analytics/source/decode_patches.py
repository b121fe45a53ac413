"""BSON patches as columns: the operations on kept fields, and why a patch is not applied.

Decoding is the cost of a backfill, so the loop over operations appends to lists and looks texts and
paths up; most of what is left is the C extension's own time.
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from bson import ObjectId

from snu_analytics.source.columns import HEX_ID, Table, texts
from snu_analytics.source.contract import DEFECTS
from snu_analytics.source.decode import (
    ABSENT,
    HEX,
    Scope,
    decode,
    field_name,
    text_id,
    uncollected,
)
from snu_analytics.source.json_text import Quoted, json_text
from snu_analytics.source.patches import KINDS, NO_INSTANT, PatchColumns

_DEFECT = {defect: 1 + at for at, defect in enumerate(DEFECTS)}
_KIND = {kind: at for at, kind in enumerate(KINDS)}
_REMOVE = _KIND["remove"]
_NOTHING: dict[str, Any] = {}
_DROPPED = -1
_NO_ID = ObjectId(bytes(12))


@uncollected
def decode_patches(data: bytes, scope: Scope) -> PatchColumns:
    """The patches that lie end to end in `data`, in that order.

    Operations on fields that are not kept are looked at for defects, then dropped; of those on a
    field that is not among the dropped either, the field's name stays.
    """
    places = _Places(scope)
    roles: dict[str | None, int] = {None: 0}
    known = Quoted()
    ids: list[Any] = []
    refs: list[bytes] = []
    dates: list[datetime | None] = []
    role_of: list[int] = []
    defects: list[int] = []
    counts: list[int] = []
    place_of: list[int] = []
    kind_of: list[int] = []
    values: list[str] = []
    originals: list[str] = []

    for patch in decode(data):
        get = patch.get
        ids.append(get("_id"))
        user = get("user")
        role = user.get("role") if type(user) is dict else None
        role = role if type(role) is str else None
        role_of.append(roles.setdefault(role, len(roles)))

        ref: Any = get("ref")
        date: Any = get("date")
        ops: Any = get("ops")
        defect = None
        if type(date) is not datetime:
            defect = "no date" if date is None else "unparsable date"
            date = _parsed(date)
            defect = None if date else defect
        if type(ref) is not ObjectId:
            ref = ObjectId(ref) if type(ref) is str and HEX.fullmatch(ref) else _NO_ID
            defect = "no ref" if ref is _NO_ID else defect
        refs.append(ref.binary)
        dates.append(date)

        start = len(place_of)
        if defect is None and type(ops) is not list:
            defect = "ops is not an array"
        if defect is None:
            try:
                for op in ops:
                    kind = _KIND[op["op"]]
                    place = places[op["path"]]
                    if place < 0:
                        if place < _DROPPED:
                            place_of.append(_DROPPED - 1 - place)
                            kind_of.append(kind)
                            values.append("")
                            originals.append("")
                        continue
                    if kind == _REMOVE:
                        text = ""
                    else:
                        value = op.get("value", _NOTHING)
                        text = known[value] if type(value) is str else json_text(value)
                    original = op.get("originalValue", ABSENT)
                    if original is ABSENT:
                        origin = ""
                    else:
                        origin = known[original] if type(original) is str else json_text(original)
                    place_of.append(place)
                    kind_of.append(kind)
                    values.append(text)
                    originals.append(origin)
            except (KeyError, TypeError, ValueError):
                defect = _op_defect(ops)
                if defect is None:
                    raise
                for column in (place_of, kind_of, values, originals):
                    del column[start:]
        counts.append(len(place_of) - start)
        defects.append(_DEFECT[defect] if defect else 0)

    date_of = _milliseconds(dates)
    when = date_of.copy()
    for at in np.flatnonzero(date_of == NO_INSTANT):
        when[at] = _written(ids[at])
    ref_of = np.frombuffer(b"".join(refs).hex().encode(), HEX_ID).copy()
    defect_of = np.array(defects, "u1")
    ref_of[defect_of == _DEFECT["no ref"]] = b""
    count = np.array(counts, "u4")
    heads: Table = {
        "patch_id": _text_ids(ids),
        "ref": ref_of,
        "date": date_of,
        "when": when,
        "role": np.array(role_of, "u4"),
        "defect": defect_of,
        "first": np.cumsum(count, dtype="i8") - count,
        "count": count,
    }
    ops_table: Table = {
        "place": np.array(place_of, "u4"),
        "kind": np.array(kind_of, "u1"),
        "value": texts(values),
        "original": texts(originals),
    }
    return PatchColumns(heads, ops_table, places.names, list(roles))


class _Places(dict[str, int]):
    """Paths met -> number of their (field, sub) in `names`.

    For a field that is dropped the number is -1, for one that is unknown the number n of (field,
    None) as -2 - n.
    """

    def __init__(self, scope: Scope) -> None:
        self.names: list[tuple[str, str | None]] = []
        self._fields = frozenset(scope.fields)
        self._dropped = scope.dropped

    def __missing__(self, path: str) -> int:
        if not _is_path(path):
            raise ValueError
        field, slash, rest = path[1:].partition("/")
        field = field.replace("~1", "/").replace("~0", "~")
        self[path] = _DROPPED
        if field in self._fields:
            self[path] = len(self.names)
            self.names.append((field, slash + text_id(rest)))
        elif not self._dropped.match(field):
            self[path] = _DROPPED - 1 - len(self.names)
            self.names.append((field_name(field), None))
        return self[path]


def _is_path(path: object) -> bool:
    return isinstance(path, str) and path.startswith("/")


def _op_defect(ops: list[Any]) -> str | None:
    """The defect of the first operation that has one."""
    for op in ops:
        if type(op) is not dict or op.get("op") is None or not _is_path(op.get("path")):
            return "malformed op"
        if op["op"] not in KINDS:
            return "unknown op"
    return None


def _parsed(date: object) -> datetime | None:
    """The instant of an ISO text (without time zone: UTC), as naive UTC."""
    if type(date) is not str:
        return None
    try:
        moment = datetime.fromisoformat(date)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def _milliseconds(dates: list[datetime | None]) -> np.ndarray:
    told = pa.array(dates, pa.timestamp("us")).cast(pa.int64())
    return np.where(told.is_valid(), np.floor_divide(told.fill_null(0), 1000), NO_INSTANT)


def _written(own: object) -> int:
    """The time an ObjectId holds, in ms."""
    return int.from_bytes(own.binary[:4]) * 1000 if type(own) is ObjectId else NO_INSTANT


def _text_ids(ids: list[Any]) -> pa.LargeStringArray:
    """As `text_id`, twice as fast where all are ObjectIds."""
    if not all(type(own) is ObjectId for own in ids):
        return texts([text_id(own) for own in ids])
    text = b"".join([own.binary for own in ids]).hex().encode()
    offsets = np.arange(0, len(text) + 1, 24, dtype="i8")
    return pa.LargeStringArray.from_buffers(len(ids), pa.py_buffer(offsets), pa.py_buffer(text))
