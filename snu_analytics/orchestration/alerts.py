"""Sensors that raise and send alerts, and call the eye outside (SNU_ALERT_URLS, SNU_PING_URL)."""

from collections.abc import Callable, Sequence

import dagster as dg
import psycopg

from snu_analytics.monitoring import Signal, close_failure, open_failure, ping, send_alerts
from snu_analytics.orchestration.dagster_internals import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
)
from snu_analytics.orchestration.faults import as_dagster_failure
from snu_analytics.orchestration.jobs import NIGHTLY, SENSOR_STATUS
from snu_analytics.orchestration.resources import WarehouseResource
from snu_analytics.settings import Settings


def alert_sensors(settings: Settings, armed: bool = True) -> list[dg.SensorDefinition]:
    """The sensors that the settings ask for; none without an address."""
    sensors: list[dg.SensorDefinition] = []
    if settings.alert_addresses:
        sensors += [_failures(armed), _successes(armed), _sender(settings.alert_addresses, armed)]
    if settings.ping_url:
        address = settings.ping_url.get_secret_value()
        sensors += [
            _pinger(address, "start", dg.DagsterRunStatus.STARTED, armed),
            _pinger(address, "done", dg.DagsterRunStatus.SUCCESS, armed),
            _pinger(address, "fail", dg.DagsterRunStatus.FAILURE, armed),
        ]
    return sensors


def _failures(armed: bool) -> dg.SensorDefinition:
    def failed(context: dg.RunStatusSensorContext, connection: psycopg.Connection) -> None:
        run = context.dagster_run
        sentence = " ".join(_sentences(context.instance, run.run_id))
        open_failure(run.job_name, partition_of(run), sentence, connection)

    description = "Raises an alert at the first failure of a job and partition."
    status = dg.DagsterRunStatus.FAILURE
    return _run_sensor("alert_of_failures", status, description, armed, failed)


def _successes(armed: bool) -> dg.SensorDefinition:
    def well(context: dg.RunStatusSensorContext, connection: psycopg.Connection) -> None:
        run = context.dagster_run
        close_failure(run.job_name, partition_of(run), connection)

    description = "Raises an alert when a job and partition that had failed is well again."
    status = dg.DagsterRunStatus.SUCCESS
    return _run_sensor("alert_of_successes", status, description, armed, well)


def _run_sensor(
    name: str,
    status: dg.DagsterRunStatus,
    description: str,
    armed: bool,
    raise_alert: Callable[[dg.RunStatusSensorContext, psycopg.Connection], None],
) -> dg.SensorDefinition:
    """A sensor that raises alerts of the runs that come to a status."""

    @dg.run_status_sensor(
        name=name,
        run_status=status,
        monitor_all_code_locations=True,  # those by hand, which are of none, too
        default_status=SENSOR_STATUS[armed],
        description=description,
    )
    def sensor(
        context: dg.RunStatusSensorContext, warehouse: dg.ResourceParam[WarehouseResource]
    ) -> None:
        with as_dagster_failure(), warehouse.connect() as connection:
            raise_alert(context, connection)

    return sensor


def _sender(addresses: Sequence[str], armed: bool) -> dg.SensorDefinition:
    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=60,
        default_status=SENSOR_STATUS[armed],
        description="Sends the alerts that are due, all in one message. What no address takes "
        "stays due, this tick fails, and the morning's look at the night says so.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[WarehouseResource]
    ) -> dg.SkipReason:
        with as_dagster_failure(), warehouse.connect() as connection:
            sent = send_alerts(addresses, connection)
        return dg.SkipReason(f"{sent} alerts sent")

    return sensor


def _pinger(
    address: str, signal: Signal, status: dg.DagsterRunStatus, armed: bool
) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        name=f"ping_{signal}",
        run_status=status,
        default_status=SENSOR_STATUS[armed],
        description="Calls SNU_PING_URL for the runs of the nightly schedule.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        if run.job_name == NIGHTLY and "dagster/schedule_name" in run.tags:
            with as_dagster_failure():
                ping(address, signal)

    return sensor


def partition_of(run: dg.DagsterRun) -> str:
    """The partition of a run, or its range; empty without one."""
    if first := run.tags.get(ASSET_PARTITION_RANGE_START_TAG):
        return f"{first} to {run.tags[ASSET_PARTITION_RANGE_END_TAG]}"
    return run.tags.get(PARTITION_NAME_TAG, "")


def _sentences(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """What the failed steps of a run say of it; only sentences that this project wrote."""
    sentences = []
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.get_dagster_event()
        failure = event.step_failure_data.user_failure_data
        said = failure.description if failure else "see the run's page in Dagster"
        sentences.append(f"{event.step_key}: {said}")
    return sentences or ["The run ended without a failed step: see its page in Dagster."]
