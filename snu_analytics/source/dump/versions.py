"""The folder of an index: one per version of a file, built once, by one process at a time."""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from snu_analytics.errors import SourceError
from snu_analytics.source.decode import Scope

# Raised when what an index holds, or how it is laid out, changes.
FORMAT = 3


def version(path: Path, scope: Scope) -> str:
    """A digest of all that an index depends on: the file's state, the fields, the layout."""
    stat = path.stat()
    parts = [stat.st_size, stat.st_mtime_ns, FORMAT, scope.dropped.pattern, *sorted(scope.fields)]
    return _digest("\n".join(map(str, parts)))


def index_folder(home: Path, path: Path, scope: Scope, build: Callable[[Path], None]) -> Path:
    """The folder of the index of this version of the file, built by `build` if there is none.

    Older versions of the same file's index are then deleted. Raises SourceError when the disk is
    full, the folder cannot be written, or the file changes meanwhile.
    """
    root = home / "index"
    own = f"{path.name}-{_digest(str(path.absolute()))}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
        folder = root / f"{own}-{version(path, scope)}"
        if folder.is_dir():
            return folder
        with _alone(root / f"{own}.lock"):
            if not folder.is_dir():
                _build(folder, root / f"{own}.building", build)
                if folder != root / f"{own}-{version(path, scope)}":
                    shutil.rmtree(folder)
                    raise SourceError(f"{path} changed while it was read: run again")
                _delete_others(root, own, folder)
        return folder
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            mend = "the disk is full: free about half the file's size"
        else:
            mend = f"{error.strerror}: let this user write there"
        raise SourceError(f"the index of {path} cannot be kept under {root}: {mend}") from error


def _build(folder: Path, unfinished: Path, build: Callable[[Path], None]) -> None:
    shutil.rmtree(unfinished, ignore_errors=True)  # of a process that was killed
    unfinished.mkdir(mode=0o700)
    try:
        build(unfinished)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _delete_others(root: Path, own: str, current: Path) -> None:
    for folder in root.glob(f"{own}-*"):
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with os.fdopen(os.open(lock, os.O_WRONLY | os.O_CREAT, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed
        yield


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
