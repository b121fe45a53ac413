"""The checks of each asset. Blocking ones stop what would be built on a wrong partition."""

from collections.abc import Mapping
from datetime import date

import dagster as dg
import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import PARIS, DayRange
from snu_analytics.pipeline import DayCounts, Loaded, count_query, figure_part
from snu_analytics.warehouse import mapped_errors

# Damaged patches are rare in production; more than one in a hundred is a fault of the writer. A
# share of few patches says nothing: one of the 30 of a Sunday failed the check.
QUARANTINE_LIMIT = 0.01
QUARANTINE_FLOOR = 5


def patch_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            "few_quarantined",
            asset=asset,
            description=f"At most {QUARANTINE_LIMIT:.0%} of each day's patches are defective, or "
            f"fewer than {QUARANTINE_FLOOR}.",
        )
    ]


def snapshot_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            "nothing_withheld",
            asset=asset,
            description="No field holds what looks like a person's: a telephone number, an e-mail. "
            "OTHER stands for such a value, and analytics.withheld counts it. List the values by "
            "`snu-analytics values`.",
        ),
        dg.AssetCheckSpec(
            "fields_known",
            asset=asset,
            description="Every field met is in the catalogue, kept or dropped by name.",
        ),
    ]


def event_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            "rows_written",
            asset=asset,
            blocking=True,
            description="As many rows were written as events were computed, on each day.",
        ),
        dg.AssetCheckSpec(
            "events_in_their_day",
            asset=asset,
            blocking=True,
            description="Every event's instant lies in its Europe/Paris day.",
        ),
    ]


def figure_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            "figures_count_events",
            asset=asset,
            blocking=True,
            description="Each figure, summed over its groups, is the count of its events.",
        )
    ]


def few_quarantined(counts: DayCounts) -> dg.AssetCheckResult:
    over = [
        day
        for day, told in counts.items()
        if told["quarantined"] >= QUARANTINE_FLOOR
        and told["quarantined"] > QUARANTINE_LIMIT * told["patches"]
    ]
    total = sum(told["quarantined"] for told in counts.values())
    return _result("few_quarantined", over, {"quarantined": total}, dg.AssetCheckSeverity.WARN)


def nothing_withheld(withheld: Mapping[str, int]) -> dg.AssetCheckResult:
    return _names_none("nothing_withheld", withheld)


def fields_known(unknown: Mapping[str, int]) -> dg.AssetCheckResult:
    return _names_none("fields_known", unknown)


def _names_none(check: str, fields: Mapping[str, int]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check,
        passed=not fields,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"fields": ", ".join(fields) or "none"},
    )


def rows_written(loaded: Loaded) -> dg.AssetCheckResult:
    short = [day for day, rows in loaded.computed.items() if loaded.written[day] != rows]
    return _result("rows_written", short, {"rows": sum(loaded.written.values())})


def events_in_their_day(
    connection: psycopg.Connection, entity: Entity, days: DayRange
) -> dg.AssetCheckResult:
    astray = _rows(
        connection,
        f"SELECT DISTINCT event_date FROM analytics.{entity.table} "
        "WHERE event_date BETWEEN %(first)s AND %(last)s "
        "AND (event_at AT TIME ZONE %(zone)s)::date <> event_date",
        {"first": days.first, "last": days.last, "zone": PARIS.key},
    )
    return _result("events_in_their_day", [day for (day,) in astray], {})


def figures_count_events(
    connection: psycopg.Connection, entity: Entity, days: DayRange
) -> dg.AssetCheckResult:
    bounds = {"first": days.first, "last": days.last, **figure_part(entity)}
    counted = set(_rows(connection, count_query(entity), bounds))
    told = set(
        _rows(
            connection,
            "SELECT day, phase, figure, sum(value) FROM analytics.daily_figure "
            "WHERE day BETWEEN %(first)s AND %(last)s AND phase = ANY(%(phase)s) "
            "AND figure = ANY(%(figure)s) GROUP BY day, phase, figure",
            bounds,
        )
    )
    wrong = sorted({row[0] for row in counted ^ told})
    return _result("figures_count_events", wrong, {"figures": len(told)})


def _rows(connection: psycopg.Connection, query, parameters: dict) -> list[tuple]:
    with mapped_errors():
        return connection.execute(query, parameters).fetchall()


def _result(
    name: str,
    wrong: list[date],
    metadata: dict[str, int],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    days = ", ".join(map(str, wrong)) or "none"
    return dg.AssetCheckResult(
        check_name=name, passed=not wrong, severity=severity, metadata={**metadata, "days": days}
    )
