"""How Dagster's engine is: what ran last, what waits, whether the daemon lives."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from snu_analytics.monitoring import Engine, newest_backup
from snu_analytics.orchestration.jobs import NIGHTLY


def engine_state(instance: dg.DagsterInstance, backups: Path | None, now: datetime) -> Engine:
    """Durations and ages in seconds as of an instant (UTC), None where nothing is known."""
    queued = instance.get_run_records(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]), limit=1, ascending=True
    )
    beats = [
        status.last_heartbeat.timestamp
        for status in instance.get_daemon_statuses().values()
        if status.last_heartbeat
    ]
    backup = newest_backup(backups) if backups else None
    return Engine(
        nightly_seconds=_last_duration(instance),
        oldest_queued_seconds=_age(queued[0].create_timestamp if queued else None, now),
        daemon_heartbeat_seconds=now.timestamp() - max(beats) if beats else None,
        backup_seconds=_age(backup, now),
    )


def last_success(instance: dg.DagsterInstance, job: str) -> dg.RunRecord | None:
    """The record of the last run of a job that ended well."""
    filters = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS])
    records = instance.get_run_records(filters, limit=1)
    return records[0] if records else None


def _last_duration(instance: dg.DagsterInstance) -> float | None:
    record = last_success(instance, NIGHTLY)
    if not record or not record.start_time or not record.end_time:
        return None
    return record.end_time - record.start_time


def _age(instant: datetime | None, now: datetime) -> float | None:
    return None if instant is None else (now - instant.astimezone(UTC)).total_seconds()
