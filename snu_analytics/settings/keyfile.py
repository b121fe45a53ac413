"""The pseudonym key as text and as a file: made, read, checked, moved and destroyed.

Knows neither the environment nor the warehouse. No message ever holds a key.
"""

import base64
import binascii
import os
import secrets
import stat
import struct
from itertools import pairwise
from pathlib import Path

from snu_analytics.errors import SettingsError

KEY_VARIABLE = "SNU_PSEUDONYM_KEY"
KEY_FILE_VARIABLE = "SNU_PSEUDONYM_KEY_FILE"

_KEY_BYTES = 32
_MEND = "make one with `snu-analytics key new`"

# Keys that look random and stand in print: the AES-256 example of NIST SP 800-38A, private keys of
# RFC 7748 and RFC 8032, and one that this project's tests used.
_PRINTED = frozenset(
    map(
        bytes.fromhex,
        (
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "9c1f0ae3b2774d58e6c08115fa3d92cb6b04de97a85031ff4c8e2269b7d01a73",
        ),
    )
)

# linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id.
_ACL = "system.posix_acl_access"
_ACL_HEADER, _ACL_ENTRY = 4, struct.Struct("<HHI")
_ACL_USER, _ACL_GROUP_OBJ, _ACL_GROUP, _ACL_OTHER = 0x02, 0x04, 0x08, 0x20


def default_file(home: Path) -> Path:
    """The key file's path when no variable names another one."""
    return home / "pseudonym.key"


def next_file(home: Path) -> Path:
    """The path at which a rotation keeps the new key until the old one is destroyed."""
    return home / "pseudonym.key.next"


def decode_key(text: str | None, origin: str = KEY_VARIABLE) -> bytes:
    """The pseudonym key's bytes; `origin` is the variable or file of the text, for messages.

    Raises SettingsError, without the key, when it is missing, short, repeated, a text, a sample, or
    not random enough.
    """
    if not text:
        file = "there is no key file" if origin == KEY_VARIABLE else f"{origin} does not exist"
        raise SettingsError(f"{KEY_VARIABLE} is not set and {file}: {_MEND}, and keep it")
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{origin} is not base64: {_MEND}") from None
    if len(key) < _KEY_BYTES:
        raise SettingsError(f"{origin} holds {len(key)} bytes, {_KEY_BYTES} are needed: {_MEND}")
    if weakness := _weakness(key):
        raise SettingsError(f"{origin} is {weakness}: {_MEND}")
    return key


def new_key() -> str:
    """The base64 text of a new random key, which `decode_key` accepts."""
    while _weakness(key := secrets.token_bytes(_KEY_BYTES)):
        pass  # once in 10^8 keys
    return base64.b64encode(key).decode()


def write_key(path: Path, text: str) -> None:
    """Write a key to a new file that only its owner reads (0600), synced to the disk.

    Raises SettingsError when the file exists: it may hold the key of the rows.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError(
            f"{path} stands already, and may hold the key of the rows: name another file with "
            "--out, or give the rows a new key with `snu-analytics key rotate`"
        ) from None
    except OSError as fault:
        raise SettingsError(f"{path} cannot be written: {fault.strerror}") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def read_key(path: Path) -> str | None:
    """The text of a key file; None when there is no such file.

    Raises SettingsError when somebody else can read it or put another one in its place.
    """
    try:
        if not path.exists():
            return None
        _refuse_shared(path)
        return path.read_text(errors="replace").strip()
    except OSError as fault:
        raise SettingsError(f"{path} cannot be read: {fault.strerror}") from None


def ensure_key(home: Path) -> str:
    """The text of the key under SNU_HOME, made at the first call (0600); for demo and trials."""
    path = default_file(home)
    if not (text := read_key(path)):
        write_key(path, text := new_key())
    return text


def destroy_file(path: Path) -> None:
    """Overwrite a key file with random bytes, then remove it; each step is synced to the disk.

    Overwrites the blocks where the file system writes in place. Where it copies on write, keeps
    snapshots, or lies on flash memory, former blocks may live on: encrypt that disk. Raises
    SettingsError when the file may not be changed, as the secrets of systemd and of containers.
    """
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(max(path.stat().st_size, 1)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as fault:
        raise SettingsError(
            f"{path} cannot be destroyed from here ({fault.strerror}): destroy it where it is kept"
        ) from None
    _sync_folder(path.parent)


def move_key(source: Path, place: Path) -> None:
    """Move a key file, to another disk too.

    Raises SettingsError when the place is not free or cannot be written.
    """
    if not place.exists():
        try:
            source.rename(place)
        except OSError:
            pass
        else:
            _sync_folder(place.parent)
            return
    write_key(place, source.read_text().strip())
    destroy_file(source)


def file_mode(path: Path) -> str:
    """The permissions of a file, such as 0600."""
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def _refuse_shared(path: Path) -> None:
    if _readers(path):
        raise SettingsError(
            f"{path} can be read by others: chmod 600 it if nobody did, or make a new key"
        )
    for folder in {path.parent, path.resolve().parent}:
        mode = folder.stat().st_mode
        # With the sticky bit, as containers mount their secrets, a file is its owner's to replace.
        if mode & 0o022 and not mode & stat.S_ISVTX:
            raise SettingsError(
                f"{folder}, the folder of the key, can be written by others: chmod go-w {folder}"
            )


def _readers(path: Path) -> bool:
    """Whether anybody but the owner, or this user by an access list, has a right to the file.

    Where a file has such a list the group's bits show but its mask: systemd gives the service a
    credential, 0440 to look at, by an entry for its user alone.
    """
    mode = path.stat().st_mode
    if mode & 0o007 or not mode & 0o070:
        return bool(mode & 0o007)
    try:
        entries = os.getxattr(path, _ACL)[_ACL_HEADER:]
    except (OSError, AttributeError):
        return True
    return any(
        permissions & 0o7
        for tag, permissions, who in _ACL_ENTRY.iter_unpack(entries)
        if tag in (_ACL_GROUP_OBJ, _ACL_GROUP, _ACL_OTHER)
        or (tag == _ACL_USER and who != os.geteuid())
    )


def _weakness(key: bytes) -> str | None:
    """What a key is instead of random bytes (for a message); None for a good key.

    In 32 random bytes fewer than 20 distinct values, fewer than 12 distinct steps from byte to
    byte, or a text in UTF-8 are each rarer than one in 10^7.
    """
    if key in (key + key)[1:-1]:
        return "a repeated pattern"
    if key in _PRINTED:
        return "a sample that stands in print"
    steps = {(b - a) % 256 for a, b in pairwise(key)}
    if len(set(key)) < 20 or len(steps) < 12 or _is_text(key):
        return "not random (a text, a pattern)"
    return None


def _is_text(key: bytes) -> bool:
    try:
        key.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
