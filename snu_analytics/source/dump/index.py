"""The index of a dumped collection: decoded once, so that a day or a history costs what it holds.

Decoding costs 13 µs a patch and a backfill reads each history three to four times, hence columns
instead of offsets into the dump. Everything is mapped; nothing scans a column.
"""

import json
import shutil
from collections.abc import Collection
from pathlib import Path

import numpy as np

from snu_analytics.source.columns import (
    HEX_ID,
    TEXT,
    Schema,
    Table,
    TableWriter,
    map_array,
    map_table,
    spans,
    take,
    write_array,
)
from snu_analytics.source.decode import UNKNOWN, Scope, decode_documents
from snu_analytics.source.decode_patches import decode_patches
from snu_analytics.source.dump.bson_file import decoded
from snu_analytics.source.patches import HEADS, NO_INSTANT, OPS, Names, PatchColumns

_BLOCK = 1 << 16  # patches brought into order at a time


class PatchIndex:
    """Patches in (ref, date, patch_id) order, found by ref and by instant."""

    def __init__(self, folder: Path) -> None:
        self._patches = _open_patches(folder)
        self._refs = map_array(folder / "refs", HEX_ID)
        self._first = map_array(folder / "refs.first", "i8")  # one more than refs
        self._when = map_array(folder / "when", "i8")
        self._when_row = map_array(folder / "when.row", "i8")

    @staticmethod
    def build(path: Path, folder: Path, scope: Scope) -> None:
        """Write the index of the patches file at `path`."""
        unsorted = folder / "unsorted"
        with _PatchWriter(unsorted) as writer:
            for batch in decoded(path, decode_patches, scope):
                writer.append(batch)
        patches = _open_patches(unsorted)
        order = patches.order()
        with _PatchWriter(folder) as writer:
            for at in range(0, len(order), _BLOCK):
                writer.append(patches.take(order[at : at + _BLOCK]))
        _write_lookups(folder, patches.heads["ref"][order], patches.heads["when"][order])
        shutil.rmtree(unsorted)

    def between(self, start: int, end: int) -> PatchColumns:
        """The patches whose date, else the time of their `_id`, lies in [start, end) (ms)."""
        low, high = np.searchsorted(self._when, [start, end])
        return self._patches.take(np.sort(self._when_row[low:high]))

    def of_refs(self, refs: np.ndarray) -> PatchColumns:
        """The patches of the refs (HEX_ID, sorted, distinct)."""
        at = _positions(self._refs, refs)
        first = self._first[at]
        return self._patches.take(spans(first, self._first[at + 1] - first))


class DocumentIndex:
    """Documents in the order of the dump, found by ref."""

    def __init__(self, folder: Path) -> None:
        table = folder / "documents"
        fields = [column.stem for column in table.glob("*.at")]
        self._documents = map_table(table, _document_schema(fields))
        self._refs = map_array(folder / "refs", HEX_ID)
        self._row = map_array(folder / "refs.row", "i8")

    @staticmethod
    def build(path: Path, folder: Path, scope: Scope) -> None:
        """Write the index of the documents file at `path`."""
        schema, table = _document_schema([*scope.fields, UNKNOWN]), folder / "documents"
        with TableWriter(table, schema) as writer:
            for batch in decoded(path, decode_documents, scope):
                writer.append(batch)
        refs = map_array(table / "ref", HEX_ID)
        order = np.argsort(refs, kind="stable")
        refs = refs[order]
        last = np.append(refs[1:] != refs[:-1], True)[: len(refs)]  # of a document dumped twice
        write_array(folder / "refs", refs[last])
        write_array(folder / "refs.row", order[last])

    def of_refs(self, refs: np.ndarray, fields: Collection[str]) -> Table:
        """`ref` and `fields` of the refs (HEX_ID, sorted, distinct) that are there."""
        asked = {name: self._documents[name] for name in ("ref", *fields)}
        return take(asked, self._row[_positions(self._refs, refs)])

    def all(self, field: str) -> Table:
        """`ref` and a field of every document."""
        asked = {name: self._documents[name] for name in ("ref", field)}
        return take(asked, self._row)


class _PatchWriter:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._names = Names()
        self._heads = TableWriter(folder / "heads", HEADS)
        self._ops = TableWriter(folder / "ops", OPS)

    def append(self, batch: PatchColumns) -> None:
        told = self._names.renumber(batch, self._ops.rows)
        self._heads.append(told.heads)
        self._ops.append(told.ops)

    def __enter__(self) -> "_PatchWriter":
        return self

    def __exit__(self, *raised: object) -> None:
        with self._heads, self._ops:
            pass
        names = {"places": self._names.places, "roles": self._names.roles}
        write_array(self._folder / "names.json", np.frombuffer(json.dumps(names).encode(), "u1"))


def _open_patches(folder: Path) -> PatchColumns:
    names = json.loads((folder / "names.json").read_bytes())
    return PatchColumns(
        heads=map_table(folder / "heads", HEADS),
        ops=map_table(folder / "ops", OPS),
        places=[(field, sub) for field, sub in names["places"]],
        roles=names["roles"],
    )


def _write_lookups(folder: Path, refs: np.ndarray, when: np.ndarray) -> None:
    refs = refs[refs != b""]  # those without one come last
    known = len(refs)
    firsts = np.flatnonzero(np.append(True, refs[1:] != refs[:-1])[:known])
    write_array(folder / "refs", refs[firsts])
    write_array(folder / "refs.first", np.append(firsts, known).astype("i8"))
    order = np.argsort(when, kind="stable")
    order = order[when[order] != NO_INSTANT]
    write_array(folder / "when", when[order])
    write_array(folder / "when.row", order.astype("i8"))


def _document_schema(fields: Collection[str]) -> Schema:
    return {"ref": HEX_ID, **dict.fromkeys(fields, TEXT)}


def _positions(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where the wanted refs that are known stand; both are sorted."""
    at = np.searchsorted(known, wanted)
    inside = at < len(known)
    at, wanted = at[inside], wanted[inside]
    return at[known[at] == wanted]
