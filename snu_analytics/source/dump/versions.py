"""The folders of the indexes: one per collection, of one version of one dump, 0700.

`index/youngs/<version>` beside `index/youngs.lock`, which is held shared by whoever reads and alone
by whoever builds or deletes: no index goes from under a reader.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path

from snu_analytics.errors import SourceError
from snu_analytics.source.decode import Scope

# Raised when what an index holds, or how it is laid out, changes.
FORMAT = 5


def version(path: Path, scope: Scope) -> str:
    """A digest of all that an index depends on: file and state, the fields, the layout."""
    stat = path.stat()
    state = [path.absolute(), stat.st_size, stat.st_mtime_ns]
    parts = [*state, FORMAT, scope.dropped.pattern, *sorted(scope.fields)]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


@contextmanager
def index_folder(
    home: Path, path: Path, scope: Scope, build: Callable[[Path], None]
) -> Iterator[Path]:
    """The folder of the index of this version of the file, which stands until the block ends.

    Built by `build` if there is none; before, the collection's index of any other dump or version
    is deleted. Raises SourceError when the disk is full, the folder cannot be written, or the file
    changes meanwhile.
    """
    root = home / "index"
    with ExitStack() as reading:
        try:
            folder = root / _collection(path) / version(path, scope)
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            root.mkdir(mode=0o700, exist_ok=True)
            while True:
                reading.enter_context(_locked(folder.parent, fcntl.LOCK_SH))
                if folder.is_dir():
                    break
                reading.close()
                with _locked(folder.parent, fcntl.LOCK_EX):
                    if not folder.is_dir():
                        _build(folder, path, scope, build)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                mend = "the disk is full: free about half the file's size"
            else:
                mend = f"{error.strerror}: let this user write there"
            raise SourceError(f"the index of {path} cannot be kept under {root}: {mend}") from error
        yield folder


def delete_indexes(home: Path, before: float = inf) -> int:
    """The number of collections whose index is deleted: those built before then, or all.

    `before` is in seconds since 1970. Waits for those that read or build one. Raises SourceError
    when a folder cannot be deleted.
    """
    root, deleted = home / "index", 0
    try:
        for folder in [path for path in root.glob("*") if path.is_dir()]:
            with _locked(folder, fcntl.LOCK_EX):
                if folder.is_dir() and folder.stat().st_mtime < before:
                    shutil.rmtree(folder)
                    deleted += 1
    except OSError as error:
        raise SourceError(
            f"the indexes under {root} cannot be deleted ({error.strerror}): delete that folder"
        ) from error
    return deleted


def _build(folder: Path, path: Path, scope: Scope, build: Callable[[Path], None]) -> None:
    _delete_others(folder.parent)
    unfinished = folder.parent / "building"
    folder.parent.mkdir(mode=0o700)
    unfinished.mkdir(mode=0o700)
    try:
        build(unfinished)
        if folder.name != version(path, scope):
            raise SourceError(f"{path} changed while it was read: run again")
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _delete_others(folder: Path) -> None:
    """Delete whatever index of the collection there is, those that were kept by path included."""
    for former in (folder, *folder.parent.glob(f"{folder.name}.bson*")):
        if former.is_dir():
            shutil.rmtree(former)
        else:
            former.unlink(missing_ok=True)


def _collection(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".bson")


@contextmanager
def _locked(folder: Path, kind: int) -> Iterator[None]:
    lock = folder.with_name(f"{folder.name}.lock")
    with os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)) as file:
        fcntl.flock(file, kind)  # let go when the file is closed
        yield
