"""The figures of a day: how many of its events meet a definition, by gender, age and place."""

from psycopg import sql

from snu_analytics.catalogue import Clause, Entity, Figure
from snu_analytics.catalogue.breakdowns import DIMENSIONS

FIGURE_COLUMNS = ("day", "phase", "figure", *DIMENSIONS, "value")


def figure_part(entity: Entity) -> dict[str, list[str]]:
    """The phases and figures that come from the entity's events."""
    return {
        "phase": list(dict.fromkeys(figure.phase for figure in entity.figures)),
        "figure": list(dict.fromkeys(figure.figure for figure in entity.figures)),
    }


def figure_query(entity: Entity) -> sql.Composed:
    """SQL of the FIGURE_COLUMNS for the days %(first)s to %(last)s; groups of no event lack.

    A group that the entity does not have is null.
    """
    own = [_column(entity.groups[name]) for name in DIMENSIONS if name in entity.groups]
    keys = [sql.SQL("e.event_date"), sql.SQL("f.phase"), sql.SQL("f.figure"), *own]
    return sql.SQL(
        "SELECT e.event_date, f.phase, f.figure, {groups}, count(*) "
        "FROM {counted} WHERE {days} AND f.counted GROUP BY {keys}"
    ).format(
        groups=group_columns(entity),
        keys=sql.SQL(", ").join(keys),
        counted=_counted(entity),
        days=_DAYS,
    )


def group_columns(entity: Entity) -> sql.Composed:
    """SQL of the DIMENSIONS of the events `e`; NULL for a group that the entity lacks."""
    return sql.SQL(", ").join(
        _column(entity.groups[name]) if name in entity.groups else sql.SQL("NULL")
        for name in DIMENSIONS
    )


def _column(name: str) -> sql.Composed:
    return sql.SQL("e.{}").format(sql.Identifier(name))


def count_query(entity: Entity) -> sql.Composed:
    """SQL of day, phase, figure and the number of events counted, over all groups at once."""
    return sql.SQL(
        "SELECT e.event_date, f.phase, f.figure, count(*) "
        "FROM {counted} WHERE {days} AND f.counted GROUP BY e.event_date, f.phase, f.figure"
    ).format(counted=_counted(entity), days=_DAYS)


_DAYS = sql.SQL("e.event_date BETWEEN %(first)s AND %(last)s")


def _counted(entity: Entity) -> sql.Composed:
    rows = [
        sql.SQL("({}, {}, {})").format(figure.phase, figure.figure, figure_condition(figure))
        for figure in entity.figures
    ]
    return sql.SQL(
        "{table} AS e CROSS JOIN LATERAL (VALUES {rows}) AS f (phase, figure, counted)"
    ).format(table=sql.Identifier("analytics", entity.table), rows=sql.SQL(", ").join(rows))


def figure_condition(figure: Figure) -> sql.Composed:
    """SQL that is true of the events `e` that a figure counts."""
    return sql.SQL("({})").format(sql.SQL(" OR ").join(map(_condition, figure.counts)))


def _condition(clause: Clause) -> sql.Composed:
    conditions: list[sql.Composable] = []
    for column, values in (
        ("event_name", clause.event),
        ("field", (clause.field,) if clause.field else ()),
        ("from_value", clause.origins),
        ("to_value", clause.to),
    ):
        if values:
            listed = sql.SQL(", ").join(map(sql.Literal, values))
            conditions.append(sql.SQL("e.{} IN ({})").format(sql.Identifier(column), listed))
    return sql.SQL("(coalesce({}, false))").format(sql.SQL(" AND ").join(conditions))
