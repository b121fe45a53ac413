"""Roles, schemas, ownership and rights: each is checked, and mended where the user may.

Four roles: `snu_owner` owns the schemas `analytics` and `published` and their tables, `snu_loader`
runs the nights, `snu_analyst` and `snu_reader` read. All can log in; none has a password, so that
under password authentication nobody gets in before an administrator set one. People may as well be
members with logins of their own, but PostgreSQL does not pass a role's settings on to its members:
a member of `snu_reader` or `snu_analyst` needs the same `ALTER ROLE ... SET` of its own.

PUBLIC has no right, not even to connect: a login that is a member of none of the roles, Dagster's
own if it has one, needs a GRANT CONNECT.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from psycopg import errors
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.schema import ANALYTICS, PUBLISHED
from snu_analytics.warehouse.urls import DAGSTER_SCHEMA

_OWNER = "snu_owner"
_ROLES = {
    _OWNER: "owns the tables",
    "snu_loader": "writes the events and figures",
    "snu_analyst": "reads the pseudonymised events and what is published",
    "snu_reader": "reads what is published, nothing else",
}
# A transaction that a reader leaves open holds up every change of the tables it has read.
_READ_ONLY = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "10min",
}
_SETTINGS = {
    "snu_analyst": {**_READ_ONLY, "statement_timeout": "300s"},
    "snu_reader": {**_READ_ONLY, "statement_timeout": "60s"},
}
_SCHEMAS = {
    ANALYTICS: "Restricted: pseudonymised events, daily figures, and what was set aside",
    PUBLISHED: "What readers see",
    DAGSTER_SCHEMA: "Runs and events of Dagster",
}
_OWNED = (ANALYTICS, PUBLISHED)
_SCHEMA_RIGHTS = [
    ("snu_loader", ANALYTICS, ("USAGE",)),
    ("snu_loader", PUBLISHED, ("USAGE",)),
    # Dagster makes its tables itself: they belong to the login it first runs under.
    ("snu_loader", DAGSTER_SCHEMA, ("USAGE", "CREATE")),
    ("snu_analyst", ANALYTICS, ("USAGE",)),
    ("snu_analyst", PUBLISHED, ("USAGE",)),
    ("snu_reader", PUBLISHED, ("USAGE",)),
]
_TABLE_RIGHTS = [
    ("snu_loader", ANALYTICS, ("SELECT", "INSERT", "DELETE")),
    ("snu_loader", PUBLISHED, ("SELECT", "INSERT", "DELETE")),
    ("snu_analyst", ANALYTICS, ("SELECT",)),
    ("snu_analyst", PUBLISHED, ("SELECT",)),
    ("snu_reader", PUBLISHED, ("SELECT",)),
]
_DATABASE_RIGHTS = [*((role, "CONNECT") for role in _ROLES), ("snu_loader", "TEMPORARY")]

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
    yield from _ensured(connection, [*_roles(), _membership(connection), *_schemas()])
    yield from _ensured(connection, _ownership(connection))
    yield from _ensured(connection, _default_privileges(connection))


def ensure_table_rights(connection: Connection) -> Iterator[Change]:
    """Owners of the tables that stand, and the rights on them, their schemas and the database."""
    yield from _ensured(connection, _ownership(connection))
    yield from _ensured(connection, [*_public_rights(), *_schema_rights(), *_table_rights()])
    yield from _ensured(connection, _database_rights(connection))


def _ensured(connection: Connection, rights: Iterable[_Right]) -> Iterator[Change]:
    for right in rights:
        if change := _ensure(connection, right):
            yield change


def _ensure(connection: Connection, right: _Right) -> Change | None:
    for _ in range(10):
        if _true(connection, right.holds):
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
            if _true(connection, right.holds):
                return Change(right.kind, right.subject, right.sentence)
            break
    return Change(
        "left", right.subject, f"an administrator of the server must run: {right.statement};"
    )


def _true(connection: Connection, condition: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT {condition}").scalar())


def _roles() -> Iterator[_Right]:
    for role, told in _ROLES.items():
        yield _Right(
            f"role {role}",
            f"role {role}: {told}",
            f"{_oid(role)} IS NOT NULL",
            f"CREATE ROLE {role} LOGIN",
            "created",
        )
        yield _Right(
            f"role {role}",
            f"{role} may log in",
            f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}' AND NOT rolcanlogin)",
            f"ALTER ROLE {role} LOGIN",
        )
    for role, settings in _SETTINGS.items():
        for setting, value in settings.items():
            yield _Right(
                f"role {role}",
                f"{setting} is {value} for {role}",
                f"EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}' "
                f"AND '{setting}={value}' = ANY(rolconfig))",
                f"ALTER ROLE {role} SET {setting} = '{value}'",
            )


def _membership(connection: Connection) -> _Right:
    """Whoever hands tables to the owner must be a member, and so keeps all rights on them."""
    user = _quoted_name(connection, "current_user")
    return _Right(
        f"role {_OWNER}",
        f"{user} is a member of {_OWNER}",
        _ACTS_AS_OWNER,
        f"GRANT {_OWNER} TO {user}",
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


def _ownership(connection: Connection) -> Iterator[_Right]:
    """Nothing for a user who is no member of the owner: that much is left, and told, before."""
    if not _true(connection, _ACTS_AS_OWNER):
        return
    for schema in _OWNED:
        tables = connection.exec_driver_sql(
            f"SELECT c.oid::regclass::text FROM {_foreign(schema)} ORDER BY 1"
        ).scalars()
        yield _Right(
            f"schema {schema}",
            f"{_OWNER} owns schema {schema} and its tables",
            f"""EXISTS (SELECT FROM pg_namespace
                WHERE nspname = '{schema}' AND nspowner = {_oid(_OWNER)})
                AND NOT EXISTS (SELECT FROM {_foreign(schema)})""",
            "; ".join(
                [
                    f"ALTER SCHEMA {schema} OWNER TO {_OWNER}",
                    *(f"ALTER TABLE {table} OWNER TO {_OWNER}" for table in tables),
                ]
            ),
        )


def _foreign(schema: str) -> str:
    return (
        f"pg_class AS c WHERE c.relnamespace = to_regnamespace('{schema}') "
        f"AND c.relkind IN ('r', 'p', 'v') AND c.relowner <> {_oid(_OWNER)}"
    )


def _default_privileges(connection: Connection) -> Iterator[_Right]:
    makers = {"": "current_user::regrole"}
    if _true(connection, _ACTS_AS_OWNER):
        makers[f"FOR ROLE {_OWNER} "] = _oid(_OWNER)
        # Only without a schema can EXECUTE, which everybody has of any new function, be taken back.
        yield _Right(
            f"role {_OWNER}",
            f"no right for PUBLIC on functions to come of {_OWNER}",
            f"""EXISTS (SELECT FROM pg_default_acl
                WHERE defaclrole = {_oid(_OWNER)} AND defaclnamespace = 0 AND defaclobjtype = 'f'
                AND NOT EXISTS (SELECT FROM aclexplode(defaclacl) AS acl WHERE acl.grantee = 0))""",
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {_OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        )
    for (maker, oid), (role, schema, privileges) in product(makers.items(), _TABLE_RIGHTS):
        # Who may make no tables there, such as the loader, has nothing to prepare for them.
        yield _Right(
            f"schema {schema}",
            f"{role} may {_told(privileges)} on tables to come",
            f"""NOT has_schema_privilege(to_regnamespace('{schema}')::oid, 'CREATE')
                OR (SELECT count(*) = {len(privileges)}
                FROM pg_default_acl, aclexplode(defaclacl) AS acl
                WHERE defaclnamespace = to_regnamespace('{schema}') AND defaclobjtype = 'r'
                AND defaclrole = {oid} AND acl.grantee = {_oid(role)}
                AND acl.privilege_type IN ({_quoted(privileges)}))""",
            f"ALTER DEFAULT PRIVILEGES {maker}IN SCHEMA {schema} "
            f"GRANT {', '.join(privileges)} ON TABLES TO {role}",
        )


def _public_rights() -> Iterator[_Right]:
    yield _Right(
        "schema public",
        "PUBLIC may create nothing in schema public",
        """NOT EXISTS (SELECT FROM pg_namespace, aclexplode(nspacl) AS acl
            WHERE nspname = 'public' AND acl.grantee = 0 AND acl.privilege_type = 'CREATE')""",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    )
    for schema in _OWNED:
        yield _Right(
            f"schema {schema}",
            f"no right for PUBLIC on the tables of schema {schema}",
            f"""NOT EXISTS (SELECT FROM pg_class, aclexplode(relacl) AS acl
                WHERE relnamespace = to_regnamespace('{schema}') AND acl.grantee = 0)""",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC",
        )


def _schema_rights() -> Iterator[_Right]:
    for role, schema, privileges in _SCHEMA_RIGHTS:
        yield _Right(
            f"schema {schema}",
            f"{role} has {_told(privileges)} on schema {schema}",
            " AND ".join(
                f"has_schema_privilege({_oid(role)}, to_regnamespace('{schema}')::oid, '{one}')"
                for one in privileges
            ),
            f"GRANT {', '.join(privileges)} ON SCHEMA {schema} TO {role}",
        )


def _table_rights() -> Iterator[_Right]:
    for role, schema, privileges in _TABLE_RIGHTS:
        yield _Right(
            f"schema {schema}",
            f"{role} may {_told(privileges)} on its tables",
            f"""{_oid(role)} IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_class, unnest(ARRAY[{_quoted(privileges)}]) AS privilege
                WHERE relnamespace = to_regnamespace('{schema}') AND relkind IN ('r', 'p', 'v')
                AND NOT has_table_privilege({_oid(role)}, pg_class.oid, privilege))""",
            f"GRANT {', '.join(privileges)} ON ALL TABLES IN SCHEMA {schema} TO {role}",
        )


def _database_rights(connection: Connection) -> Iterator[_Right]:
    database = _quoted_name(connection, "current_database()")
    for role, privilege in _DATABASE_RIGHTS:
        yield _Right(
            f"database {database}",
            f"{role} may {_told((privilege,))}",
            f"EXISTS (SELECT {_DATABASE_ACL} AND acl.grantee = {_oid(role)} "
            f"AND acl.privilege_type = '{privilege}')",
            f"GRANT {privilege} ON DATABASE {database} TO {role}",
        )
    yield _Right(
        f"database {database}",
        "no right for PUBLIC on the database",
        f"NOT EXISTS (SELECT {_DATABASE_ACL} AND acl.grantee = 0)",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    )


def _quoted_name(connection: Connection, expression: str) -> str:
    return connection.exec_driver_sql(f"SELECT quote_ident({expression})").scalar_one()


def _oid(role: str) -> str:
    return f"(SELECT oid FROM pg_roles WHERE rolname = '{role}')"


def _told(privileges: tuple[str, ...]) -> str:
    return ", ".join(privileges).lower()


def _quoted(privileges: tuple[str, ...]) -> str:
    return ", ".join(f"'{privilege}'" for privilege in privileges)


_ACTS_AS_OWNER = f"pg_has_role(current_user, {_oid(_OWNER)}, 'USAGE')"
_DATABASE_ACL = (
    "FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) AS acl "
    "WHERE datname = current_database()"
)
