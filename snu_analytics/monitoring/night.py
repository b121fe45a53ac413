"""What there is to say of a night: a row of `analytics.watch`, and sentences for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.monitoring.alerts import alerts_due
from snu_analytics.monitoring.missing import ASKED_AT_MOST, gaps, missing_days
from snu_analytics.publication import months_to_close

# Of the 28 days before: a count is out of the ordinary above three times their mean, from 5 on.
_DAYS_BEFORE, _TIMES_THE_MEAN, _FROM = 28, 3, 5

# Share of the rebuilt states that differ from the live documents. Simulated histories without
# damage have none, damaged ones up to 0.8 %.
_DRIFT = 0.01

_ERASURE_DAYS, _BACKUP_DAYS = 2, 2

_COUNTED = {
    "withheld": (
        "values withheld",
        "SELECT day, sum(count)::bigint FROM analytics.withheld "
        "WHERE day BETWEEN %s AND %s GROUP BY day",
    ),
    "quarantined": (
        "patches in quarantine",
        "SELECT day, count(*) FROM analytics.quarantine WHERE day BETWEEN %s AND %s GROUP BY day",
    ),
}
_DRIFT_OF = """
SELECT month, sum(count)::float / nullif(sum(total), 0) FROM analytics.history_audit
WHERE measure = 'drift' GROUP BY month ORDER BY month DESC LIMIT 1
"""


@dataclass(frozen=True)
class Surroundings:
    """What the tables do not tell: of Dagster's runs and of the machine.

    `warnings` are the checks that failed in the night without stopping it, a sentence each;
    `erased` is when the job `erasure` last ended well, `backup` when the last backup was written
    (UTC), None where there is none; `backups` whether they are to be looked at.
    """

    now: datetime
    warnings: tuple[str, ...] = ()
    erased: datetime | None = None
    backup: datetime | None = None
    backups: bool = False


@dataclass(frozen=True)
class Night:
    """The numbers of a night, as in `analytics.watch`, and what is wrong in sentences."""

    day: date
    missing_days: int
    withheld: int
    quarantined: int
    drift: float | None
    open_months: int
    erasure_age_days: int | None
    backup_age_days: int | None
    warnings: int
    unsent_alerts: int
    sentences: tuple[str, ...] = ()


def newest_backup(folder: Path) -> datetime | None:
    """When the newest file of a folder was written (UTC); None of an empty or lacking folder."""
    files = (file for file in folder.glob("*") if file.is_file())
    newest = max((file.stat().st_mtime for file in files), default=None)
    return None if newest is None else datetime.fromtimestamp(newest, UTC)


def watch_night(
    catalogue: Catalogue,
    days: DayRange,
    surroundings: Surroundings,
    warehouse: psycopg.Connection,
) -> Night:
    """What is known of the last of the days, whose row in `analytics.watch` it replaces.

    `days` begin with the first partition. An age is in whole days, null where it is not known.
    """
    missing = missing_days(catalogue, days.last, warehouse)
    month = warehouse.execute(_DRIFT_OF).fetchone()
    open_months = months_to_close(catalogue, days, warehouse)
    counts = {name: _counts(query, days.last, warehouse) for name, (_, query) in _COUNTED.items()}
    night = Night(
        day=days.last,
        missing_days=sum(map(len, missing.values())),
        withheld=counts["withheld"][0],
        quarantined=counts["quarantined"][0],
        drift=month[1] if month else None,
        open_months=len(open_months),
        erasure_age_days=_age(surroundings.erased, surroundings.now),
        backup_age_days=_age(surroundings.backup, surroundings.now),
        warnings=len(surroundings.warnings),
        unsent_alerts=len(alerts_due(warehouse)),
    )
    sentences = (
        *_of_gaps(missing),
        *_out_of_the_ordinary(days.last, counts),
        *_of_months(open_months),
        *_of_ages(night, surroundings),
        *surroundings.warnings,
    )
    night = replace(night, sentences=sentences)
    _write(night, warehouse)
    return night


def _counts(query: str, day: date, warehouse: psycopg.Connection) -> tuple[int, float]:
    """The count of a day, and the mean of the days before (per day)."""
    first = day - timedelta(days=_DAYS_BEFORE)
    by_day: dict[date, int] = dict(warehouse.execute(query, [first, day]).fetchall())
    return by_day.pop(day, 0), sum(by_day.values()) / _DAYS_BEFORE


def _age(instant: datetime | None, now: datetime) -> int | None:
    return None if instant is None else (now - instant).days


def _of_gaps(missing: dict[str, list[date]]) -> Iterator[str]:
    lacking = gaps(missing)
    asked = len({day for days in missing.values() for day in days}) <= ASKED_AT_MOST
    for gap in lacking:
        mend = "asked for" if asked else f"run `{gap.command}`"
        yield f"not loaded, {gap}: {mend}"


def _out_of_the_ordinary(day: date, counts: Mapping[str, tuple[int, float]]) -> Iterator[str]:
    for name, (count, usual) in counts.items():
        what, _ = _COUNTED[name]
        if count >= _FROM and count > _TIMES_THE_MEAN * usual:
            yield f"{day}: {count:,} {what}, {usual:.1f} a day in the four weeks before"


def _of_months(open_months: list[date]) -> Iterator[str]:
    for month in open_months:
        yield f"{month:%Y-%m} is loaded whole and not closed: see the job `closing`"


def _of_ages(night: Night, surroundings: Surroundings) -> Iterator[str]:
    if night.drift is not None and night.drift > _DRIFT:
        yield (
            f"{night.drift:.1%} of the rebuilt states differ from the live documents: see "
            "`snu-analytics audit`"
        )
    if since := _too_long_ago(night.erasure_age_days, _ERASURE_DAYS):
        yield f"the job `erasure` last ended well {since}: run `snu-analytics erase`"
    since = _too_long_ago(night.backup_age_days, _BACKUP_DAYS)
    if surroundings.backups and since:
        yield f"the last backup in SNU_BACKUP_FOLDER was written {since}"
    if night.unsent_alerts:
        yield f"{night.unsent_alerts} alerts could not be sent: see the sensor `alerts`"


def _too_long_ago(age: int | None, most: int) -> str | None:
    """How long ago something was that is older than so many days, or never was."""
    if age is None:
        return "never"
    return f"{age} days ago" if age > most else None


def _write(night: Night, warehouse: psycopg.Connection) -> None:
    with warehouse.transaction():
        warehouse.execute("DELETE FROM analytics.watch WHERE day = %s", [night.day])
        warehouse.execute(
            "INSERT INTO analytics.watch (day, missing_days, withheld, quarantined, drift, "
            "open_months, erasure_age_days, backup_age_days, warnings, unsent_alerts, sentences) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                *(night.day, night.missing_days, night.withheld, night.quarantined, night.drift),
                *(night.open_months, night.erasure_age_days, night.backup_age_days),
                *(night.warnings, night.unsent_alerts, "\n".join(night.sentences)),
            ],
        )
