"""All figures of grown event tables, and what those of one day take."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.figures import load_flows, load_objectives, load_progress, load_projections
from snu_analytics.figures.pool import balance, known_until, load_pool, replace_opening
from snu_analytics.pipeline import PipelineContext, load_figures
from snu_analytics.publication import publish_totals
from snu_analytics.source.contract import Source

_CATALOGUE = load_catalogue()
_COUNTED = [entity for entity in _CATALOGUE.entities.values() if entity.figures]
_POOLED = [entity for entity in _CATALOGUE.entities.values() if entity.pool]
_DAYS_AT_ONCE = 31
_TIMES = 3


def count_all(
    connection: psycopg.Connection,
    days: DayRange,
    projected: DayRange,
    context: PipelineContext,
    source: Source,
) -> None:
    """Count every figure of the days, projections of the days `projected`."""
    for entity in _CATALOGUE.entities.values():
        connection.execute(
            "INSERT INTO analytics.day_load (relation, day, row_count) "
            "SELECT %s, d::date, 1 FROM generate_series(%s::date, %s::date, interval '1 day') d "
            "ON CONFLICT DO NOTHING",
            [entity.table, days.first, days.last],
        )
    for entity in _POOLED:
        nobody = pl.DataFrame(schema={"day": pl.Date})
        replace_opening(connection, entity.name, days.first - timedelta(days=1), nobody)
    load_objectives(context, source, None, connection)
    for some in days.chunks(_DAYS_AT_ONCE):
        for entity in _COUNTED:
            load_figures(entity, some, connection)
        for entity in _POOLED:
            load_pool(entity, some, connection)
        load_flows(_CATALOGUE, some, connection)
    load_progress(connection)
    for some in projected.chunks(_DAYS_AT_ONCE):
        load_projections(_CATALOGUE, some, connection)


def one_day(
    connection: psycopg.Connection, day: date, context: PipelineContext, source: Source
) -> list[tuple[str, float]]:
    """The seconds that the figures of one day take, each step the best of some."""
    only = DayRange(day, day)
    counted = known_until(connection, _POOLED[0].name) or day
    last = DayRange(counted, counted)
    steps: dict[str, Callable[[], object]] = {
        "daily_aggregates": lambda: [load_figures(e, only, connection) for e in _COUNTED],
        "figures/flows": lambda: load_flows(_CATALOGUE, only, connection),
        "figures/pool": lambda: [load_pool(e, only, connection) for e in _POOLED],
        "pool_balances": lambda: [balance(e, only, connection) for e in _POOLED],
        "pool_balances, of the last day": lambda: [balance(e, last, connection) for e in _POOLED],
        "figures/objectives": lambda: (
            load_objectives(context, source, None, connection),
            load_progress(connection),
        ),
        "figures/projections": lambda: load_projections(_CATALOGUE, only, connection),
        "published/daily_total": lambda: publish_totals(_CATALOGUE, only, connection),
    }
    times_of_steps = []
    for name, step in steps.items():
        times = []
        for _ in range(_TIMES):
            began = time.monotonic()
            step()
            times.append(time.monotonic() - began)
        times_of_steps.append((name, min(times)))
    return times_of_steps
