import base64
import stat
from datetime import date
from pathlib import Path

import pytest

from snu_analytics.errors import SettingsError
from snu_analytics.settings import decode_key, ensure_key, export, read_settings


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


RANDOM = bytes.fromhex("9c1f0ae3b2774d58e6c08115fa3d92cb6b04de97a85031ff4c8e2269b7d01a73")


def test_every_variable_has_a_default_under_the_home(tmp_path):
    settings = read_settings({"SNU_HOME": str(tmp_path)})
    assert settings.source_url == f"bson://{tmp_path}/demo-source"
    assert settings.warehouse_url == "embedded"
    assert settings.staging_url == f"{tmp_path}/staging"
    assert settings.start_date == date(2021, 6, 18)
    assert settings.staging_days == 14


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SNU_START_DATE", "18/06/2021", "SNU_START_DATE is '18/06/2021': write it as YYYY-MM-DD"),
        ("SNU_START_DATE", "2999-01-01", "the first partition must be a past day"),
        ("SNU_STAGING_DAYS", "soon", "SNU_STAGING_DAYS is 'soon'"),
    ],
)
def test_a_malformed_variable_is_named(variable, value, message):
    with pytest.raises(SettingsError, match=message):
        read_settings({variable: value})


def test_exported_settings_are_what_a_child_process_reads(tmp_path):
    settings = read_settings({"SNU_HOME": str(tmp_path)})
    environ: dict[str, str] = {}
    export(settings, environ)
    assert read_settings(environ) == settings


def test_a_random_key_is_taken():
    assert decode_key(encoded(RANDOM)) == RANDOM


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "SNU_PSEUDONYM_KEY is not set"),
        ("", "SNU_PSEUDONYM_KEY is not set"),
        ("not base64!", "is not base64"),
        (encoded(RANDOM[:16]), "holds 16 bytes, 32 are needed"),
        (encoded(b"\0" * 32), "is not random"),
        (encoded(bytes(range(32))), "is not random"),
        (encoded(b"a passphrase, easy to remember!!"), "is not random"),
        (encoded(RANDOM[:8] * 4), "is not random"),
    ],
)
def test_a_weak_key_is_refused_and_never_told(text, message):
    with pytest.raises(SettingsError, match=message) as raised:
        decode_key(text)
    assert not text or text not in str(raised.value)


def test_the_demo_makes_one_key_that_only_its_owner_reads(tmp_path):
    made = ensure_key(tmp_path)
    assert ensure_key(tmp_path) == made
    assert len(decode_key(made)) == 32
    assert stat.S_IMODE((tmp_path / "pseudonym.key").stat().st_mode) == 0o600


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    ensure_key(tmp_path)
    Path(tmp_path / "pseudonym.key").chmod(0o644)
    with pytest.raises(SettingsError, match="can be read by others"):
        read_settings({"SNU_HOME": str(tmp_path)})
