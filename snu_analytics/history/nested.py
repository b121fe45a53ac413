"""Nested and array fields: their changes come by index and are replayed one by one.

The result is what scalar fields have from the start: operations on the whole field. So everything
after this step knows one kind of field only.
"""

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import polars as pl

_ABSENT: Any = object()

# A damaged index must not fill the memory; the longest array of the application holds tens.
_LONGEST = 10_000

WHOLE_SCHEMA = {
    "patch": pl.UInt32,
    "field": pl.String,
    "op": pl.String,
    "value": pl.String,
    "original": pl.String,
    "conflict": pl.Boolean,  # an element's original contradicts
    "derived": pl.Boolean,  # elements that no patch names are those of today's document
}


def whole_field_ops(ops: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Operations on whole fields (WHOLE_SCHEMA) with the effect of the given ones.

    `ops` has `ref` and the columns of a source's operations, in order; the (ref, field) pairs
    touched below the field's top are replayed, all others pass unchanged. `documents` has `ref`
    and one text column per field.
    """
    deep = ops.filter(pl.col("sub") != "").select("ref", "field").unique()
    whole = ops.join(deep, on=["ref", "field"], how="anti", maintain_order="left")
    whole = whole.with_columns(conflict=pl.lit(False), derived=pl.lit(False)).select(*WHOLE_SCHEMA)
    if deep.is_empty():
        return whole
    nested = ops.join(deep, on=["ref", "field"], how="semi", maintain_order="left")
    nested = nested.sort("field", "ref", "patch", maintain_order=True)
    current = _current(deep, documents)
    transitions = _Transitions()
    replayed: list[tuple[int, str, str, str, str, bool, bool]] = []
    columns = nested.select("ref", "field", "patch", "sub", "op", "value", "original")
    for (ref, field), rows in groupby(columns.iter_rows(), key=lambda row: row[:2]):
        steps = [
            (patch, tuple(row[3:] for row in group))
            for patch, group in groupby(rows, key=lambda row: row[2])
        ]
        before, derived = _base(steps, current.get((ref, field), ""))
        for patch, patch_ops in steps:
            after, conflict = transitions[before, patch_ops]
            replayed.append((patch, field, "replace", after, before, conflict, derived))
            before = after
    return pl.concat([whole, pl.DataFrame(replayed, WHOLE_SCHEMA, orient="row")]).sort(
        "patch", maintain_order=True
    )


def _current(deep: pl.DataFrame, documents: pl.DataFrame) -> Mapping[tuple[str, str], str]:
    current: dict[tuple[str, str], str] = {}
    for (field,), group in deep.group_by("field"):
        texts = documents.join(group, on="ref", how="semi").select("ref", str(field))
        current |= {(ref, str(field)): text for ref, text in texts.iter_rows()}
    return current


# Of one operation: the path below the field, still escaped, the kind, the value, the original.
_Op = tuple[str, str, str, str | None]
_Step = tuple[list[str], str, Any, Any]


class _Transitions(dict[tuple[str, tuple[_Op, ...]], tuple[str, bool]]):
    """From a field's text and the operations of a patch to its next text, and whether an original
    contradicts the text. Cached: the lists of the application hold few values, and replayed anew
    for each patch they took half the time of a rebuild.
    """

    def __missing__(self, key: tuple[str, tuple[_Op, ...]]) -> tuple[str, bool]:
        text, ops = key
        carried = state = json.loads(text) if text else _ABSENT
        conflict = False
        for path, op, value, original in map(_step, ops):
            has_original = op == "add" or original is not _ABSENT
            current = _get(carried, path)
            conflict |= has_original and _text(current) != _text(original)
            if op == "add" and current is not _ABSENT and current != value:
                path = _pushed(state, path)
            state = _set(state, path, _ABSENT if op == "remove" else value)
        self[key] = _text(state), conflict
        return self[key]


def _step(operation: _Op) -> _Step:
    sub, op, value, original = operation
    path = [p.replace("~1", "/").replace("~0", "~") for p in sub.split("/")[1:]]
    before = _ABSENT if original is None else json.loads(original)
    return path, op, json.loads(value) if value else _ABSENT, before


def _base(steps: list[tuple[int, tuple[_Op, ...]]], document: str) -> tuple[str, bool]:
    """The field before its first step, and whether that rests on today's document.

    The steps before the first whole value known are reverted from it.
    """
    text, derived, reverted = document, True, []
    for operation in (op for _, ops in steps for op in ops):
        sub, op, _, original = operation
        if not sub and (original is not None or op == "add"):
            text, derived = original or "", False
            break
        reverted.append(operation)
    if not reverted:
        return text, derived
    state = json.loads(text) if text else _ABSENT
    for path, op, _, original in map(_step, reversed(reverted)):
        if op == "add" or original is not _ABSENT:
            state = _set(state, path, original)
    return _text(state), derived


def _get(state: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(state, list):
            position = _position(part, state)
            state = state[position] if position < len(state) else _ABSENT
        elif isinstance(state, dict):
            state = state.get(part, _ABSENT)
        else:
            return _ABSENT
    return state


def _pushed(state: Any, path: list[str]) -> list[str]:
    """The path at the end of its array: two who push at once write the same index."""
    array = _get(state, path[:-1])
    return [*path[:-1], str(len(array))] if path and isinstance(array, list) else path


def _set(state: Any, path: list[str], value: Any) -> Any:
    """The state with the value at the path.

    Arrays change at their tail only, and the operations of a patch do not shift one another: taking
    an element away therefore shortens the array to its position, in whatever order they come.
    """
    if not path:
        return value
    part, rest = path[0], path[1:]
    if not isinstance(state, list | dict):
        state = [] if part.isdecimal() else {}
    if isinstance(state, list) and not part.isdecimal():
        # An array that becomes an object keeps its elements under their indexes.
        state = {str(at): element for at, element in enumerate(state)}
    if isinstance(state, dict):
        inner = _set(state.get(part, _ABSENT), rest, value)
        without = {k: v for k, v in state.items() if k != part}
        return without if inner is _ABSENT else state | {part: inner}
    position = _position(part, state)
    if position > _LONGEST:
        return state
    inner = _set(state[position] if position < len(state) else _ABSENT, rest, value)
    if inner is _ABSENT:
        return state[:position]
    padded = state + [None] * (position - len(state))
    return [*padded[:position], inner, *padded[position + 1 :]]


def _position(part: str, state: list[Any]) -> int:
    return int(part) if part.isdecimal() else len(state)


def _text(value: Any) -> str:
    if value is _ABSENT:
        return ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
