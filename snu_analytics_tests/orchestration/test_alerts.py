"""Which sensors the settings ask for, and what they raise of runs as Dagster recorded them."""

from datetime import date

import dagster as dg
import pytest

from snu_analytics.days import DayRange
from snu_analytics.definitions import build_defs
from snu_analytics.monitoring import alerts_due
from snu_analytics.orchestration.runs import run_days
from snu_analytics.settings import read_settings
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import write_dump

DAY = DayRange(date(2024, 3, 1), date(2024, 3, 1))


def sensors(monkeypatch, **variables: str) -> set[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return {sensor.name for sensor in build_defs(read_settings()).sensors or ()}


def test_without_addresses_nobody_is_alerted(monkeypatch, settings):
    assert sensors(monkeypatch) == {
        "changed_days",
        "month_closed",
        "queued_backfills",
        "watch",
    }


def test_with_addresses_failures_and_recoveries_are_raised_and_sent(monkeypatch, settings):
    added = sensors(monkeypatch, SNU_ALERT_URLS="json://localhost/a json://localhost/b")
    assert added >= {"alert_of_failures", "alert_of_successes", "alerts"}


def test_an_eye_outside_is_called_at_start_end_and_failure(monkeypatch, settings):
    added = sensors(monkeypatch, SNU_PING_URL="http://localhost/abc")
    assert added >= {"ping_start", "ping_done", "ping_fail"}


def test_addresses_are_no_part_of_the_settings_representation(monkeypatch, settings):
    monkeypatch.setenv("SNU_ALERT_URLS", "mailto://user:secret@localhost")
    monkeypatch.setenv("SNU_PING_URL", "http://localhost/secret")
    assert "secret" not in repr(read_settings())


@pytest.fixture
def alert(monkeypatch, settings, instance):
    """Called with a sensor's name, run and event: the sensor looks at that run."""
    monkeypatch.setenv("SNU_ALERT_URLS", "json://localhost/a")
    made = build_defs(read_settings())

    def called(name: str, run_id: str, kind: dg.DagsterEventType) -> None:
        run = instance.get_run_by_id(run_id)
        (entry,) = instance.all_logs(run_id, of_type=kind)
        context = dg.build_run_status_sensor_context(
            sensor_name=name,
            dagster_event=entry.get_dagster_event(),
            dagster_instance=instance,
            dagster_run=run,
            resources={"warehouse": (made.resources or {})["warehouse"]},
        )
        made.resolve_sensor_def(name)(context)

    return called


def test_a_day_that_fails_and_then_is_well_is_said_twice(
    alert, instance, definitions, tmp_path, warehouse_url
):
    dump = tmp_path / "dump"
    source = definitions(write_dump(dump))
    (dump / "young_patches.bson").write_bytes(b"\x05")
    failed = run_days(instance, source, DAY, "young", retries=False)
    assert not failed.ok
    alert("alert_of_failures", failed.run_id, dg.DagsterEventType.RUN_FAILURE)
    write_dump(dump)
    well = run_days(instance, source, DAY, "young")
    alert("alert_of_successes", well.run_id, dg.DagsterEventType.RUN_SUCCESS)
    with connect(warehouse_url) as connection:
        first, last = [sentence for _, sentence in alerts_due(connection)]
    assert first.startswith("nightly of 2024-03-01 failed. young__raw_patches: ")
    assert "young_patches.bson" in first
    assert last == "nightly of 2024-03-01 is well again."
