"""The movements of a day between statuses and groups.

They are made of that day's events alone, so that days run in any order.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.figures.pool.cells import identifiers, movements_frame, table_of
from snu_analytics.pipeline import require_loaded
from snu_analytics.warehouse import replace_days


class Moved(NamedTuple):
    """What moved on a day, over all cells (counts)."""

    entries: int
    exits: int


def load_pool(entity: Entity, days: DayRange, warehouse: psycopg.Connection) -> dict[date, Moved]:
    """What moved on each of the days, whose movements are replaced by those of their events.

    Empty for an entity without a pool. Raises WarehouseError naming the asset to run when the
    events of a day were never loaded.
    """
    if not entity.pool:
        return {}
    require_loaded(entity, days, warehouse)
    bounds = {"first": days.first, "last": days.last}
    lines = warehouse.execute(movement_query(entity), bounds).fetchall()
    schema: dict[str, pl.DataType | type[pl.DataType]] = {"day": pl.Date}
    schema |= dict.fromkeys(map(str, entity.pool), pl.String)
    schema |= {"entries": pl.Int64, "exits": pl.Int64}
    rows = movements_frame(entity.name, pl.DataFrame(lines, schema, orient="row"))
    replace_days(warehouse, "pool_movement", "day", days, rows, {"entity": [entity.name]})
    _note_counted(warehouse, entity.name, days)
    sums = rows.group_by("day").agg(pl.col("entries", "exits").sum())
    return dict.fromkeys(days, Moved(0, 0)) | {day: Moved(*moved) for day, *moved in sums.rows()}


def _note_counted(warehouse: psycopg.Connection, entity: str, days: DayRange) -> None:
    with warehouse.transaction():
        warehouse.execute(
            "DELETE FROM analytics.pool_load WHERE entity = %s AND day BETWEEN %s AND %s",
            [entity, days.first, days.last],
        )
        warehouse.cursor().executemany(
            "INSERT INTO analytics.pool_load VALUES (%s, %s, false)",
            [(entity, day) for day in days],
        )


def movement_query(entity: Entity) -> sql.Composed:
    """SQL with day, the entity's pool, entries and exits, for the days %(first)s to %(last)s.

    Each change leaves the cell of its state before and enters that of its state after; one that
    stays in its cell moves nothing, a creation enters only, and several changes of a subject on one
    day each count.
    """
    after = [sql.SQL("state_after ->> {}").format(field) for field in entity.pool.values()]
    return sql.SQL(
        "SELECT day, {parts}, sum(entries), sum(exits) FROM ({sides}) AS side WHERE moved "
        "GROUP BY day, {parts}"
    ).format(parts=identifiers(entity.pool), sides=_sides(entity, after))


def imbalance_query(entity: Entity) -> sql.Composed:
    """SQL with the days %(first)s to %(last)s on which entries - exits are not those of the events.

    The events are counted by the typed columns of the state after a change, which `movement_query`
    does not read.
    """
    columns = {
        column.field: sql.Identifier(name)
        for name, column in entity.columns.items()
        if not column.joined and not column.true_for
    }
    after = [columns[field] for field in entity.pool.values()]
    return sql.SQL(
        "SELECT DISTINCT day FROM ("
        "SELECT day, {parts}, entries - exits AS net FROM analytics.pool_movement "
        "WHERE entity = {entity} AND day BETWEEN %(first)s AND %(last)s "
        "UNION ALL SELECT day, {parts}, exits - entries FROM ({sides}) AS side"
        ") AS cell GROUP BY day, {parts} HAVING sum(net) <> 0 ORDER BY day"
    ).format(
        parts=identifiers(entity.pool),
        entity=sql.Literal(entity.name),
        sides=_sides(entity, after),
    )


def _sides(entity: Entity, after: Sequence[sql.Composable]) -> sql.Composed:
    """SQL with a row for each side of a change of the days: the cell left, and the one entered.

    Columns day, moved (whether the change leads to another cell), the entity's pool, entries and
    exits (0 or 1); what was before a creation has no row. `after` are the expressions of the cell
    after a change.
    """
    before = [sql.SQL("state_before ->> {}").format(field) for field in entity.pool.values()]
    states = [
        sql.SQL("{} AS {}").format(expression, sql.Identifier(f"{part}_{side}"))
        for side, cell in (("before", before), ("after", after))
        for part, expression in zip(entity.pool, cell, strict=True)
    ]
    cells = {
        side: identifiers(f"{part}_{side}" for part in entity.pool) for side in ("before", "after")
    }
    return sql.SQL(
        "WITH change AS (SELECT DISTINCT event_date AS day, change_id, "
        "event_name = {creation} AS created, {states} FROM {table} "
        "WHERE event_date BETWEEN %(first)s AND %(last)s), "
        "compared AS (SELECT *, created OR ({before}) IS DISTINCT FROM ({after}) AS moved "
        "FROM change), "
        "side (day, moved, {parts}, entries, exits) AS ("
        "SELECT day, moved, {after}, 1, 0 FROM compared "
        "UNION ALL SELECT day, moved, {before}, 0, 1 FROM compared WHERE NOT created) "
        "TABLE side"
    ).format(
        creation=sql.Literal(entity.creation.event),
        states=sql.SQL(", ").join(states),
        table=table_of(entity),
        parts=identifiers(entity.pool),
        **cells,
    )
