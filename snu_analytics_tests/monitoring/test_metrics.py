"""The gauges that Prometheus reads, of a small warehouse."""

from datetime import UTC, date, datetime

from prometheus_client.parser import text_string_to_metric_families

from snu_analytics.monitoring import Engine, metrics_text
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import CATALOGUE

NOW = datetime(2024, 3, 3, 7, tzinfo=UTC)
YESTERDAY = date(2024, 3, 2)


def gauges(url: str, engine: Engine) -> dict[tuple[str, ...], float]:
    """The value of each gauge by name and label."""
    with connect(url) as connection:
        text = metrics_text(CATALOGUE, NOW, YESTERDAY, engine, connection)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_days_rows_and_what_was_set_aside_are_counted(warehouse_url):
    with connect(warehouse_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO analytics.day_load (relation, day, row_count) VALUES (%s, %s, 5)",
            [
                (entity.table, day)
                for entity in CATALOGUE.entities.values()
                for day in (date(2024, 3, 1), YESTERDAY)
                if (entity.name, day) != ("young", YESTERDAY)
            ],
        )
        connection.execute(
            "INSERT INTO analytics.withheld VALUES "
            "('2024-03-02', 'young', 'region', 'e-mail address', 3)"
        )
    values = gauges(warehouse_url, Engine(nightly_seconds=6.5))
    assert values["snu_last_complete_day_seconds",] == 1709247600  # 1 March, 00:00 in Paris
    assert values["snu_missing_days", "young"] == 1
    assert values["snu_missing_days", "application"] == 0
    assert values["snu_event_rows", "application_event"] == 10
    assert values["snu_withheld_values", "young"] == 3
    assert values["snu_nightly_seconds",] == 6.5
    assert values["snu_schema_bytes", "analytics"] > 0


def test_what_is_not_known_is_left_out(warehouse_url):
    names = {name for name, *_ in gauges(warehouse_url, Engine())}
    assert names.isdisjoint(
        {"snu_last_complete_day_seconds", "snu_nightly_seconds", "snu_backup_age_seconds"}
    )
    assert {"snu_alerts_unsent", "snu_scrape_time_seconds"} <= names
