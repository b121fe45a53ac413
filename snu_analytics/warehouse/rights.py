"""Schemas, group roles and rights: each is checked, and mended where the user may.

PostgreSQL does not pass a group role's settings on to its members: a login made a member of
`snu_reader` needs the same two `ALTER ROLE ... SET` of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from psycopg import errors
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.tables import ANALYTICS, PUBLISHED
from snu_analytics.warehouse.urls import DAGSTER_SCHEMA

_ROLES = {
    "snu_loader": "writes the events and figures",
    "snu_analyst": "reads the pseudonymised events and what is published",
    "snu_reader": "reads what is published, nothing else",
}
_READER_SETTINGS = {"default_transaction_read_only": "on", "statement_timeout": "60s"}
_SCHEMAS = {
    ANALYTICS: "Restricted: pseudonymised events, daily figures, and what was set aside",
    PUBLISHED: "What readers see",
    DAGSTER_SCHEMA: "Runs and events of Dagster",
}
_TABLE_RIGHTS = [
    ("snu_loader", ANALYTICS, ("SELECT", "INSERT", "DELETE")),
    ("snu_analyst", ANALYTICS, ("SELECT",)),
    ("snu_analyst", PUBLISHED, ("SELECT",)),
    ("snu_reader", PUBLISHED, ("SELECT",)),
]

# Another migration in the same cluster may create a role or alter it at the same moment: its commit
# shows as one of these, and the next look finds the work done.
_REFUSALS = (errors.InsufficientPrivilege, errors.UndefinedObject, errors.InvalidSchemaName)
_RACES = (errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_)


@dataclass(frozen=True)
class _Right:
    subject: str
    sentence: str
    holds: str
    statement: str
    kind: Literal["created", "changed"] = "changed"


def ensure_schemas(connection: Connection) -> Iterator[Change]:
    """Roles, schemas and default privileges: what must stand before the tables are made."""
    yield from _ensured(connection, [*_roles(), *_schemas(), *_default_privileges()])


def ensure_table_rights(connection: Connection) -> Iterator[Change]:
    """Rights on the schemas and on the tables that stand in them."""
    yield from _ensured(connection, _table_rights())


def _ensured(connection: Connection, rights: Iterable[_Right]) -> Iterator[Change]:
    for right in rights:
        if change := _ensure(connection, right):
            yield change


def _ensure(connection: Connection, right: _Right) -> Change | None:
    for _ in range(10):
        if _holds(connection, right):
            return None
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(right.statement)
        except DBAPIError as fault:
            if isinstance(fault.orig, _REFUSALS):
                break
            if not isinstance(fault.orig, _RACES):
                raise
        else:
            # A GRANT without the right to grant is but a warning.
            if _holds(connection, right):
                return Change(right.kind, right.subject, right.sentence)
            break
    return Change(
        "left", right.subject, f"an administrator of the server must run: {right.statement};"
    )


def _holds(connection: Connection, right: _Right) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT {right.holds}").scalar())


def _roles() -> Iterator[_Right]:
    for role, told in _ROLES.items():
        yield _Right(
            f"role {role}",
            f"group role {role}: {told}",
            f"EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')",
            f"CREATE ROLE {role} NOLOGIN",
            "created",
        )
    for setting, value in _READER_SETTINGS.items():
        yield _Right(
            "role snu_reader",
            f"{setting} is {value} for snu_reader",
            "EXISTS (SELECT FROM pg_roles WHERE rolname = 'snu_reader' "
            f"AND '{setting}={value}' = ANY(rolconfig))",
            f"ALTER ROLE snu_reader SET {setting} = '{value}'",
        )


def _schemas() -> Iterator[_Right]:
    for schema, told in _SCHEMAS.items():
        yield _Right(
            f"schema {schema}",
            told,
            f"to_regnamespace('{schema}') IS NOT NULL",
            f"CREATE SCHEMA {schema}",
            "created",
        )
        yield _Right(
            f"schema {schema}",
            f"no right for PUBLIC on schema {schema}",
            "NOT EXISTS (SELECT FROM pg_namespace, aclexplode(nspacl) AS acl "
            f"WHERE nspname = '{schema}' AND acl.grantee = 0)",
            f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        )


def _default_privileges() -> Iterator[_Right]:
    for role, schema, privileges in _TABLE_RIGHTS:
        yield _Right(
            f"schema {schema}",
            f"{role} may {_told(privileges)} on tables to come",
            f"""(SELECT count(*) = {len(privileges)}
                FROM pg_default_acl, aclexplode(defaclacl) AS acl
                WHERE defaclnamespace = to_regnamespace('{schema}') AND defaclobjtype = 'r'
                AND defaclrole = current_user::regrole AND acl.grantee = {_oid(role)}
                AND acl.privilege_type IN ({_quoted(privileges)}))""",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} "
            f"GRANT {', '.join(privileges)} ON TABLES TO {role}",
        )


def _table_rights() -> Iterator[_Right]:
    for role, schema, privileges in _TABLE_RIGHTS:
        yield _Right(
            f"schema {schema}",
            f"{role} may enter schema {schema}",
            f"has_schema_privilege({_oid(role)}, to_regnamespace('{schema}')::oid, 'USAGE')",
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        )
        yield _Right(
            f"schema {schema}",
            f"{role} may {_told(privileges)} on its tables",
            f"""{_oid(role)} IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_class, unnest(ARRAY[{_quoted(privileges)}]) AS privilege
                WHERE relnamespace = to_regnamespace('{schema}') AND relkind IN ('r', 'p', 'v')
                AND NOT has_table_privilege({_oid(role)}, pg_class.oid, privilege))""",
            f"GRANT {', '.join(privileges)} ON ALL TABLES IN SCHEMA {schema} TO {role}",
        )


def _oid(role: str) -> str:
    return f"(SELECT oid FROM pg_roles WHERE rolname = '{role}')"


def _told(privileges: tuple[str, ...]) -> str:
    return ", ".join(privileges).lower()


def _quoted(privileges: tuple[str, ...]) -> str:
    return ", ".join(f"'{privilege}'" for privilege in privileges)
