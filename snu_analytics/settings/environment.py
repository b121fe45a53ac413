"""The environment, read in this one place: every variable, its default and its check."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic import ValidationError as InvalidVariables
from pydantic_settings import BaseSettings, SettingsConfigDict

from snu_analytics.days import paris_today
from snu_analytics.errors import SettingsError
from snu_analytics.settings.keyfile import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    decode_key,
    default_file,
    read_key,
)

EMBEDDED = "embedded"
RUNNING: Final = "running"
STOPPED: Final = "stopped"

# Where the demo writes the first day of its history, beside its dump.
_DEMO_START = "first-day.txt"
_START = date(2021, 6, 18)

# French statistical practice: no count of fewer than 11 is shown.
_LEAST_THRESHOLD = 11


def _past_day(value: str | date) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("write it as YYYY-MM-DD") from None
    if day >= paris_today():
        raise ValueError("the first partition must be a past day")
    return day


_AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
_PastDay = Annotated[date, BeforeValidator(_past_day)]


def _first_day(source_url: str) -> date:
    """The first partition of a source when none is set."""
    try:
        return date.fromisoformat(
            (Path(source_url.removeprefix("bson://")) / _DEMO_START).read_text().strip()
        )
    except (OSError, ValueError):
        return _START


class Settings(BaseSettings):
    """The variables SNU_*, an empty one like an absent one, with the defaults filled in.

    `description` is how a malformed value is mended, for the sentence of SettingsError. Of the
    demo's source the first partition is the first day of its history, which a file tells. No other
    file is opened: `key` reads the pseudonym key where it is used. Neither it nor a URL, which may
    hold a password, is part of the representation.
    """

    model_config = SettingsConfigDict(
        env_prefix="SNU_", env_ignore_empty=True, frozen=True, validate_default=True
    )

    home: _AbsolutePath = Path(".snu")
    source_url: str = Field(
        default_factory=lambda data: f"bson://{data['home'] / 'demo-source'}", repr=False
    )
    warehouse_url: str = Field(default=EMBEDDED, repr=False)
    staging_url: str = Field(default_factory=lambda data: str(data["home"] / "staging"), repr=False)
    staging_days: int = Field(default=14, ge=1, description="write a number of days, at least 1")
    retention_years: int = Field(default=6, ge=1, description="write a number of years, at least 1")
    suppression_threshold: int = Field(
        default=_LEAST_THRESHOLD,
        ge=_LEAST_THRESHOLD,
        description="it can only be raised, write a whole number of at least 11",
    )
    start_date: _PastDay = Field(
        default_factory=lambda data: _first_day(data.get("source_url", ""))
    )
    schedules: Literal["running", "stopped"] = Field(
        default=RUNNING, description="write running or stopped"
    )
    objectives: _AbsolutePath | None = None
    alert_urls: SecretStr | None = None
    ping_url: SecretStr | None = None
    backup_folder: _AbsolutePath | None = None
    dagster_url: str | None = Field(default=None, repr=False)
    pseudonym_key: SecretStr | None = None
    key_file: _AbsolutePath = Field(
        default_factory=lambda data: default_file(data["home"]), validation_alias=KEY_FILE_VARIABLE
    )

    @model_validator(mode="after")
    def _holds_one_key(self) -> Self:
        if self.pseudonym_key and "key_file" in self.model_fields_set:
            raise ValueError(f"{KEY_VARIABLE} and {KEY_FILE_VARIABLE} are both set: keep one")
        return self

    @property
    def alert_addresses(self) -> list[str]:
        """The Apprise URLs of SNU_ALERT_URLS, parted by blanks; some hold passwords."""
        return self.alert_urls.get_secret_value().split() if self.alert_urls else []

    @property
    def key_origin(self) -> str:
        """The variable or the file that the key comes from, for messages."""
        return KEY_VARIABLE if self.pseudonym_key else str(self.key_file)

    def key_text(self) -> str | None:
        """The key's text from the variable or, read now, the file; raises as `read_key` does."""
        if self.pseudonym_key:
            return self.pseudonym_key.get_secret_value()
        return read_key(self.key_file)

    def key(self) -> bytes:
        """The pseudonym key; raises SettingsError as `read_key` and `decode_key` do."""
        return decode_key(self.key_text(), self.key_origin)

    @property
    def demo_source(self) -> Path:
        """The folder of the demo's dump."""
        return self.home / "demo-source"

    @property
    def reports(self) -> Path:
        """The folder of the reports, with one of each edition in it."""
        return self.home / "reports"

    @property
    def demo_start(self) -> Path:
        """The file with the first day of the demo's history."""
        return self.demo_source / _DEMO_START


def read_settings() -> Settings:
    """The settings of this process; raises SettingsError naming the variable and the mend.

    What no variable says is read from the files that systemd hands over (LoadCredential), named as
    the variables in lower case.
    """
    try:
        return Settings(_secrets_dir=os.environ.get("CREDENTIALS_DIRECTORY"))  # type: ignore[call-arg]
    except InvalidVariables as fault:
        error = fault.errors()[0]
    reason = str(error.get("ctx", {}).get("error", ""))
    if not error["loc"]:
        raise SettingsError(reason)
    field = str(error["loc"][0])
    mend = Settings.model_fields[field].description or reason
    raise SettingsError(f"SNU_{field.upper()} is '{error['input']}': {mend}")


def export(settings: Settings) -> None:
    """Write the settings into the environment, for Dagster and for child processes.

    A key in a variable is inherited as it is; a key in a file is named by its path. No key is ever
    written.
    """
    variables = {
        "SNU_HOME": str(settings.home),
        "SNU_SOURCE_URL": settings.source_url,
        "SNU_WAREHOUSE_URL": settings.warehouse_url,
        "SNU_STAGING_URL": settings.staging_url,
        "SNU_START_DATE": settings.start_date.isoformat(),
        "SNU_SUPPRESSION_THRESHOLD": str(settings.suppression_threshold),
        "SNU_SCHEDULES": settings.schedules,
    }
    if settings.dagster_url:
        variables["SNU_DAGSTER_URL"] = settings.dagster_url
    if not settings.pseudonym_key:
        variables[KEY_FILE_VARIABLE] = str(settings.key_file)
        os.environ.pop(KEY_VARIABLE, None)
    os.environ.update(variables)
