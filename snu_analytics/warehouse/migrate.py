"""Brings schemas, tables, comments and rights to what the catalogue says, and lists each change.

What would lose data is never done, but left to a person with its SQL.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any

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
from snu_analytics.warehouse.locks import lock_migration
from snu_analytics.warehouse.rights import ensure_rights
from snu_analytics.warehouse.schema import (
    ANALYTICS,
    PUBLISHED,
    RETIRED_TABLES,
    ensure_dimensions,
    ensure_event_order,
    ensure_names,
    ensure_views,
    published_views,
    views_on,
    warehouse_metadata,
)

# The first with UNIQUE ... NULLS NOT DISTINCT.
_OLDEST_SERVER = 150000


def migrate(url: str, catalogue: Catalogue, views: Sequence[View]) -> list[Change]:
    """The changes done and those left: the warehouse is created or upgraded in one transaction.

    `views` are all that shall stand beside the catalogue's tables. A second run gives only what is
    still left. Two at once follow each other. Raises WarehouseError and WarehouseUnavailable as
    `connect` does.
    """
    return _migrated(url, catalogue, views, keep=True)


def pending_changes(url: str, catalogue: Catalogue, views: Sequence[View]) -> list[Change]:
    """The changes that `migrate` would do and leave: done in a transaction that is rolled back.

    Raises WarehouseUnavailable when a change waits more than 3 seconds for a load to end.
    """
    return _migrated(url, catalogue, views, keep=False)


def _migrated(url: str, catalogue: Catalogue, views: Sequence[View], keep: bool) -> list[Change]:
    with mapped_errors(address(url)), open_connection(url) as driver:
        driver.autocommit = False
        engine = create_engine("postgresql+psycopg://", creator=lambda: driver, poolclass=NullPool)
        with engine.connect() as connection, connection.begin() as whole:
            if not keep:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '3s'")
            _refuse_old_server(connection)
            lock_migration(driver)
            changes = list(_changes(connection, catalogue, views, keep))
            if not keep:
                whole.rollback()
    return changes


def _refuse_old_server(connection: Connection) -> None:
    version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    if int(version) < _OLDEST_SERVER:
        raise WarehouseError(f"PostgreSQL 15 or newer is needed, the server is {version[:2]}")


def _changes(
    connection: Connection, catalogue: Catalogue, views: Sequence[View], keep: bool
) -> Iterator[Change]:
    # What cannot be given before the tables stand is looked at again, and reported, after them.
    yield from (right for right in ensure_rights(connection) if right.kind != "left")
    yield from ensure_names(connection)
    metadata = warehouse_metadata(catalogue)
    yield from ensure_event_order(connection, catalogue, metadata, with_rows=keep)
    yield from _drop_retired(connection)
    yield from _table_changes(connection, metadata)
    yield from ensure_dimensions(connection, metadata)
    yield from ensure_views(connection, [*views, *published_views(PUBLISHED)])
    yield from ensure_rights(connection)


def _drop_retired(connection: Connection) -> Iterator[Change]:
    """Drop what former versions filled; what others' views read is left, as any such table."""
    for table in RETIRED_TABLES:
        if connection.exec_driver_sql(f"SELECT to_regclass('{table}')").scalar() is None:
            continue
        try:
            with connection.begin_nested():
                for view in views_on(connection, table):  # made anew with the other views
                    connection.exec_driver_sql(f"DROP VIEW {view}")
                connection.exec_driver_sql(f"DROP TABLE {table}")
        except DBAPIError:
            sentence = f"table {table} is filled no more: drop others' views on it, then it"
            yield Change("left", f"table {table}", sentence)
        else:
            sentence = (
                f"table {table} of a former version is dropped, and readers' copies of it are "
                "void: published.daily_total and published.breakdown take its place"
            )
            yield Change("changed", f"table {table}", sentence)


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
    operations = Operations(context)
    steps = list(_flat(script.upgrade_ops.ops))
    new_tables = {step.table_name for step in steps if isinstance(step, ops.CreateTableOp)}
    known_indexes = {index.name for table in metadata.tables.values() for index in table.indexes}
    for step in steps:
        if isinstance(step, ops.CreateIndexOp) and step.table_name in new_tables:
            operations.invoke(step)
        elif isinstance(step, ops.DropIndexOp):
            # One of the catalogue's, to be made anew; an administrator's own index stands.
            if step.index_name in known_indexes:
                operations.invoke(step)
        else:
            change = _described(connection, step)
            if change.kind != "left":
                operations.invoke(step)
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
    subject = _subject(step)
    match step:
        case ops.CreateTableOp():
            return Change("created", subject, f"{subject} is created, empty")
        case ops.AddColumnOp():
            sentence = f"{subject} is added"
            if not step.column.computed and _has_rows(connection, _table(step)):
                sentence += ", null in the rows that are there: a backfill of their days fills it"
            return Change("created", subject, sentence)
        case ops.CreateTableCommentOp() | ops.AlterColumnOp(modify_type=None, modify_nullable=None):
            name = subject.partition(" ")[2]
            return Change("changed", subject, f"the comment of {name} is renewed")
        case ops.CreateIndexOp():
            return Change("changed", subject, f"{subject} is made anew")
        case ops.DropTableOp():
            views = views_on(connection, _table(step))
            return _left(step, "is no longer in the catalogue", views)
        case ops.DropColumnOp():
            views = views_on(connection, _table(step), step.column_name)
            return _left(step, "is no longer in the catalogue", views)
        case ops.AlterColumnOp():
            views = views_on(connection, _table(step), step.column_name)
            return _left(step, "has another type in the catalogue", views)
        case _:
            return _left(step, "differs from the catalogue")


def _subject(step: ops.MigrateOperation) -> str:
    match step:
        case ops.AddColumnOp():
            return f"column {_table(step)}.{step.column.name}"
        case ops.DropColumnOp() | ops.AlterColumnOp():
            return f"column {_table(step)}.{step.column_name}"
        case ops.CreateIndexOp():
            return f"index {step.schema}.{step.index_name}"
        case ops.CreateTableOp() | ops.DropTableOp() | ops.CreateTableCommentOp():
            return f"table {_table(step)}"
        case _:
            return type(step).__name__


def _table(step: Any) -> str:
    return f"{step.schema}.{step.table_name}"


def _left(step: ops.MigrateOperation, why: str, views: Sequence[str] = ()) -> Change:
    # The next migration makes the views anew.
    before, subject = f"DROP VIEW {', '.join(views)}; " if views else "", _subject(step)
    return Change("left", subject, f"{subject} {why}; if nobody needs it: {before}{_sql(step)}")


def _sql(step: ops.MigrateOperation) -> str:
    output = StringIO()
    offline = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": output}
    )
    Operations(offline).invoke(step)
    return " ".join(output.getvalue().split())


def _has_rows(connection: Connection, table: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {table})").scalar())
