"""Consistency of what was loaded of an entity: the days on which it contradicts itself."""

from datetime import date

import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import PARIS, DayRange
from snu_analytics.pipeline.figure_queries import count_query, figure_part


def days_with_misplaced_events(
    entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> list[date]:
    """The days that hold an event whose instant lies in another Paris day."""
    rows = warehouse.execute(
        f"SELECT DISTINCT event_date FROM analytics.{entity.table} "
        "WHERE event_date BETWEEN %(first)s AND %(last)s "
        "AND (event_at AT TIME ZONE %(zone)s)::date <> event_date ORDER BY event_date",
        {"first": days.first, "last": days.last, "zone": PARIS.key},
    )
    return [day for (day,) in rows]


def days_with_wrong_figures(
    entity: Entity, days: DayRange, warehouse: psycopg.Connection
) -> list[date]:
    """The days of which a figure, summed over its groups, is not the count of its events."""
    bounds = {"first": days.first, "last": days.last, **figure_part(entity)}
    counted = warehouse.execute(count_query(entity), bounds).fetchall()
    summed = warehouse.execute(
        "SELECT day, phase, figure, sum(value) FROM analytics.daily_figure "
        "WHERE day BETWEEN %(first)s AND %(last)s AND phase = ANY(%(phase)s) "
        "AND figure = ANY(%(figure)s) GROUP BY day, phase, figure",
        bounds,
    ).fetchall()
    return sorted({day for day, *_ in set(counted) ^ set(summed)})
