"""Tables of plain arrays, in memory or mapped from files, of which any rows can be taken.

A column is a numpy array of fixed width or an Arrow array of texts. On disk a fixed column is its
bytes, a text column is Arrow's two buffers: 64-bit offsets, and the texts end to end. Opening a
table maps its files and reads nothing; taking rows reads these rows. An Arrow IPC file would bind
all rows of a record batch to be in memory when it is written, or spread a day over all batches.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa

# Of the one or the other kind of array, as the schema says: callers know which.
Table = dict[str, Any]

TEXT = "text"
Schema = Mapping[str, str]  # column -> numpy dtype, or TEXT

HEX_ID = "S24"  # an ObjectId in hexadecimal; empty bytes for none


def take(table: Table, rows: np.ndarray) -> Table:
    """The rows of the given numbers, in the order given."""
    numbers = pa.array(rows)
    return {
        name: column[rows] if isinstance(column, np.ndarray) else column.take(numbers)
        for name, column in table.items()
    }


def spans(first: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The row numbers of consecutive rows: `count` from `first` on, for each pair."""
    count = count.astype("i8")
    skipped = np.cumsum(count) - count
    return np.repeat(first - skipped, count) + np.arange(count.sum())


def concatenate(tables: list[Table], schema: Schema) -> Table:
    if not tables:
        return empty(schema)
    return {
        name: pa.concat_arrays([table[name] for table in tables])
        if kind == TEXT
        else np.concatenate([table[name] for table in tables])
        for name, kind in schema.items()
    }


def empty(schema: Schema) -> Table:
    return {name: texts([]) if kind == TEXT else np.empty(0, kind) for name, kind in schema.items()}


def texts(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def id_series(ids: np.ndarray) -> pl.Series:
    """HEX_ID bytes as a String series; null for none."""
    raw = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(24), len(ids), [None, pa.py_buffer(np.ascontiguousarray(ids))]
    )
    series = pl.Series(pl.from_arrow(raw)).cast(pl.String)
    return series.set(pl.Series(ids == b""), None)


def text_series(column: pa.LargeStringArray) -> pl.Series:
    return pl.Series(pl.from_arrow(column), dtype=pl.String)


class TableWriter:
    """Writes a table to a new folder, rows after rows; the files are for the owner alone (0600).

    A context: the table can be mapped when it is left.
    """

    def __init__(self, folder: Path, schema: Schema) -> None:
        self.rows = 0
        self._schema = schema
        self._lengths: dict[str, int] = {}  # bytes of text so far
        self._files: dict[str, BinaryIO] = {}
        folder.mkdir(mode=0o700)
        for name, kind in schema.items():
            self._files[name] = _create(folder / name)
            if kind == TEXT:
                offsets = self._files[f"{name}.at"] = _create(folder / f"{name}.at")
                offsets.write(bytes(8))
                self._lengths[name] = 0

    def append(self, table: Table) -> None:
        for name, kind in self._schema.items():
            column = table[name]
            if kind == TEXT:
                offsets, text = _buffers(column)
                self._files[f"{name}.at"].write((offsets[1:] + self._lengths[name]).data)
                self._files[name].write(text.data)
                self._lengths[name] += len(text)
            else:
                self._files[name].write(np.ascontiguousarray(column, kind).data)
        self.rows += len(column)

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(self, *raised: object) -> None:
        for file in self._files.values():
            file.close()


def write_array(path: Path, array: np.ndarray) -> None:
    with _create(path) as file:
        file.write(np.ascontiguousarray(array).data)


def map_array(path: Path, dtype: str) -> np.ndarray:
    """The array of a file, mapped: only what is looked at is read."""
    if path.stat().st_size == 0:  # which cannot be mapped
        return np.empty(0, dtype)
    return np.asarray(np.memmap(path, dtype, "r"))


def map_table(folder: Path, schema: Schema) -> Table:
    """The table of a folder, mapped."""
    return {
        name: _map_texts(folder / name) if kind == TEXT else map_array(folder / name, kind)
        for name, kind in schema.items()
    }


def _map_texts(path: Path) -> pa.LargeStringArray:
    offsets = map_array(path.with_name(f"{path.name}.at"), "i8")
    buffers = [pa.py_buffer(offsets), pa.py_buffer(map_array(path, "u1"))]
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, *buffers)


def _buffers(column: pa.LargeStringArray) -> tuple[np.ndarray, np.ndarray]:
    """The offsets, from 0, and the bytes of the texts."""
    _, at, text = column.buffers()
    offsets = np.zeros(1, "i8")
    if len(column):
        offsets = np.frombuffer(at, "i8")[column.offset : column.offset + len(column) + 1]
    held = np.frombuffer(text or b"", "u1")[offsets[0] : offsets[-1]]
    return offsets - offsets[0], held


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
