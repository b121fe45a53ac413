"""The look at the night: an asset, a check of each entity, and the sensor that asks for both.

A sensor and no schedule: a daemon that was down at seven asks as soon as it is back, while a
schedule would let the morning pass.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.days import PARIS, DayRange, consecutive
from snu_analytics.monitoring import (
    ASKED_AT_MOST,
    Night,
    Surroundings,
    missing_days,
    newest_backup,
    raise_alert,
    watch_night,
)
from snu_analytics.orchestration.check_warnings import check_warning, warning_sentences
from snu_analytics.orchestration.dagster_internals import (
    UnresolvedAssetJobDefinition,
)
from snu_analytics.orchestration.engine import last_success
from snu_analytics.orchestration.faults import RETRY_POLICY, as_dagster_failure
from snu_analytics.orchestration.jobs import NIGHTLY, SENSOR_STATUS
from snu_analytics.orchestration.metadata import bullets
from snu_analytics.orchestration.partitions import range_tags
from snu_analytics.orchestration.resources import PipelineResource, WarehouseResource
from snu_analytics.pipeline import EVENTS
from snu_analytics.warehouse import loaded_days

WATCH = "watch"
NIGHT = dg.AssetKey([WATCH, "night"])
YESTERDAY = "yesterday_is_there"

# The nightly run of 03:30 has its three tries behind it, audit and closing theirs.
_HOUR = 7

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def night_asset(catalogue: Catalogue, start: date) -> dg.AssetsDefinition:
    """The asset `watch/night`: a row of `analytics.watch`, and an alert of what is wrong."""

    @dg.asset(
        key=NIGHT,
        group_name=WATCH,
        owners=["team:data-engineering"],
        kinds={"postgres"},
        retry_policy=RETRY_POLICY,
        description="What there is to say of the night: days that lack, counts out of the "
        "ordinary, months not closed, warnings, and the age of erasure and backup. A row of "
        "analytics.watch.",
    )
    def night(
        context: dg.AssetExecutionContext,
        pipeline: dg.ResourceParam[PipelineResource],
        warehouse: dg.ResourceParam[WarehouseResource],
    ) -> dg.MaterializeResult:
        with as_dagster_failure(), warehouse.connect() as connection:
            folder = pipeline.settings.backup_folder
            surroundings = _surroundings(context.instance, folder)
            days = DayRange(start, _yesterday())
            watched = watch_night(catalogue, days, surroundings, connection)
            if watched.sentences and pipeline.settings.alert_urls:
                raise_alert("\n".join([f"Night of {watched.day}:", *watched.sentences]), connection)
        return dg.MaterializeResult(metadata=_metadata(watched))

    return night


def yesterday_checks(catalogue: Catalogue) -> list[dg.AssetChecksDefinition]:
    """The check `yesterday_is_there` of each entity's events: one of 2022 is no last night."""
    return [_yesterday_check(entity) for entity in catalogue.entities.values()]


def _yesterday_check(entity: Entity) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        name=YESTERDAY,
        asset=dg.AssetKey([entity.name, EVENTS]),
        description="Yesterday was loaded, be it without an event.",
        retry_policy=RETRY_POLICY,
    )
    def check(warehouse: dg.ResourceParam[WarehouseResource]) -> dg.AssetCheckResult:
        day = _yesterday()
        with as_dagster_failure(), warehouse.connect() as connection:
            loaded = loaded_days(connection, entity.table, day, day)
        return dg.AssetCheckResult(
            passed=bool(loaded),
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"days": day.isoformat()},
        )

    return check


def watch_job(
    checks: Sequence[dg.AssetChecksDefinition],
) -> UnresolvedAssetJobDefinition:
    """The job that looks at the night, with the checks of the entities."""
    selection = dg.AssetSelection.assets(NIGHT) | dg.AssetSelection.checks(*checks)
    return dg.define_asset_job(
        WATCH,
        selection=selection,
        description="Every morning: what the night left undone, and what is out of the ordinary.",
        executor_def=dg.in_process_executor,
    )


def watch_sensor(
    catalogue: Catalogue,
    watch: UnresolvedAssetJobDefinition,
    nightly: UnresolvedAssetJobDefinition,
    armed: bool = True,
) -> dg.SensorDefinition:
    """The sensor that asks for the look at the night once a day, and for days that lack.

    Days are asked for once a day, while no nightly run is under way, and where they are few.
    """

    @dg.sensor(
        name="watch",
        jobs=[watch, nightly],
        minimum_interval_seconds=300,
        default_status=SENSOR_STATUS[armed],
        description="Every morning from seven on: looks at the night, and asks for days that lack.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[WarehouseResource]
    ) -> Iterator[dg.RunRequest]:
        now = datetime.now(PARIS)
        if now.hour < _HOUR or _is_under_way(context.instance, nightly.name):
            return
        with as_dagster_failure(), warehouse.connect() as connection:
            missing = missing_days(catalogue, now.date() - timedelta(days=1), connection)
        yield from morning_requests(missing, now.date())

    return sensor


def morning_requests(missing: Mapping[str, Sequence[date]], today: date) -> list[dg.RunRequest]:
    """The runs to be asked for on a day: those of the days that lack, if few, and the look at all.

    Their keys hold the day: whatever is asked for again on the same day is asked for once.
    """
    days = {day for lacking in missing.values() for day in lacking}
    spans = consecutive(days) if len(days) <= ASKED_AT_MOST else []
    look = dg.RunRequest(run_key=f"{WATCH} {today}", job_name=WATCH)
    return [*(_request(span, today) for span in spans), look]


def _request(days: DayRange, today: date) -> dg.RunRequest:
    key = f"{days.first} {days.last} {today}"
    if len(days) == 1:
        day = days.first.isoformat()
        return dg.RunRequest(run_key=key, job_name=NIGHTLY, partition_key=day)
    return dg.RunRequest(run_key=key, job_name=NIGHTLY, tags=range_tags(days))


def _is_under_way(instance: dg.DagsterInstance, job: str) -> bool:
    filters = dg.RunsFilter(job_name=job, statuses=_UNFINISHED)
    return instance.get_runs_count(filters) > 0


def _yesterday() -> date:
    return datetime.now(PARIS).date() - timedelta(days=1)


def _surroundings(instance: dg.DagsterInstance, backups: Path | None) -> Surroundings:
    erased = last_success(instance, "erasure")
    return Surroundings(
        now=datetime.now(UTC),
        warnings=tuple(_warnings(instance)),
        erased=datetime.fromtimestamp(erased.end_time, UTC) if erased and erased.end_time else None,
        backup=newest_backup(backups) if backups else None,
        backups=backups is not None,
    )


def _warnings(instance: dg.DagsterInstance) -> Sequence[str]:
    """A sentence for each check that failed in the runs of the last 24 hours."""
    since = datetime.now(UTC) - timedelta(days=1)
    runs = instance.get_run_records(dg.RunsFilter(created_after=since))
    failed = []
    for run in runs:
        for entry in instance.all_logs(
            run.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ):
            evaluation = entry.get_dagster_event().asset_check_evaluation_data
            if not evaluation.passed and evaluation.check_name != YESTERDAY:
                failed.append(check_warning(evaluation))
    return warning_sentences(failed)


def _metadata(night: Night) -> dict[str, Any]:
    numbers = {
        "missing_days": night.missing_days,
        "withheld": night.withheld,
        "quarantined": night.quarantined,
        "drift": night.drift,
        "open_months": night.open_months,
        "erasure_age_days": night.erasure_age_days,
        "backup_age_days": night.backup_age_days,
        "warnings": night.warnings,
        "unsent_alerts": night.unsent_alerts,
    }
    known = {name: value for name, value in numbers.items() if value is not None}
    return {"sentences": bullets(night.sentences), **known}
