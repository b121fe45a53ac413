"""Checks of the pool: against the events, against a recount, and against the source."""

from collections import Counter
from datetime import date
from typing import NamedTuple

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.events import column_values, treated
from snu_analytics.figures.pool.cells import identifiers, table_of
from snu_analytics.figures.pool.movements import imbalance_query
from snu_analytics.figures.pool.stocks import closing_stock, known_until
from snu_analytics.pipeline import PipelineContext
from snu_analytics.source import Source
from snu_analytics.warehouse import replace_days

# What a soft delete leaves of a young person: `source` goes with it, so that the one who leaves
# without a source had entered with one.
_LASTING = identifiers(("status", "gender", "region", "department", "cohort"))


class Balance(NamedTuple):
    """The days that do not balance.

    `unbalanced`: days whose movements are not those of their events. The others are looked at when
    every day up to the last is counted (`known`): `negative` are days that end with less than
    nobody in a cell; `astray` the statuses whose stock at the end of the last counted day, if that
    is among the days, is not that of each subject's latest event.
    """

    unbalanced: list[date]
    negative: list[date]
    astray: list[str | None]
    known: bool


def balance(entity: Entity, days: DayRange, warehouse: psycopg.Connection) -> Balance:
    """The days' movements against their events, and their stocks against zero and a recount."""
    until = known_until(warehouse, entity.name)
    bounds = {"first": days.first, "last": days.last}
    unbalanced = [day for (day,) in warehouse.execute(imbalance_query(entity), bounds)]
    if until is None or until < days.last:
        return Balance(unbalanced, [], [], known=False)
    asked = {"entity": entity.name, "first": days.first, "until": until}
    negative = [day for (day,) in warehouse.execute(_NEGATIVE, asked)]
    astray = []
    if until == days.last:
        stock = dict(closing_stock(warehouse, entity.name, until))
        recounted = recount(entity, until, warehouse)
        statuses = sorted({*stock, *recounted}, key=_nulls_last)
        astray = [status for status in statuses if stock.get(status) != recounted.get(status)]
    return Balance(unbalanced, negative, astray, known=True)


# The days from %(first)s to %(until)s after which a cell, `source` aside, holds less than nobody.
_NEGATIVE = sql.SQL(
    "WITH moved AS (SELECT greatest(day, %(first)s::date - 1) AS day, {cell}, "
    "sum(entries - exits) AS net FROM analytics.pool_movement WHERE entity = %(entity)s "
    "GROUP BY 1, {cell}), "
    "stock AS (SELECT day, sum(net) OVER (PARTITION BY {cell} ORDER BY day) AS closing FROM moved) "
    "SELECT DISTINCT day FROM stock "
    "WHERE closing < 0 AND day BETWEEN %(first)s AND %(until)s ORDER BY day"
).format(cell=_LASTING)


def recount(entity: Entity, day: date, warehouse: psycopg.Connection) -> dict[str | None, int]:
    """The stock per status at the end of a day, by each subject's latest status.

    An account independent of the days' movements: the opening stock, less those of it who took
    another status since, and everybody by the latest one.
    """
    status = sql.SQL(
        "SELECT DISTINCT ON (subject_id) field, from_value, to_value FROM {} "
        "WHERE (field = {} OR field IS NULL) AND event_date <= %(day)s "
        "ORDER BY subject_id {order}, event_date {order}, event_order {order}"
    )
    table, field = table_of(entity), sql.Literal(entity.pool["status"])
    query = sql.SQL(
        "SELECT status, sum(n) FROM ("
        "SELECT m.status, m.entries - m.exits FROM analytics.pool_movement AS m "
        "JOIN analytics.pool_load AS l USING (entity, day) WHERE entity = {} AND l.opening "
        "UNION ALL SELECT to_value, 1 FROM ({}) AS latest "
        "UNION ALL SELECT from_value, -1 FROM ({}) AS first WHERE field IS NOT NULL"
        ") AS counted (status, n) GROUP BY status HAVING sum(n) <> 0"
    ).format(
        sql.Literal(entity.name),
        status.format(table, field, order=sql.SQL("DESC")),
        status.format(table, field, order=sql.SQL("ASC")),
    )
    return dict(warehouse.execute(query, {"day": day}).fetchall())


class Difference(NamedTuple):
    """The stock of a status against the documents of it in the source (counts)."""

    status: str | None
    closing: int
    live: int


class Explained(NamedTuple):
    """The differences per status, and what is known of their causes.

    `unrecorded` counts the documents whose status is not that of their history, by the audit of
    `month`; `erased` the subjects that were taken out.
    """

    differences: list[Difference]
    unrecorded: int
    month: date | None
    erased: int


def compare_live(
    context: PipelineContext,
    entity: Entity,
    day: date,
    source: Source,
    warehouse: psycopg.Connection,
) -> Explained:
    """The stock at the end of a day against a count in the source; stored in pool_difference."""
    closing = dict(closing_stock(warehouse, entity.name, day))
    live = _live(context, entity, source)
    statuses = sorted({*closing, *live}, key=_nulls_last)
    differences = [Difference(s, int(closing.get(s, 0)), live.get(s, 0)) for s in statuses]
    lines = [(day, entity.name, *difference) for difference in differences]
    schema = {"day": pl.Date, "entity": pl.String, "status": pl.String}
    schema |= {"closing": pl.Int64, "live": pl.Int64}
    rows = pl.DataFrame(lines, schema, orient="row")
    replace_days(warehouse, "pool_difference", "day", [day], rows, {"entity": [entity.name]})
    month, unrecorded = warehouse.execute(
        "SELECT month, sum(count) FILTER (WHERE measure = 'drift' AND field = %s) "
        "FROM analytics.history_audit WHERE entity = %s GROUP BY month "
        "ORDER BY month DESC LIMIT 1",
        [entity.pool["status"], entity.name],
    ).fetchone() or (None, None)
    (erased,) = warehouse.execute(
        "SELECT coalesce(sum(subjects), 0) FROM analytics.erasure_log WHERE entity = %s",
        [entity.name],
    ).fetchone() or (0,)
    return Explained(differences, int(unrecorded or 0), month, int(erased))


def _live(context: PipelineContext, entity: Entity, source: Source) -> dict[str | None, int]:
    """The documents of each status in the source."""
    field = entity.pool["status"]
    counts = source.counts(entity, field)
    texts = context.canonicaliser(entity, source).series(
        field, pl.Series(list(counts), dtype=pl.String)
    )
    names = column_values(treated(entity.fields[field], texts), "text", ())
    live: Counter[str | None] = Counter()
    for name, count in zip(names, counts.values(), strict=True):
        live[name] += count
    return dict(live)


def _nulls_last(status: str | None) -> tuple[bool, str]:
    return status is None, status or ""
