"""The environment, read in this one place: every variable, its default and its check."""

import base64
import binascii
import os
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from snu_analytics.days import paris_today
from snu_analytics.errors import SettingsError

KEY_VARIABLE = "SNU_PSEUDONYM_KEY"
EMBEDDED = "embedded"

_KEY_BYTES = 32
_NEW_KEY = 'python3 -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


@dataclass(frozen=True)
class Settings:
    """What the environment says, with the defaults filled in."""

    home: Path
    source_url: str
    warehouse_url: str
    staging_url: str
    staging_days: int
    start_date: date
    dagster_url: str | None
    pseudonym_key: str | None

    @property
    def demo_source(self) -> Path:
        return self.home / "demo-source"


def read_settings(environ: MutableMapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    Raises SettingsError naming the variable that is malformed.
    """
    home = Path(environ.get("SNU_HOME") or ".snu").expanduser().absolute()
    return Settings(
        home=home,
        source_url=environ.get("SNU_SOURCE_URL") or f"bson://{home / 'demo-source'}",
        warehouse_url=environ.get("SNU_WAREHOUSE_URL") or EMBEDDED,
        staging_url=environ.get("SNU_STAGING_URL") or str(home / "staging"),
        staging_days=_staging_days(environ.get("SNU_STAGING_DAYS") or "14"),
        start_date=_start_date(environ.get("SNU_START_DATE") or "2021-06-18"),
        dagster_url=environ.get("SNU_DAGSTER_URL") or None,
        pseudonym_key=environ.get(KEY_VARIABLE) or _kept_key(home),
    )


def export(settings: Settings, environ: MutableMapping[str, str] = os.environ) -> None:
    """Write the settings back, so that Dagster's `EnvVar` and child processes see the defaults."""
    environ["SNU_HOME"] = str(settings.home)
    environ["SNU_SOURCE_URL"] = settings.source_url
    environ["SNU_WAREHOUSE_URL"] = settings.warehouse_url
    environ["SNU_STAGING_URL"] = settings.staging_url
    environ["SNU_START_DATE"] = settings.start_date.isoformat()
    if settings.dagster_url:
        environ["SNU_DAGSTER_URL"] = settings.dagster_url
    # An absent key stays a named, late error: reading definitions needs none.
    environ[KEY_VARIABLE] = settings.pseudonym_key or ""


def decode_key(text: str | None) -> bytes:
    """The pseudonym key's bytes.

    Raises SettingsError, without the key, when it is missing, short, or not random enough.
    """
    if not text:
        raise SettingsError(f"{KEY_VARIABLE} is not set: make a key with {_NEW_KEY} and keep it")
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{KEY_VARIABLE} is not base64: make one with {_NEW_KEY}") from None
    if len(key) < _KEY_BYTES:
        raise SettingsError(
            f"{KEY_VARIABLE} holds {len(key)} bytes, {_KEY_BYTES} are needed: {_NEW_KEY}"
        )
    if not _looks_random(key):
        raise SettingsError(
            f"{KEY_VARIABLE} is not random (a text, a sample, a pattern): make one with {_NEW_KEY}"
        )
    return key


def ensure_key(home: Path) -> str:
    """The key kept under SNU_HOME, made at the first call (0600). For the demo and for tries."""
    if kept := _kept_key(home):
        return kept
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _key_file(home)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
    return path.read_text().strip()


def _kept_key(home: Path) -> str | None:
    path = _key_file(home)
    if not path.exists():
        return None
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"{path} can be read by others: chmod 600 it, or make a new key")
    return path.read_text().strip()


def _key_file(home: Path) -> Path:
    return home / "pseudonym.key"


def _looks_random(key: bytes) -> bool:
    """Whether 32 bytes could come from a random source.

    In 32 random bytes fewer than 20 distinct values, a text of printable characters alone, or fewer
    than 12 distinct steps from byte to byte are each rarer than one in 10^10.
    """
    steps = {(b - a) % 256 for a, b in pairwise(key)}
    printable = all(32 <= b < 127 for b in key)
    return len(set(key)) >= 20 and len(steps) >= 12 and not printable


def _start_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"SNU_START_DATE is '{text}': write it as YYYY-MM-DD") from None
    if day >= paris_today():
        raise SettingsError(f"SNU_START_DATE is {day}: the first partition must be a past day")
    return day


def _staging_days(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"SNU_STAGING_DAYS is '{text}': write a number of days, at least 1")
    return int(text)
