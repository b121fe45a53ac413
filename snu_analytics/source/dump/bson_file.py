"""The files of a mongodump folder: found, cut at document borders, decoded on all cores."""

import gzip
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import current_process, get_context
from pathlib import Path
from struct import Struct
from typing import TypeVar

from snu_analytics.errors import SourceError
from snu_analytics.source.decode import UndecodableError

T = TypeVar("T")

_length = Struct("<i").unpack_from

_CHUNK = 4 << 20
_LARGEST = 48 << 20  # three times what MongoDB lets a document be
_SMALL = 192 << 20  # decoded sooner than processes start and hand over what they decoded
_MOST_WORKERS = 4  # each holds up to 100 MB


@dataclass(frozen=True)
class Chunk:
    """Whole documents, end to end; `offset` is their first byte in the uncompressed file.

    `number` is how many documents lie before them, `documents` how many they are.
    """

    offset: int
    number: int
    data: bytes
    documents: int


def find_file(folder: Path, collection: str) -> Path | None:
    """The collection's file in a mongodump folder, plain or compressed."""
    paths = (folder / f"{collection}.bson", folder / f"{collection}.bson.gz")
    return next((path for path in paths if path.is_file()), None)


def chunks(path: Path) -> Iterator[Chunk]:
    """The file's documents in order, in pieces of about 4 MB.

    Raises SourceError naming the file and the byte offset of a document that is not whole.
    """
    offset, number, rest = 0, 0, b""
    for block in _blocks(path):
        data = rest + block
        end, documents = _whole_documents(path, offset, data)
        if end:
            yield Chunk(offset, number, data[:end], documents)
        offset, number, rest = offset + end, number + documents, data[end:]
    if rest:
        raise damaged(path, offset, "the file ends within it")


def damaged(path: Path, offset: int, why: str) -> SourceError:
    collection = path.name.partition(".")[0]
    return SourceError(
        f"{path}: the document at byte {offset} is damaged ({why}). Dump the collection again: "
        f"mongodump --collection={collection}"
    )


def decoded(path: Path, decode: Callable[..., T], *args: object) -> Iterator[T]:
    """`decode(data, *args)` of the file's chunks, as `computed` gives them."""
    return computed(path, _decoded, decode, *args)


def _decoded(chunk: Chunk, decode: Callable[..., T], *args: object) -> T:
    return decode(chunk.data, *args)


def computed(path: Path, function: Callable[..., T], *args: object) -> Iterator[T]:
    """`function(chunk, *args)` of the file's chunks, in order; a large file's by several processes.

    Raises SourceError as `chunks` does, and for documents that are not BSON.
    """
    workers = _workers(path)
    if workers == 0:
        for chunk in chunks(path):
            yield _told(path, chunk, partial(function, chunk, *args))
        return
    # A fork of this process would copy the locks of its threads, but not the threads.
    pool = ProcessPoolExecutor(workers, get_context("forkserver"))

    def submitted(chunk: Chunk) -> Callable[[], T]:
        here = partial(function, chunk, *args)
        try:
            future = pool.submit(here)
        except (BrokenProcessPool, OSError):  # processes cannot be started here: go on in this one
            return here

        def answer() -> T:
            try:
                return future.result()
            except BrokenProcessPool:
                return here()

        return answer

    waiting: deque[tuple[Chunk, Callable[[], T]]] = deque()
    try:
        for chunk in chunks(path):
            waiting.append((chunk, submitted(chunk)))
            if len(waiting) > 2 * workers:
                yield _told(path, *waiting.popleft())
        while waiting:
            yield _told(path, *waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _workers(path: Path) -> int:
    """How many processes decode the file; 0 for this one alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if path.stat().st_size < _SMALL or cores == 1 or current_process().daemon:
        return 0
    return min(cores or 1, _MOST_WORKERS)


def _told(path: Path, chunk: Chunk, answer: Callable[[], T]) -> T:
    try:
        return answer()
    except UndecodableError as error:
        raise damaged(path, chunk.offset + error.position, "it is not BSON") from None


def _blocks(path: Path) -> Iterator[bytes]:
    read = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while block := file.read(_CHUNK):
                read += len(block)
                yield block
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise damaged(path, read, "the compressed file is cut short or altered") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error


def _whole_documents(path: Path, offset: int, data: bytes) -> tuple[int, int]:
    """Where the last whole document of `data` ends, and how many there are."""
    at, size, documents = 0, len(data), 0
    while at + 4 <= size:
        (length,) = _length(data, at)
        if not 5 <= length <= _LARGEST:
            raise damaged(path, offset + at, "its length is impossible")
        if at + length > size:
            break
        if data[at + length - 1] != 0:
            raise damaged(path, offset + at, "it does not end where its length says")
        at += length
        documents += 1
    return at, documents
