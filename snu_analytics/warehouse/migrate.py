"""Brings schemas, tables, comments and rights to what the catalogue says, and tells each change.

What would lose data is never done but told with its SQL.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations, ops
from sqlalchemy import Connection, MetaData, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from snu_analytics.catalogue import Catalogue, View
from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.connection import address, open_connection
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.rights import ensure_schemas, ensure_table_rights
from snu_analytics.warehouse.schema import (
    ANALYTICS,
    PUBLISHED,
    RETIRED_TABLES,
    ensure_dimensions,
    ensure_views,
    published_views,
    views_on,
    warehouse_metadata,
)

# Any number will do as long as every migration takes the same.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('snu_analytics migrate', 0))"

# The first with UNIQUE ... NULLS NOT DISTINCT.
_OLDEST_SERVER = 150000


def migrate(url: str, catalogue: Catalogue, views: Sequence[View]) -> list[Change]:
    """Create or upgrade the warehouse in one transaction; the changes done and those left.

    `views` are all that shall stand beside the catalogue's tables. A second run gives only what is
    still left. Two at once follow each other. Raises WarehouseError and WarehouseUnavailable as
    `connect` does.
    """
    return _migrated(url, catalogue, views, keep=True)


def pending_changes(url: str, catalogue: Catalogue, views: Sequence[View]) -> list[Change]:
    """What `migrate` would do and leave: done in a transaction that is rolled back.

    Raises WarehouseUnavailable when a change waits more than 3 seconds for a load to end.
    """
    return _migrated(url, catalogue, views, keep=False)


def _migrated(url: str, catalogue: Catalogue, views: Sequence[View], keep: bool) -> list[Change]:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: _transactional(url), poolclass=NullPool
    )
    with mapped_errors(address(url)), engine.connect() as connection, connection.begin() as whole:
        if not keep:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '3s'")
        _refuse_old_server(connection)
        connection.exec_driver_sql(_LOCK)
        changes = list(_changes(connection, catalogue, views))
        if not keep:
            whole.rollback()
    return changes


def _transactional(url: str):
    connection = open_connection(url)
    connection.autocommit = False
    return connection


def _refuse_old_server(connection: Connection) -> None:
    version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    if int(version) < _OLDEST_SERVER:
        raise WarehouseError(f"PostgreSQL 15 or newer is needed, the server is {version[:2]}")


def _changes(
    connection: Connection, catalogue: Catalogue, views: Sequence[View]
) -> Iterator[Change]:
    yield from ensure_schemas(connection)
    metadata = warehouse_metadata(catalogue)
    yield from _drop_retired(connection)
    yield from _table_changes(connection, metadata)
    yield from ensure_dimensions(connection, metadata)
    yield from ensure_views(connection, [*views, *published_views(PUBLISHED)])
    yield from ensure_table_rights(connection)


def _drop_retired(connection: Connection) -> Iterator[Change]:
    """Drop what former versions filled; what others' views read is left, as any such table."""
    for table in RETIRED_TABLES:
        if connection.exec_driver_sql(f"SELECT to_regclass('{table}')").scalar() is None:
            continue
        views = views_on(connection, table)
        for view in views:  # made anew, or dropped, with the other views
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view}")
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"DROP TABLE {table}")
        except DBAPIError:
            told = f"table {table} is filled no more; others' views rest on it: drop them, then it"
            yield Change("left", f"table {table}", told)
        else:
            told = f"table {table} of a former version is dropped: copies of it are void"
            yield Change("changed", f"table {table}", told)


def _table_changes(connection: Connection, metadata: MetaData) -> Iterator[Change]:
    def ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "schema" or name in (ANALYTICS, PUBLISHED)

    context = MigrationContext.configure(
        connection,
        opts={"target_metadata": metadata, "include_schemas": True, "include_name": ours},
    )
    script = produce_migrations(context, metadata)
    if script.upgrade_ops is None:
        return
    done = Operations(context)
    steps = list(_flat(script.upgrade_ops.ops))
    new_tables = {step.table_name for step in steps if isinstance(step, ops.CreateTableOp)}
    known_indexes = {index.name for table in metadata.tables.values() for index in table.indexes}
    for step in steps:
        if isinstance(step, ops.CreateIndexOp) and step.table_name in new_tables:
            done.invoke(step)
        elif isinstance(step, ops.DropIndexOp):
            # One of the catalogue's, to be made anew; an administrator's own index stands.
            if step.index_name in known_indexes:
                done.invoke(step)
        else:
            change = _described(connection, step)
            if change.kind != "left":
                done.invoke(step)
            yield change


def _flat(steps: Iterable[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    for step in steps:
        if isinstance(step, ops.ModifyTableOps):
            yield from _flat(step.ops)
        elif isinstance(step, ops.AlterColumnOp):
            yield from _comment_apart(step)
        else:
            yield step


def _comment_apart(step: ops.AlterColumnOp) -> Iterator[ops.AlterColumnOp]:
    """A column's new comment, which can be set, apart from a new type, which is left."""
    if step.modify_comment is not False:
        yield ops.AlterColumnOp(
            step.table_name,
            step.column_name,
            schema=step.schema,
            modify_comment=step.modify_comment,
            existing_comment=step.existing_comment,
        )
    if step.modify_type is not None or step.modify_nullable is not None:
        step.modify_comment = False
        yield step


def _described(connection: Connection, step: ops.MigrateOperation) -> Change:
    match step:
        case ops.CreateTableOp():
            table = f"{step.schema}.{step.table_name}"
            return Change("created", f"table {table}", f"table {table} is created, empty")
        case ops.AddColumnOp():
            column = f"{step.schema}.{step.table_name}.{step.column.name}"
            told = f"column {column} is added"
            if not step.column.computed and _has_rows(
                connection, f"{step.schema}.{step.table_name}"
            ):
                told += ", null in the rows that are there: a backfill of their days fills it"
            return Change("created", f"column {column}", told)
        case ops.AlterColumnOp(modify_type=None, modify_nullable=None):
            column = f"{step.schema}.{step.table_name}.{step.column_name}"
            return Change("changed", f"column {column}", f"the comment of {column} is renewed")
        case ops.CreateTableCommentOp():
            table = f"{step.schema}.{step.table_name}"
            return Change("changed", f"table {table}", f"the comment of {table} is renewed")
        case ops.CreateIndexOp():
            index = f"{step.schema}.{step.index_name}"
            return Change("changed", f"index {index}", f"index {index} is made anew")
        case ops.DropColumnOp():
            column = f"{step.schema}.{step.table_name}.{step.column_name}"
            views = views_on(connection, f"{step.schema}.{step.table_name}", step.column_name)
            return _left(step, f"column {column}", "is no longer in the catalogue", views)
        case ops.DropTableOp():
            table = f"{step.schema}.{step.table_name}"
            views = views_on(connection, table)
            return _left(step, f"table {table}", "is no longer in the catalogue", views)
        case ops.AlterColumnOp():
            column = f"{step.schema}.{step.table_name}.{step.column_name}"
            views = views_on(connection, f"{step.schema}.{step.table_name}", step.column_name)
            return _left(step, f"column {column}", "has another type in the catalogue", views)
        case _:
            return _left(step, type(step).__name__, "differs from the catalogue")


def _left(step: ops.MigrateOperation, subject: str, why: str, views: Sequence[str] = ()) -> Change:
    # The next migration makes the views anew.
    before = f"DROP VIEW {', '.join(views)}; " if views else ""
    return Change("left", subject, f"{subject} {why}; if nobody needs it: {before}{_sql(step)}")


def _sql(step: ops.MigrateOperation) -> str:
    written = StringIO()
    offline = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written}
    )
    Operations(offline).invoke(step)
    return " ".join(written.getvalue().split())


def _has_rows(connection: Connection, table: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {table})").scalar())
