"""Consistency of what was loaded of an entity: the days on which it contradicts itself."""

from datetime import date

import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.pipeline.figure_queries import count_query, figure_part


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
