"""The pool: who enters and leaves each status and group on a day, and the stock that this makes.

A day's movements are made of that day's events alone, so that days run in any order. Stocks are
sums of movements from the opening stock on: opening + entries - exits = closing.
"""

from collections.abc import Sequence

from psycopg import sql

from snu_analytics.catalogue import Entity, places

CELL = ("status", "gender", "region", "department", "cohort", "source")
MOVEMENT_COLUMNS = ("entity", "day", *CELL, "entries", "exits")


def movement_query(entity: Entity) -> sql.Composed:
    """SQL with MOVEMENT_COLUMNS for the days %(first)s to %(last)s, cells without a move left out.

    Each change leaves the cell of its state before and enters that of its state after; one that
    stays in its cell moves nothing, a creation enters only, and several changes of a subject on one
    day each count. What the entity's pool does not tell is null, but for a region: it is then that
    of the department.
    """
    parts = sql.SQL(", ").join(map(sql.Identifier, entity.pool))
    told: dict[str, sql.Composable] = dict.fromkeys(CELL, sql.SQL("NULL"))
    told |= {part: sql.SQL("m.{}").format(sql.Identifier(part)) for part in entity.pool}
    place: sql.Composable = sql.SQL("")
    if "region" not in entity.pool and "department" in entity.pool:
        told["region"] = sql.SQL("place.region")
        place = sql.SQL(
            "LEFT JOIN (VALUES {}) AS place (department, region) USING (department)"
        ).format(_regions())
    return sql.SQL(
        "SELECT {entity}, m.day, {told}, m.entries, m.exits FROM ("
        "SELECT day, {parts}, sum(entered) AS entries, sum(gone) AS exits FROM ({changes}) AS c "
        "CROSS JOIN LATERAL (VALUES ({before}, 0, CASE WHEN created THEN 0 ELSE 1 END), "
        "({after}, 1, 0)) AS side ({parts}, entered, gone) "
        "WHERE created OR ({before}) IS DISTINCT FROM ({after}) "
        "GROUP BY day, {parts} HAVING sum(entered) + sum(gone) > 0) AS m {place}"
    ).format(
        entity=sql.Literal(entity.name),
        told=sql.SQL(", ").join(told[part] for part in CELL),
        parts=parts,
        changes=_changes(entity),
        before=_side(entity, "before"),
        after=_side(entity, "after"),
        place=place,
    )


def _changes(entity: Entity) -> sql.Composed:
    """A row per change of the days: `day`, `created` and the pool's parts before and after."""
    told = [
        sql.SQL("{} ->> {} AS {}").format(
            sql.Identifier(f"state_{side}"), sql.Literal(field), sql.Identifier(f"{part}_{side}")
        )
        for side in ("before", "after")
        for part, field in entity.pool.items()
    ]
    return sql.SQL(
        "SELECT DISTINCT event_date AS day, change_id, event_name = {} AS created, {} FROM {} "
        "WHERE event_date BETWEEN %(first)s AND %(last)s"
    ).format(
        sql.Literal(entity.creation.event),
        sql.SQL(", ").join(told),
        sql.Identifier("analytics", entity.table),
    )


def _side(entity: Entity, side: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(f"{part}_{side}") for part in entity.pool)


def _regions() -> sql.Composed:
    rows = [sql.SQL("({}, {})").format(place.department, place.region) for place in places()]
    return sql.SQL(", ").join(rows)


def region_of(department: str | None) -> str | None:
    """The region of a department by its name."""
    return _REGION_OF.get(department) if department else None


_REGION_OF = {place.department: place.region for place in places()}


def imbalance_query(entity: Entity) -> sql.Composed:
    """SQL with the days %(first)s to %(last)s on which entries - exits are not what events tell.

    In every cell: changes with that state after them, by the typed columns, less those with that
    state before them; and over all cells the number of creations.
    """
    columns = {
        copied.field: sql.Identifier(name)
        for name, copied in entity.columns.items()
        if not copied.joined and not copied.true_for
    }
    after = [
        sql.SQL("{} AS {}").format(columns[field], sql.Identifier(f"{part}_after"))
        for part, field in entity.pool.items()
    ]
    before = [
        sql.SQL("state_before ->> {} AS {}").format(field, sql.Identifier(f"{part}_before"))
        for part, field in entity.pool.items()
    ]
    return sql.SQL(
        "WITH told AS (SELECT day, {parts}, sum(entries - exits) AS net "
        "FROM analytics.pool_movement WHERE entity = {entity} "
        "AND day BETWEEN %(first)s AND %(last)s GROUP BY day, {parts} "
        "HAVING sum(entries - exits) <> 0), "
        "change AS (SELECT DISTINCT event_date AS day, change_id, event_name = {created} AS "
        "created, {states} FROM {table} WHERE event_date BETWEEN %(first)s AND %(last)s), "
        "found AS (SELECT day, {parts}, sum(n) AS net FROM ("
        "SELECT day, {after}, 1 FROM change UNION ALL "
        "SELECT day, {before}, -1 FROM change WHERE NOT created) AS side (day, {parts}, n) "
        "GROUP BY day, {parts} HAVING sum(n) <> 0) "
        "SELECT day FROM ((TABLE told EXCEPT TABLE found) UNION (TABLE found EXCEPT TABLE told)) "
        "AS odd UNION SELECT coalesce(t.day, c.day) FROM "
        "(SELECT day, sum(net) AS net FROM told GROUP BY day) AS t FULL JOIN "
        "(SELECT day, count(*) AS net FROM change WHERE created GROUP BY day) AS c USING (day) "
        "WHERE coalesce(t.net, 0) <> coalesce(c.net, 0) ORDER BY 1"
    ).format(
        parts=sql.SQL(", ").join(map(sql.Identifier, entity.pool)),
        entity=sql.Literal(entity.name),
        table=sql.Identifier("analytics", entity.table),
        states=sql.SQL(", ").join([*before, *after]),
        after=_side(entity, "after"),
        before=_side(entity, "before"),
        created=sql.Literal(entity.creation.event),
    )


def opening_share_query(entity: Entity, column: str = "subject_id") -> sql.Composed:
    """SQL that takes the subjects of which `column` is among %(subjects)s out of the opening stock.

    Of it are those whose first event up to %(known)s is no creation; they had the state before it.
    """
    parts = [sql.Identifier(part) for part in entity.pool]
    told = [
        sql.SQL("state_before ->> {} AS {}").format(field, sql.Identifier(part))
        for part, field in entity.pool.items()
    ]

    def cell(table: str) -> sql.Composed:
        return sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.Identifier(table), p) for p in parts)

    return sql.SQL(
        "WITH first AS (SELECT DISTINCT ON (subject_id) event_name, {told} FROM {table} "
        "WHERE {column} = ANY(%(subjects)s::uuid[]) AND event_date <= %(known)s "
        "ORDER BY subject_id, event_at, change_order), "
        "share AS (SELECT {parts}, count(*) AS subjects FROM first WHERE event_name <> {created} "
        "GROUP BY {parts}), "
        "former AS (DELETE FROM analytics.pool_movement AS m USING share, analytics.pool_load AS l "
        "WHERE l.opening AND l.entity = {entity} AND m.entity = l.entity AND m.day = l.day "
        "AND ARRAY[{m_cell}] = ARRAY[{share_cell}] RETURNING m.*, share.subjects) "
        "INSERT INTO analytics.pool_movement ({columns}) "
        "SELECT {cell}, entries - subjects, exits FROM former WHERE entries > subjects"
    ).format(
        told=sql.SQL(", ").join(told),
        table=sql.Identifier("analytics", entity.table),
        column=sql.Identifier(column),
        parts=sql.SQL(", ").join(parts),
        created=sql.Literal(entity.creation.event),
        entity=sql.Literal(entity.name),
        m_cell=cell("m"),
        share_cell=cell("share"),
        columns=sql.SQL(", ").join(map(sql.Identifier, MOVEMENT_COLUMNS)),
        cell=sql.SQL(", ").join(map(sql.Identifier, MOVEMENT_COLUMNS[:-2])),
    )


# What a soft delete leaves of a young person: `source` goes with it, so that the one who leaves
# without a source had entered with one.
_LASTING = ("status", "gender", "region", "department", "cohort")

NEGATIVE_QUERY = sql.SQL(
    "WITH moved AS (SELECT greatest(day, %(first)s::date - 1) AS day, {parts}, "
    "sum(entries - exits) AS net FROM analytics.pool_movement WHERE entity = %(entity)s "
    "GROUP BY 1, {parts}), "
    "stock AS (SELECT day, sum(net) OVER (PARTITION BY {parts} ORDER BY day) AS closing "
    "FROM moved) "
    "SELECT day FROM stock WHERE closing < 0 AND day >= %(first)s GROUP BY day ORDER BY day"
).format(parts=sql.SQL(", ").join(map(sql.Identifier, _LASTING)))
"""SQL with the days from %(first)s on after which a cell of %(entity)s holds fewer than none.

Cells are told by what a soft delete leaves: all but `source`.
"""


def pool_query(by: Sequence[str] = ()) -> sql.Composed:
    """SQL with day, status, `by` (of CELL), opening, entries, exits, closing of %(entity)s.

    For the days %(first)s to %(last)s; a group without stock and moves has no row. `opening` and
    `closing` are null after %(known)s, the last day up to which all days are counted.
    """
    keys = ["status", *(part for part in CELL if part in by and part != "status")]
    return sql.SQL(
        "WITH moved AS (SELECT greatest(day, %(first)s::date - 1) AS day, {keys}, "
        "sum(entries) AS entries, sum(exits) AS exits FROM analytics.pool_movement "
        "WHERE entity = %(entity)s AND day <= %(last)s GROUP BY 1, {keys}), "
        "cell AS (SELECT DISTINCT {keys} FROM moved), "
        "daily AS (SELECT d.day::date AS day, {c_keys}, coalesce(m.entries, 0) AS entries, "
        "coalesce(m.exits, 0) AS exits FROM cell AS c CROSS JOIN "
        "generate_series(%(first)s::date - 1, %(last)s::date, interval '1 day') AS d (day) "
        # Arrays take nulls for equal, and can be hashed.
        "LEFT JOIN moved AS m ON m.day = d.day AND ARRAY[{m_keys}] = ARRAY[{c_keys}]), "
        "stock AS (SELECT *, sum(entries - exits) OVER (PARTITION BY {keys} ORDER BY day)::bigint "
        "AS closing FROM daily) "
        "SELECT day, {keys}, CASE WHEN day <= %(known)s THEN closing - entries + exits END "
        "AS opening, entries, exits, CASE WHEN day <= %(known)s THEN closing END AS closing "
        "FROM stock WHERE day >= %(first)s "
        "AND (entries > 0 OR exits > 0 OR closing <> 0) ORDER BY day, {keys}"
    ).format(
        keys=sql.SQL(", ").join(map(sql.Identifier, keys)),
        c_keys=sql.SQL(", ").join(sql.SQL("c.{}").format(sql.Identifier(key)) for key in keys),
        m_keys=sql.SQL(", ").join(sql.SQL("m.{}").format(sql.Identifier(key)) for key in keys),
    )


def recount_query(entity: Entity) -> sql.Composed:
    """SQL with status and stock at the end of %(day)s, by each subject's latest taking of a status.

    An account independent of the movements of days: the opening stock, less those of it who took
    another status since, and everybody by the latest one.
    """
    status = sql.Literal(entity.pool["status"])
    taken = sql.SQL(
        "SELECT DISTINCT ON (subject_id) field, from_value, to_value FROM {} "
        "WHERE (field = {} OR field IS NULL) AND event_date <= %(day)s ORDER BY {}"
    )
    table = sql.Identifier("analytics", entity.table)
    return sql.SQL(
        "SELECT status, sum(n) FROM ("
        "SELECT m.status, m.entries - m.exits FROM analytics.pool_movement AS m "
        "JOIN analytics.pool_load AS l USING (entity, day) WHERE entity = {} AND l.opening "
        "UNION ALL SELECT to_value, 1 FROM ({}) AS latest "
        "UNION ALL SELECT from_value, -1 FROM ({}) AS first WHERE field IS NOT NULL"
        ") AS told (status, n) GROUP BY status HAVING sum(n) <> 0 ORDER BY status"
    ).format(
        sql.Literal(entity.name),
        taken.format(table, status, LATEST),
        taken.format(table, status, sql.SQL("subject_id, event_at, change_order")),
    )


LATEST = sql.SQL("subject_id DESC, event_at DESC, change_order DESC")
"""The order in which the latest change of each subject comes first."""
