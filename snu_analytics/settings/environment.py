"""The environment, read in this one place: every variable, its default and its check."""

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from snu_analytics.days import paris_today
from snu_analytics.errors import SettingsError
from snu_analytics.settings.keyfile import KEY_FILE_VARIABLE, KEY_VARIABLE, default_file, read_key

EMBEDDED = "embedded"

# French statistical practice: no count of fewer than 11 is told.
_LEAST_THRESHOLD = 11


@dataclass(frozen=True)
class Settings:
    """What the environment says, with the defaults filled in.

    `key_file` is where `pseudonym_key` comes from, or would; None when a variable holds it.
    """

    home: Path
    source_url: str
    warehouse_url: str
    staging_url: str
    staging_days: int
    retention_years: int
    suppression_threshold: int
    start_date: date
    objectives: Path | None
    dagster_url: str | None
    pseudonym_key: str | None
    key_file: Path | None

    @property
    def key_origin(self) -> str:
        """Where the key comes from, for people."""
        return str(self.key_file) if self.key_file else KEY_VARIABLE

    @property
    def demo_source(self) -> Path:
        return self.home / "demo-source"


def read_settings(environ: MutableMapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    Raises SettingsError naming the variable that is malformed, or a key file that others can read.
    """
    key, key_file = _pseudonym_key(environ)
    home = _home(environ)
    return Settings(
        home=home,
        source_url=environ.get("SNU_SOURCE_URL") or f"bson://{home / 'demo-source'}",
        warehouse_url=environ.get("SNU_WAREHOUSE_URL") or EMBEDDED,
        staging_url=environ.get("SNU_STAGING_URL") or str(home / "staging"),
        staging_days=_at_least_one("SNU_STAGING_DAYS", environ.get("SNU_STAGING_DAYS") or "14"),
        retention_years=_at_least_one(
            "SNU_RETENTION_YEARS", environ.get("SNU_RETENTION_YEARS") or "6"
        ),
        suppression_threshold=_threshold(
            environ.get("SNU_SUPPRESSION_THRESHOLD") or str(_LEAST_THRESHOLD)
        ),
        start_date=_start_date(environ.get("SNU_START_DATE") or "2021-06-18"),
        objectives=_file(environ.get("SNU_OBJECTIVES")),
        dagster_url=environ.get("SNU_DAGSTER_URL") or None,
        pseudonym_key=key,
        key_file=key_file,
    )


def export(settings: Settings, environ: MutableMapping[str, str] = os.environ) -> None:
    """Write the settings back, so that Dagster's `EnvVar` and child processes see the defaults."""
    environ["SNU_HOME"] = str(settings.home)
    environ["SNU_SOURCE_URL"] = settings.source_url
    environ["SNU_WAREHOUSE_URL"] = settings.warehouse_url
    environ["SNU_STAGING_URL"] = settings.staging_url
    environ["SNU_START_DATE"] = settings.start_date.isoformat()
    environ["SNU_SUPPRESSION_THRESHOLD"] = str(settings.suppression_threshold)
    if settings.dagster_url:
        environ["SNU_DAGSTER_URL"] = settings.dagster_url
    # An absent key stays a named, late error: reading definitions needs none.
    environ[KEY_VARIABLE] = settings.pseudonym_key or ""
    if settings.pseudonym_key:
        environ.pop(KEY_FILE_VARIABLE, None)


def _home(environ: MutableMapping[str, str]) -> Path:
    return Path(environ.get("SNU_HOME") or ".snu").expanduser().absolute()


def _pseudonym_key(environ: MutableMapping[str, str]) -> tuple[str | None, Path | None]:
    """The key's text, and the file it is in unless a variable holds it."""
    text, told = environ.get(KEY_VARIABLE), environ.get(KEY_FILE_VARIABLE)
    if text and told:
        raise SettingsError(f"{KEY_VARIABLE} and {KEY_FILE_VARIABLE} are both set: keep one")
    if text:
        return text, None
    file = Path(told).expanduser().absolute() if told else default_file(_home(environ))
    return read_key(file), file


def _file(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _start_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"SNU_START_DATE is '{text}': write it as YYYY-MM-DD") from None
    if day >= paris_today():
        raise SettingsError(f"SNU_START_DATE is {day}: the first partition must be a past day")
    return day


def _threshold(text: str) -> int:
    if not text.isdecimal() or int(text) < _LEAST_THRESHOLD:
        raise SettingsError(
            f"SNU_SUPPRESSION_THRESHOLD is '{text}': it can only be raised, write a whole number "
            f"of at least {_LEAST_THRESHOLD}"
        )
    return int(text)


def _at_least_one(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        unit = name.rpartition("_")[2].lower()
        raise SettingsError(f"{name} is '{text}': write a number of {unit}, at least 1")
    return int(text)
