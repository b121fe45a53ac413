"""The index of a dumped collection: decoded once, for decoding costs 13 µs a patch and a backfill
reads each history more than once.

Arrow files in the order of the dump, mapped into memory, and beside them sorted lists of what rows
are found by: a look-up reads the pages of its own rows, however long the dump is.
"""

import os
from collections.abc import Collection, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa

from snu_analytics.days import PARIS, DayRange
from snu_analytics.source.contract import INSTANT, Patches
from snu_analytics.source.decode import Scope, decode_documents
from snu_analytics.source.decode_patches import decode_patches
from snu_analytics.source.dump.bson_file import Chunk, computed
from snu_analytics.source.patches import HEADS, OPS, DecodedPatches

# Refs, and the numbers of the rows that have them.
_Numbered = tuple[np.ndarray, np.ndarray]

_REF = "S24"
# Where a patch's operations lie: fewer than the bytes of the dump that they were read from, they
# are numbered by these.
_PLACED = pl.Schema([*HEADS.items(), ("first", pl.Int64()), ("ops", pl.Int64())])
_UNDATED = np.iinfo("i8").min


class PatchIndex:
    """Patches, found by ref and by instant."""

    def __init__(self, folder: Path) -> None:
        self._heads = _Table(folder / "heads", _PLACED)
        self._ops = _Table(folder / "ops", OPS)
        self._refs = _Refs(folder)
        self._when = np.load(folder / "when.npy", mmap_mode="r")

    @staticmethod
    def build(path: Path, folder: Path, scope: Scope) -> None:
        """Write the index of the patches file at `path`."""
        for name in ("heads", "ops"):
            (folder / name).mkdir(mode=0o700)
        parts = list(computed(path, _write_patches, scope, folder))
        _Refs.write(folder, [refs for refs, _ in parts])
        instants = [when for _, when in parts]
        _save(folder / "when.npy", np.concatenate([np.empty(0, "i8"), *instants]))

    def counts(self, days: DayRange) -> dict[date, float]:
        """How many patches each of the Paris days has, those without any left out."""
        instants = pl.Series("day", self._when[self._between(days.start, days.end)]).cast(INSTANT)
        within = instants.dt.convert_time_zone(PARIS.key).dt.date()
        return dict(within.value_counts().iter_rows())

    def between(self, start: datetime, end: datetime) -> Patches:
        """The patches whose date, else the time of their `_id`, lies in [start, end)."""
        return self._patches(self._between(start, end))

    def of_refs(self, refs: pl.Series) -> Patches:
        """The patches of the refs."""
        return self._patches(self._refs.numbers(refs))

    def _between(self, start: datetime, end: datetime) -> np.ndarray:
        first, after = (round(moment.timestamp() * 1000) for moment in (start, end))
        return np.flatnonzero((self._when >= first) & (self._when < after))

    def _patches(self, numbers: np.ndarray) -> Patches:
        heads = self._heads.rows(numbers)
        ops = self._ops.rows(_ranges(heads["first"].to_numpy(), heads["ops"].to_numpy()))
        return DecodedPatches(heads.select(*HEADS), ops).in_order()


class DocumentIndex:
    """Documents, found by ref; of a document dumped twice the last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "documents"
        self._refs = _Refs(folder)

    @staticmethod
    def build(path: Path, folder: Path, scope: Scope) -> None:
        """Write the index of the documents file at `path`."""
        (folder / "documents").mkdir(mode=0o700)
        _Refs.write(folder, computed(path, _write_documents, scope, folder))

    def of_refs(self, refs: pl.Series, fields: Collection[str]) -> pl.DataFrame:
        """`ref` and `fields` of the refs that are there, in the order of the refs."""
        return self._last(self._refs.numbers(refs), fields)

    def all(self, field: str) -> pl.DataFrame:
        """`ref` and a field of every document."""
        return self._last(self._refs.all(), [field])

    def _last(self, numbers: np.ndarray, fields: Collection[str]) -> pl.DataFrame:
        schema = pl.Schema(dict.fromkeys(("ref", *fields), pl.String))
        frame = _Table(self._folder, schema).rows(numbers)
        return frame.unique("ref", keep="last", maintain_order=True).sort("ref")


def _write_patches(chunk: Chunk, scope: Scope, folder: Path) -> tuple[_Numbered, np.ndarray]:
    """Write a part of the index; the refs and the instants of its patches."""
    decoded = decode_patches(chunk.data, scope)
    first = np.searchsorted(decoded.ops["patch"].to_numpy(), np.arange(len(decoded.heads) + 1))
    heads, ops = decoded.numbered_from(chunk.number)
    heads = heads.with_columns(first=chunk.offset + first[:-1], ops=np.diff(first))
    _write(folder / "heads", chunk.number, heads)
    _write(folder / "ops", chunk.offset, ops)
    when = heads["when"].to_physical().fill_null(_UNDATED).to_numpy()
    return _numbered(chunk.number, heads), when


def _write_documents(chunk: Chunk, scope: Scope, folder: Path) -> _Numbered:
    """Write a part of the index; the refs of its documents."""
    documents = decode_documents(chunk.data, scope)
    _write(folder / "documents", chunk.offset, documents)
    return _numbered(chunk.offset, documents)


def _numbered(first: int, frame: pl.DataFrame) -> _Numbered:
    refs = frame["ref"].fill_null("").to_numpy().astype(_REF)
    return refs, np.arange(first, first + len(refs))


def _ranges(first: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The numbers from each `first` on, as many as its length, one range after the other."""
    ends = np.cumsum(lengths)
    return np.repeat(first - ends + lengths, lengths) + np.arange(ends[-1] if len(ends) else 0)


class _Refs:
    """The numbers of rows by their ref, in two sorted arrays."""

    def __init__(self, folder: Path) -> None:
        self._refs = np.load(folder / "refs.npy", mmap_mode="r")
        self._numbers = np.load(folder / "numbers.npy", mmap_mode="r")

    @staticmethod
    def write(folder: Path, parts: Iterable[_Numbered]) -> None:
        nothing = (np.empty(0, _REF), np.empty(0, "i8"))
        refs, numbers = map(np.concatenate, zip(nothing, *parts, strict=True))
        order = np.argsort(refs, kind="stable")
        _save(folder / "refs.npy", refs[order])
        _save(folder / "numbers.npy", numbers[order])

    def numbers(self, refs: pl.Series) -> np.ndarray:
        """The numbers of the rows of the refs, in order."""
        wanted = refs.to_numpy().astype(_REF)
        first, after = (self._refs.searchsorted(wanted, side) for side in ("left", "right"))
        return np.sort(self._numbers[_ranges(first, after - first)])

    def all(self) -> np.ndarray:
        """The numbers of all rows, in order."""
        return np.sort(self._numbers)


class _Table:
    """Rows of the Arrow files of a folder, each named by the number of its first row."""

    def __init__(self, folder: Path, schema: pl.Schema) -> None:
        paths = sorted(folder.iterdir())
        self._schema = schema
        self._firsts = np.array([int(path.stem) for path in paths], "i8")
        self._paths = paths

    def rows(self, numbers: np.ndarray) -> pl.DataFrame:
        """The rows of these numbers, which are in order."""
        bounds = np.append(np.searchsorted(numbers, self._firsts), len(numbers))
        parts = [
            self._part(path, numbers[start:end] - first)
            for path, first, start, end in zip(
                self._paths, self._firsts, bounds[:-1], bounds[1:], strict=True
            )
            if start < end
        ]
        return pl.concat([self._schema.to_frame(), *parts])

    def _part(self, path: Path, rows: np.ndarray) -> pl.DataFrame:
        with pa.memory_map(str(path)) as file:
            table = pa.ipc.open_file(file).read_all().select(self._schema.names())
            return pl.DataFrame(table.take(pa.array(rows)), schema=self._schema)


def _write(folder: Path, first: int, frame: pl.DataFrame) -> None:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    with (
        _restricted(folder / f"{first:015}.arrow") as file,
        pa.ipc.new_file(file, table.schema) as writer,
    ):
        writer.write_table(table)


def _save(path: Path, array: np.ndarray) -> None:
    with _restricted(path) as file:
        np.save(file, array)


def _restricted(path: Path) -> BinaryIO:
    """A new file for its owner alone (0600)."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
