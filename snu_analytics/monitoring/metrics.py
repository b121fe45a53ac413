"""The state of the warehouse and of its runs as Prometheus text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import midnight
from snu_analytics.monitoring.alerts import alerts_due
from snu_analytics.monitoring.missing import missing_days

_ROWS = (
    "SELECT relation, sum(row_count)::bigint FROM analytics.day_load "
    "WHERE relation LIKE '%%\\_event' GROUP BY relation"
)
_WITHHELD = (
    "SELECT entity, sum(count)::bigint FROM analytics.withheld WHERE day = %s GROUP BY entity"
)
_QUARANTINED = "SELECT entity, count(*) FROM analytics.quarantine WHERE day = %s GROUP BY entity"
_MASKED = "SELECT kind, count(*) FILTER (WHERE masked) FROM published.breakdown GROUP BY kind"
_BYTES = (
    "SELECT n.nspname, sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname IN ('analytics', 'published', 'dagster') AND c.relkind = 'r' GROUP BY 1"
)


@dataclass(frozen=True)
class Engine:
    """What Dagster and the machine tell: durations and ages in seconds, None where not known."""

    nightly_seconds: float | None = None
    oldest_queued_seconds: float | None = None
    daemon_heartbeat_seconds: float | None = None
    backup_seconds: float | None = None


def metrics_text(
    catalogue: Catalogue,
    now: datetime,
    yesterday: date,
    engine: Engine,
    warehouse: psycopg.Connection,
) -> str:
    """Gauges in Prometheus' text format, for the textfile collector of node_exporter.

    Instants are seconds since 1970; a gauge of which nothing is known is left out.
    """
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"snu_{name}", meaning, registry=registry).set(value)

    def gauges(name: str, meaning: str, label: str, values: Mapping[str, float]) -> None:
        metric = Gauge(f"snu_{name}", meaning, [label], registry=registry)
        for key, value in sorted(values.items()):
            metric.labels(key).set(value)

    missing = missing_days(catalogue, yesterday, warehouse)
    gauge("scrape_time_seconds", "When this was written", now.timestamp())
    gauge(
        "last_complete_day_seconds",
        "Begin of the last Paris day that is loaded of every entity",
        _last_complete_day(catalogue, yesterday, warehouse),
    )
    gauges("missing_days", "Days never loaded since the first one that was", "entity",
           {name: len(missing.get(name, ())) for name in catalogue.entities})  # fmt: skip
    for name, meaning, label, query, day in (
        ("event_rows", "Rows of the event tables", "relation", _ROWS, None),
        ("withheld_values", "Values withheld yesterday", "entity", _WITHHELD, yesterday),
        ("quarantined_patches", "Patches set aside yesterday", "entity", _QUARANTINED, yesterday),
        ("masked_cells", "Masked cells of what is published", "period", _MASKED, None),
        ("schema_bytes", "Bytes of the tables and indexes of a schema", "schema", _BYTES, None),
    ):
        rows = warehouse.execute(query, [day] if day else []).fetchall()
        gauges(name, meaning, label, dict(rows))
    gauge("alerts_unsent", "Alerts that no address took yet", len(alerts_due(warehouse)))
    gauge("nightly_seconds", "Duration of the last nightly run", engine.nightly_seconds)
    gauge("oldest_queued_run_seconds", "Age of the oldest queued run", engine.oldest_queued_seconds)
    gauge(
        "daemon_heartbeat_age_seconds",
        "Since Dagster's daemon last gave a sign",
        engine.daemon_heartbeat_seconds,
    )
    gauge("backup_age_seconds", "Since the last backup was written", engine.backup_seconds)
    return generate_latest(registry).decode()


def _last_complete_day(
    catalogue: Catalogue, yesterday: date, warehouse: psycopg.Connection
) -> float | None:
    tables = [entity.table for entity in catalogue.entities.values()]
    row = warehouse.execute(
        "SELECT max(day) FROM (SELECT day FROM analytics.day_load WHERE relation = ANY(%s) "
        "AND day <= %s GROUP BY day HAVING count(*) = %s) AS complete",
        [tables, yesterday, len(tables)],
    ).fetchone()
    return None if not row or row[0] is None else midnight(row[0]).timestamp()
