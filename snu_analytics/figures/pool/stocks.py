"""The stock of each status and group: the sum of its movements from the opening stock on."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.figures.pool.cells import identifiers

if TYPE_CHECKING:
    import pandas as pd


def known_until(connection: psycopg.Connection, entity: str) -> date | None:
    """The last day up to which every day from the opening stock on is counted; None without one."""
    (day,) = connection.execute(
        "SELECT min(day) FROM analytics.pool_load AS l WHERE entity = %(entity)s AND day >= "
        "(SELECT day FROM analytics.pool_load WHERE entity = %(entity)s AND opening) AND NOT "
        "EXISTS (SELECT FROM analytics.pool_load WHERE entity = l.entity AND day = l.day + 1)",
        {"entity": entity},
    ).fetchone() or (None,)
    return day


def require_pool(connection: psycopg.Connection, entity: str, days: DayRange) -> None:
    """Raise WarehouseError, naming the asset to run, when the pool of a day was never counted."""
    counted = connection.execute(
        "SELECT day FROM analytics.pool_load WHERE entity = %s AND day BETWEEN %s AND %s",
        [entity, days.first, days.last],
    ).fetchall()
    if missing := set(days) - {day for (day,) in counted}:
        raise WarehouseError(
            f"analytics.pool_movement holds no count of {min(missing)}: materialise figures/pool "
            "for that day first"
        )


def pool(
    warehouse: psycopg.Connection, entity: Entity, days: DayRange, by: str | None = None
) -> "pd.DataFrame":
    """The stocks of the days: day, status, `by`, opening, entries, exits, closing (int64 counts).

    In all, or by one group of CELL. As the question `pool` has them: a group without stock and
    moves has no row, nor has a day that is not known (see `known_until`).
    """
    import pandas as pd  # 45 MB that the processes of a backfill never need

    columns = ["day", "status", *([by] if by else []), "opening", "entries", "exits", "closing"]
    query = sql.SQL(
        "SELECT {} FROM {} WHERE entity = %s AND day BETWEEN %s AND %s ORDER BY 1, 2, 3"
    ).format(
        identifiers(columns), sql.Identifier("analytics", f"q_pool_by_{by}" if by else "q_pool")
    )
    rows = warehouse.execute(query, [entity.name, days.first, days.last]).fetchall()
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-4:], "int64"))


def closing_stock(
    warehouse: psycopg.Connection, entity: str, day: date, by: Sequence[str] = ("status",)
) -> list[tuple]:
    """The groups of CELL, and the count of their stock at the end of a day, where it is not 0."""
    return warehouse.execute(
        sql.SQL(
            "SELECT {groups}, sum(entries - exits) FROM analytics.pool_movement "
            "WHERE entity = %s AND day <= %s GROUP BY {groups} HAVING sum(entries - exits) <> 0"
        ).format(groups=identifiers(by)),
        [entity, day],
    ).fetchall()
