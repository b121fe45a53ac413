import base64
import errno
import os
import stat
import struct

import pytest

from snu_analytics.errors import SettingsError
from snu_analytics.settings import (
    decode_key,
    destroy_file,
    ensure_key,
    file_mode,
    move_key,
    new_key,
    read_key,
    write_key,
)

# Of a generator, once: tests that run side by side need the same.
RANDOM = bytes.fromhex("5fc1e2873b0a9d64f81c47b6e9352ad07e13cb985624f0ad8b69d13e02b7744c")


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_a_new_key_is_taken_and_has_32_bytes():
    assert len(decode_key(new_key())) == 32


def test_no_two_keys_are_the_same():
    assert new_key() != new_key()


def test_the_url_safe_alphabet_is_taken():
    assert decode_key(base64.urlsafe_b64encode(RANDOM).decode()) == RANDOM


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "SNU_PSEUDONYM_KEY is not set and there is no key file"),
        ("", "SNU_PSEUDONYM_KEY is not set and there is no key file"),
        ("not base64!", "is not base64"),
        (encoded(RANDOM[:16]), "holds 16 bytes, 32 are needed"),
        (encoded(RANDOM[:31]), "holds 31 bytes, 32 are needed"),
        (encoded(RANDOM[:16] * 2), "is a repeated pattern"),
        (encoded(RANDOM[:8] * 4), "is a repeated pattern"),
        (encoded(RANDOM * 2), "is a repeated pattern"),
        (encoded(b"\0" * 32), "is a repeated pattern"),
        (encoded(bytes(range(32))), "is not random"),
        (encoded(bytes(range(250, 186, -2))), "is not random"),
        (encoded(RANDOM[:10] + bytes(22)), "is not random"),
        (encoded(b"changeme" + b"\0" * 24), "is not random"),
        (encoded(b"a passphrase, easy to remember!!"), "is not random"),
        (encoded("une clé très difficile à deviner".encode()), "is not random"),
        (encoded(b"9c1f0ae3b2774d58e6c08115fa3d92cb"), "is not random"),
        (
            encoded(
                bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
            ),
            "is a sample that stands in print",
        ),
    ],
)
def test_a_weak_key_is_refused_and_never_told(text, message):
    with pytest.raises(SettingsError, match=message) as raised:
        decode_key(text)
    assert not text or text not in str(raised.value)


def test_the_origin_of_a_weak_key_is_named():
    with pytest.raises(SettingsError, match=r"^/run/secrets/key holds 3 bytes"):
        decode_key("c2hv", "/run/secrets/key")


def test_the_demo_makes_one_key_that_only_its_owner_reads(tmp_path):
    made = ensure_key(tmp_path / "home")
    assert ensure_key(tmp_path / "home") == made
    assert file_mode(tmp_path / "home" / "pseudonym.key") == "0600"
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_file_that_stands_is_never_overwritten(tmp_path):
    write_key(tmp_path / "key", "first")
    with pytest.raises(SettingsError, match="stands already, and may hold the key of the rows"):
        write_key(tmp_path / "key", "second")
    assert read_key(tmp_path / "key") == "first"


def test_a_file_that_is_lacking_holds_no_key(tmp_path):
    assert read_key(tmp_path / "lacking") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_file_that_others_have_a_right_to_is_refused(tmp_path, mode):
    write_key(tmp_path / "key", "text")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(SettingsError, match="key can be read by others: chmod 600"):
        read_key(tmp_path / "key")


def test_a_file_that_its_owner_may_only_read_is_taken(tmp_path):
    write_key(tmp_path / "key", "text")
    (tmp_path / "key").chmod(0o400)
    assert read_key(tmp_path / "key") == "text"


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_file_in_a_folder_that_others_can_write_is_refused(tmp_path, mode):
    write_key(tmp_path / "open" / "key", "text")
    (tmp_path / "open").chmod(mode)
    with pytest.raises(SettingsError, match="the folder of the key, can be written by others"):
        read_key(tmp_path / "open" / "key")


def test_a_link_to_a_file_in_a_folder_that_others_can_write_is_refused(tmp_path):
    write_key(tmp_path / "open" / "key", "text")
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "key").symlink_to(tmp_path / "open" / "key")
    with pytest.raises(SettingsError, match="open, the folder of the key"):
        read_key(tmp_path / "closed" / "key")


def test_a_file_in_a_sticky_folder_is_taken(tmp_path):
    write_key(tmp_path / "mounted" / "key", "text")
    (tmp_path / "mounted").chmod(0o1777)
    assert read_key(tmp_path / "mounted" / "key") == "text"


def listed(path, *entries: tuple[int, int, int]) -> None:
    """Give a file an access list: its owner may read it, the mask lets the entries read."""
    whole = [(0x01, 4, 0xFFFFFFFF), *entries, (0x10, 4, 0xFFFFFFFF), (0x20, 0, 0xFFFFFFFF)]
    packed = b"".join(struct.pack("<HHI", *entry) for entry in whole)
    try:
        os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    except OSError as fault:
        if fault.errno != errno.EOPNOTSUPP:
            raise
        pytest.skip("no access lists on this file system")


def test_a_credential_that_an_access_list_gives_to_this_user_alone_is_taken(tmp_path):
    write_key(tmp_path / "key", "text")
    listed(tmp_path / "key", (0x02, 4, os.geteuid()), (0x04, 0, 0xFFFFFFFF))
    assert file_mode(tmp_path / "key") == "0440"
    assert read_key(tmp_path / "key") == "text"


@pytest.mark.parametrize(
    "entries",
    [
        [(0x02, 4, 12345), (0x04, 0, 0xFFFFFFFF)],
        [(0x04, 4, 0xFFFFFFFF)],
        [(0x04, 0, 0xFFFFFFFF), (0x08, 4, 12345)],
    ],
)
def test_a_file_that_an_access_list_gives_to_others_is_refused(tmp_path, entries):
    write_key(tmp_path / "key", "text")
    listed(tmp_path / "key", *entries)
    with pytest.raises(SettingsError, match="can be read by others"):
        read_key(tmp_path / "key")


def test_a_destroyed_file_is_gone_and_its_bytes_are_overwritten(tmp_path):
    text = new_key()
    write_key(tmp_path / "key", text)
    os.link(tmp_path / "key", tmp_path / "same blocks")
    destroy_file(tmp_path / "key")
    assert not (tmp_path / "key").exists()
    left = (tmp_path / "same blocks").read_bytes()
    assert len(left) == len(text) + 1
    assert text[:8].encode() not in left


def test_a_file_that_cannot_be_destroyed_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be destroyed from here"):
        destroy_file(tmp_path)


def test_a_moved_key_is_in_one_place_with_its_mode(tmp_path):
    write_key(tmp_path / "next", "text")
    move_key(tmp_path / "next", tmp_path / "key")
    assert read_key(tmp_path / "key") == "text"
    assert not (tmp_path / "next").exists()


def test_a_key_is_not_moved_over_another(tmp_path):
    write_key(tmp_path / "next", "new")
    write_key(tmp_path / "key", "old")
    with pytest.raises(SettingsError, match="stands already"):
        move_key(tmp_path / "next", tmp_path / "key")
    assert read_key(tmp_path / "key") == "old"
    assert read_key(tmp_path / "next") == "new"
