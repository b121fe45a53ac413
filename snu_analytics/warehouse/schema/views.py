"""The views of the questions: made anew where they differ, with their comments.

A view holds no data: it is dropped and created rather than altered, in the migration's own
transaction, and one whose question is gone is dropped.
"""

from collections.abc import Iterable, Iterator

from psycopg import errors, sql
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from snu_analytics.catalogue import View
from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.schema.tables import ANALYTICS, PUBLISHED

# Which question a view was made from stands as the comment of its rule, which no reader of comments
# shows, with a digest of how PostgreSQL keeps the view: one replaced by hand is seen to differ.
_MARK = "snu_analytics"
_RULE = '"_RETURN"'

_STANDING = text(
    f"""
    SELECT n.nspname || '.' || c.relname, coalesce(d.description, ''), md5(r.ev_action::text)
    FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_description d ON d.objoid = r.oid AND d.classoid = 'pg_rewrite'::regclass
    WHERE n.nspname IN ('{ANALYTICS}', '{PUBLISHED}') AND c.relkind = 'v'
    """
)
_READING = text(
    f"""
    SELECT DISTINCT r.ev_class::regclass::text
    FROM pg_depend u JOIN pg_rewrite r ON u.classid = 'pg_rewrite'::regclass AND r.oid = u.objid
    JOIN pg_description d ON d.classoid = 'pg_rewrite'::regclass AND d.objoid = r.oid
    LEFT JOIN pg_attribute a ON a.attrelid = u.refobjid AND a.attnum = u.refobjsubid
    WHERE u.refobjid = to_regclass(:table) AND d.description LIKE '{_MARK} %'
    AND (CAST(:column AS text) IS NULL OR a.attname = :column) ORDER BY 1
    """
)


def ensure_views(connection: Connection, views: Iterable[View]) -> Iterator[Change]:
    """The changes that brought the views to those given; others of the questions are dropped.

    Left are a view that reads what the tables lack, and one on which others' views rest.
    """
    standing = {name: (mark, digest) for name, mark, digest in connection.execute(_STANDING)}
    wanted = {_name(view): view for view in views}
    for name, view in wanted.items():
        subject = f"view {name}"
        if name not in standing:
            change = Change("created", subject, f"{subject} is created: {view.title}")
            yield _changed(connection, name, change, view)
        elif standing[name][0] != _mark(view, standing[name][1]):
            change = Change("changed", subject, f"{subject} is made anew")
            yield _changed(connection, name, change, view)
    for name, (mark, _) in standing.items():
        if mark.startswith(f"{_MARK} ") and name not in wanted:
            sentence = f"view {name} is dropped, its question is gone"
            yield _changed(connection, name, Change("changed", f"view {name}", sentence), None)


def views_on(connection: Connection, table: str, column: str | None = None) -> list[str]:
    """The questions' views, as `schema.name`, that read a table (`schema.name`), or a column of it.

    As long as they stand PostgreSQL neither drops nor alters it.
    """
    return list(connection.execute(_READING, {"table": table, "column": column}).scalars())


def _changed(connection: Connection, name: str, change: Change, view: View | None) -> Change:
    try:
        with connection.begin_nested():
            _run(connection, f"DROP VIEW IF EXISTS {name}")
            if view:
                _create(connection, name, view)
    except DBAPIError as fault:
        if isinstance(fault.orig, errors.DependentObjectsStillExist):
            mend = f"drop it and them by hand, then migrate again: DROP VIEW {name} CASCADE;"
            return Change("left", change.subject, f"other views rest on {name}; {mend}")
        if isinstance(fault.orig, errors.UndefinedColumn | errors.UndefinedTable):
            why = "it reads what is no longer in the catalogue; mend its file"
            return Change("left", change.subject, f"{name} is not made: {why}")
        raise
    return change


def _create(connection: Connection, name: str, view: View) -> None:
    _run(connection, f"CREATE VIEW {name} AS {view.select}")
    _comment(connection, f"VIEW {name}", view.comment)
    for column, comment in view.columns.items():
        _comment(connection, f"COLUMN {name}.{column}", comment)
    (digest,) = [digest for other, _, digest in connection.execute(_STANDING) if other == name]
    _comment(connection, f"RULE {_RULE} ON {name}", _mark(view, digest))


def _name(view: View) -> str:
    return f"{view.schema}.{view.name}"


def _mark(view: View, digest: str) -> str:
    return f"{_MARK} {view.version} {digest}"


def _comment(connection: Connection, on: str, comment: str) -> None:
    _run(connection, f"COMMENT ON {on} IS {sql.Literal(comment).as_string()}")


def _run(connection: Connection, statement: str) -> None:
    # Without parameters a `%` of the SELECT is no placeholder.
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
