"""What `doctor` looks at, and what must hold before a run is worth starting."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from snu_analytics.catalogue import load_catalogue
from snu_analytics.errors import SettingsError, SnuError, SourceError, WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import Staging
from snu_analytics.questions import question_views
from snu_analytics.settings import Settings, decode_key
from snu_analytics.source import Check, open_source
from snu_analytics.warehouse import (
    connect,
    key_matches,
    pending_changes,
    resolve_url,
    server_clock,
    server_version,
)

# NULLS NOT DISTINCT, which keeps the figures' groups unique, came with PostgreSQL 15.
_OLDEST_POSTGRESQL = 15
_CLOCK_TOLERANCE_SECONDS = 60


def require_ready(settings: Settings, warehouse_url: str, entities: Sequence[str]) -> None:
    """Raise the first fault that would stop every day of the entities: key, schema, source."""
    decode_key(settings.pseudonym_key, settings.key_origin)
    require_schema(warehouse_url)
    catalogue = load_catalogue()
    read = {one for name in entities for one in catalogue.sources(name)}
    source = open_source(settings.source_url, settings.home)
    try:
        for name in sorted(read):
            for check in source.checks(catalogue.entities[name]):
                if not check.ok and check.required:
                    raise SourceError(f"{check.subject}: {check.message}")
    finally:
        source.close()


def require_schema(warehouse_url: str) -> None:
    """Raise WarehouseError when the tables are not those of the catalogue."""
    if any(
        change.kind != "left"
        for change in pending_changes(warehouse_url, load_catalogue(), question_views())
    ):
        raise WarehouseError("the warehouse is not up to date: run `snu-analytics migrate` first")


def diagnose(settings: Settings) -> list[Check]:
    """All checks, each one made even if others fail."""
    checks = [
        Check("versions", ok=True, message=_versions()),
        _tried("pseudonym key", lambda: _key(settings)),
    ]
    checks += _source_checks(settings)
    checks += _warehouse_checks(settings)
    checks.append(_tried("staging", lambda: _staging(settings)))
    return checks


def _tried(subject: str, look: Callable[[], str]) -> Check:
    try:
        return Check(subject, ok=True, message=look())
    except SnuError as fault:
        return Check(subject, ok=False, message=str(fault))


def _versions() -> str:
    packages = ("dagster", "dagster-postgres", "polars", "pymongo", "psycopg")
    return ", ".join(f"{name} {version(name)}" for name in packages)


def _key(settings: Settings) -> str:
    return f"fingerprint {_fingerprint(settings)}, from {settings.key_origin}"


def _fingerprint(settings: Settings) -> str:
    return Pseudonymiser(decode_key(settings.pseudonym_key, settings.key_origin)).fingerprint


def _source_checks(settings: Settings) -> list[Check]:
    try:
        source = open_source(settings.source_url, settings.home)
    except SnuError as fault:
        return [Check("source", ok=False, message=str(fault))]
    checks: list[Check] = []
    try:
        for entity in load_catalogue().entities.values():
            checks += source.checks(entity)
    except SnuError as fault:
        checks.append(Check("source", ok=False, message=str(fault)))
    finally:
        source.close()
    return checks


def _warehouse_checks(settings: Settings) -> list[Check]:
    try:
        url = resolve_url(settings.warehouse_url, settings.home)
        with connect(url) as connection:
            number = server_version(connection)
            behind = (datetime.now(UTC) - server_clock(connection)).total_seconds()
    except SnuError as fault:
        return [Check("warehouse", ok=False, message=str(fault))]
    changes = pending_changes(url, load_catalogue(), question_views())
    todo = [change.subject for change in changes if change.kind != "left"]
    checks = [
        Check(
            "warehouse",
            ok=number >= _OLDEST_POSTGRESQL,
            message=f"PostgreSQL {number}"
            + ("" if number >= _OLDEST_POSTGRESQL else ": version 15 or later is needed"),
        ),
        Check(
            "clock",
            ok=abs(behind) < _CLOCK_TOLERANCE_SECONDS,
            message=f"{behind:+.0f} s against PostgreSQL's"
            + ("" if abs(behind) < _CLOCK_TOLERANCE_SECONDS else ": set this machine's clock"),
        ),
        Check(
            "schema",
            ok=not todo,
            message=f"{len(todo)} changes pending: run `snu-analytics migrate`"
            if todo
            else "up to date",
        ),
    ]
    if not todo:
        checks.append(_tried("key of the rows", lambda: _same_key(settings, url)))
    return checks


def _same_key(settings: Settings, url: str) -> str:
    fingerprint = _fingerprint(settings)
    with connect(url) as connection:
        if not key_matches(connection, fingerprint):
            raise SettingsError("the rows were made with another key: set SNU_PSEUDONYM_KEY to it")
    return "the rows were made with this key, or there are none"


def _staging(settings: Settings) -> str:
    kept = Staging(settings.staging_url).count()
    return f"{kept} files, kept {settings.staging_days} days"
