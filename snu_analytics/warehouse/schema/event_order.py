"""Event tables of before `event_order`: written anew, without instants and without memberships.

An ObjectId begins with its second of creation: an instant finds the rows of a known document. The
table gets a new file, so that nothing of its former columns stays there, and its rows lie in
event_id order. Backups keep the former rows until they expire.
"""

from collections.abc import Iterable, Iterator, Sequence

from psycopg import sql
from sqlalchemy import Connection, MetaData, text

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.schema.tables import ANALYTICS
from snu_analytics.warehouse.schema.views import views_on

_INSTANTS = ("event_at", "change_order")

_TABLES = text(
    "SELECT relname, array_agg(attname::text ORDER BY attnum) FROM pg_class c "
    "JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped "
    "WHERE relnamespace = to_regnamespace(:schema) AND relkind = 'r' GROUP BY relname "
    "HAVING 'event_at' = ANY (array_agg(attname)) ORDER BY relname"
)
_READING = text(
    "SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend u "
    "JOIN pg_rewrite r ON u.classid = 'pg_rewrite'::regclass AND r.oid = u.objid "
    "JOIN pg_attribute a ON a.attrelid = u.refobjid AND a.attnum = u.refobjsubid "
    "WHERE u.refobjid = to_regclass(:table) AND a.attname = ANY (:columns) ORDER BY 1"
)


def ensure_event_order(
    connection: Connection, catalogue: Catalogue, metadata: MetaData, *, with_rows: bool
) -> Iterator[Change]:
    """The changes that give event tables their `event_order`, and take what may stay no longer.

    `event_at` and `change_order` go; the states lose internal and restricted fields, and what the
    latter held moves to the membership tables. Without `with_rows`, for a look that is rolled back,
    no row is written. Raises WarehouseError where others' views read a column that goes.
    """
    entities = {entity.table: entity for entity in catalogue.entities.values()}
    for table, columns in connection.execute(_TABLES, {"schema": ANALYTICS}).all():
        entity = entities.get(table)
        _drop_views(connection, table)
        _run(
            connection,
            "CREATE UNLOGGED TABLE {former} AS SELECT *, dense_rank() OVER ("
            "PARTITION BY subject_id, event_date ORDER BY {instants}, change_id)::smallint "
            "AS event_order FROM {table} WHERE {with_rows}",
            table,
            instants=_names(name for name in _INSTANTS if name in columns),
            with_rows=sql.Literal(with_rows),
        )
        _run(connection, "TRUNCATE {table}", table)
        _run(
            connection,
            "ALTER TABLE {table} DROP COLUMN event_at, DROP COLUMN IF EXISTS change_order, "
            "ADD COLUMN event_order smallint NOT NULL",
            table,
        )
        if entity:
            yield from _with_memberships(connection, entity, columns, metadata)
        standing = [name for name in columns if name not in _INSTANTS]
        hidden = _hidden(entity)
        _run(
            connection,
            "INSERT INTO {table} ({columns}, event_order) "
            "SELECT {values}, event_order FROM {former} ORDER BY event_id",
            table,
            columns=_names(standing),
            values=sql.SQL(", ").join(_without(name, hidden) for name in standing),
        )
        _run(connection, "DROP TABLE {former}", table)
        lost = f"; its states are without {', '.join(hidden)}" if hidden else ""
        yield Change(
            "changed",
            f"table {ANALYTICS}.{table}",
            f"table {ANALYTICS}.{table} is written anew, by event_id: event_order takes the place "
            f"of event_at and change_order{lost}",
        )


def _drop_views(connection: Connection, table: str) -> None:
    """Drop the questions' views that read a column that goes: they are made anew in the end."""
    qualified = f"{ANALYTICS}.{table}"
    own = {view for column in _INSTANTS for view in views_on(connection, qualified, column)}
    asked = {"table": qualified, "columns": list(_INSTANTS)}
    if others := [
        view for view in connection.execute(_READING, asked).scalars() if view not in own
    ]:
        raise WarehouseError(
            f"others' views read {qualified}.event_at, which goes: make them read event_date and "
            f"event_order, or drop them, and migrate again: DROP VIEW {', '.join(others)};"
        )
    for view in sorted(own):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view}")


def _with_memberships(
    connection: Connection, entity: Entity, columns: Sequence[str], metadata: MetaData
) -> Iterator[Change]:
    """The change that fills the entity's membership table out of the states, if it has one."""
    table = metadata.tables[f"{ANALYTICS}.{entity.table}"]
    _run(
        connection,
        "COMMENT ON COLUMN {table}.event_order IS {comment}",
        entity.table,
        comment=sql.Literal(table.columns["event_order"].comment),
    )
    if not entity.membership_columns:
        return
    name = f"{ANALYTICS}.{entity.membership_table}"
    metadata.tables[name].create(connection, checkfirst=True)
    ids = {
        column: sql.SQL("nullif(state_after ->> {}, '')::uuid").format(copied.field)
        for column, copied in entity.membership_columns.items()
    }
    _run(
        connection,
        "INSERT INTO {membership} (event_id, subject_id, event_date, {ids}, key_id) "
        "SELECT event_id, subject_id, event_date, {values}, {key_id} FROM {former} "
        "WHERE coalesce({values}) IS NOT NULL ORDER BY event_id",
        entity.table,
        membership=sql.Identifier(ANALYTICS, entity.membership_table),
        ids=_names(ids),
        values=sql.SQL(", ").join(ids.values()),
        key_id=sql.SQL("key_id" if "key_id" in columns else "NULL"),
    )
    yield Change("created", f"table {name}", f"table {name} is created, filled from the states")


def _hidden(entity: Entity | None) -> list[str]:
    """The fields that the states of a former version hold, and those of today do not."""
    return [name for name in entity.fields if name not in entity.state_fields] if entity else []


def _without(column: str, hidden: Sequence[str]) -> sql.Composable:
    name, gone = sql.Identifier(column), sql.Literal(list(hidden))
    if hidden and column.startswith("state_"):
        return sql.SQL("{} - {}::text[]").format(name, gone)
    if hidden and column.startswith("doubts_"):
        return sql.SQL("nullif({} - {}::text[], '{{}}')").format(name, gone)
    return name


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _run(connection: Connection, statement: str, table: str, **parts: sql.Composable) -> None:
    composed = sql.SQL(statement).format(
        table=sql.Identifier(ANALYTICS, table),
        former=sql.Identifier(ANALYTICS, f"{table}_before_event_order"),
        **parts,
    )
    connection.exec_driver_sql(composed.as_string(), execution_options={"no_parameters": True})
