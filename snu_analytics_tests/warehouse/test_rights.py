"""Real logins under each role: what it may do, and what it is refused."""

import dataclasses
import uuid
from collections.abc import Iterable, Iterator

import psycopg
import pytest
from dagster_postgres import PostgresRunStorage
from psycopg import errors

from snu_analytics.catalogue import Column, load_catalogue
from snu_analytics.warehouse import Change, claimed_key, connect, dagster_url
from snu_analytics_tests.fixtures.histories import add, patch
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate, pending_changes
from snu_analytics_tests.warehouse.lines import event, load, rows, stored
from snu_analytics_tests.warehouse.roles import ROLES, as_role, refused

CATALOGUE = load_catalogue()


@pytest.fixture
def login(warehouse_url) -> dict[str, str]:
    """The urls under which each role logs in itself."""
    return {role: as_role(warehouse_url, role) for role in ROLES}


@pytest.fixture(scope="module")
def tried(shared_warehouse_url) -> dict[str, str]:
    """The same, of a database in which nothing that is tried may succeed."""
    execute(shared_warehouse_url, "CREATE VIEW published.one AS SELECT 1 AS value")
    execute(shared_warehouse_url, "CREATE TABLE dagster.runs (a int)")
    return {role: as_role(shared_warehouse_url, role) for role in ROLES}


@pytest.fixture
def member(warehouse_url) -> Iterator[str]:
    """The url of a person's login that is a member of snu_loader."""
    yield from _person(warehouse_url, "IN ROLE snu_loader")


@pytest.fixture
def stranger(shared_warehouse_url) -> Iterator[str]:
    """The url of a login that is a member of nothing."""
    yield from _person(shared_warehouse_url, "")


def _person(url: str, roles: str) -> Iterator[str]:
    name = f"person_{uuid.uuid4().hex[:8]}"
    execute(url, f"CREATE ROLE {name} LOGIN {roles}")
    yield as_role(url, name)
    execute(url, f"DROP OWNED BY {name}")
    execute(url, f"DROP ROLE {name}")


def user(url: str) -> str:
    return url.split("/")[2].rstrip("@")


def database(url: str) -> str:
    return url.split("/")[3].partition("?")[0]


def test_the_loader_replaces_days(login, warehouse_url):
    with connect(login["snu_loader"]) as connection, claimed_key(connection, "first"):
        assert load(connection, event(1)) == 1
        assert load(connection, event(2)) == 1
    assert stored(warehouse_url) == [("2024-03-01", 2, "inscription_created")]


def test_a_member_of_the_loader_runs_the_steps_of_a_day(member, world):
    world.hold(young_patches=[patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))])
    dataclasses.replace(world, url=member).load("2024-03-01")
    assert world.rows("SELECT event_date::text, event_name FROM analytics.young_event") == [
        ("2024-03-01", "inscription_created")
    ]


def test_a_member_of_the_loader_keeps_dagsters_storage(member):
    storage = PostgresRunStorage(dagster_url(member), should_autocreate_tables=True)
    assert storage.get_runs_count() == 0
    storage.dispose()


def test_a_member_of_the_loader_finds_no_change_pending_that_is_its_own_to_make(member):
    assert {c.kind for c in pending_changes(member, CATALOGUE)} <= {"left"}


def test_the_loader_publishes_and_may_use_temporary_tables(login, warehouse_url):
    execute(warehouse_url, "CREATE TABLE published.two (a int)")
    execute(login["snu_loader"], "INSERT INTO published.two VALUES (1)")
    execute(login["snu_loader"], "DELETE FROM published.two WHERE a = 1")
    execute(login["snu_loader"], "CREATE TEMPORARY TABLE mine (a int)")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE analytics.young_event SET age = 1",
        "TRUNCATE analytics.young_event",
        "DROP TABLE analytics.young_event",
        "ALTER TABLE analytics.young_event DROP COLUMN age",
        "CREATE TABLE analytics.mine (a int)",
        "CREATE TABLE published.mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "CREATE SCHEMA mine",
        "DROP VIEW published.one",
        "SET ROLE snu_owner",
        "COPY analytics.young_event TO PROGRAM 'cat'",
    ],
)
def test_the_loader_does_nothing_else(tried, statement):
    refused(tried["snu_loader"], statement)


def test_the_analyst_reads_events_and_what_is_published(tried):
    assert rows(tried["snu_analyst"], "SELECT * FROM analytics.young_event") == []
    assert rows(tried["snu_analyst"], "SELECT value FROM published.one") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO analytics.day_load VALUES ('young_event', '2024-03-01', 1)",
        "DELETE FROM analytics.young_event",
        "UPDATE analytics.young_event SET age = 1",
        "CREATE TABLE analytics.mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "SELECT * FROM dagster.runs",
        "SET ROLE snu_loader",
    ],
)
def test_the_analyst_writes_nothing_also_when_no_longer_read_only(tried, statement):
    refused(tried["snu_analyst"], statement)


def test_the_reader_reads_what_is_published(tried):
    assert rows(tried["snu_reader"], "SELECT value FROM published.one") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM analytics.young_event",
        "SELECT count(*) FROM analytics.daily_figure",
        "SELECT * FROM analytics.pseudonym_key",
        "SELECT * FROM dagster.runs",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "COPY published.one TO '/tmp/one'",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE TABLE published.mine (a int)",
        "CREATE FUNCTION published.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE snu_analyst",
        "SET SESSION AUTHORIZATION snu_owner",
    ],
)
def test_the_reader_does_nothing_else(tried, statement):
    refused(tried["snu_reader"], statement)


@pytest.mark.parametrize(("role", "limit"), [("snu_reader", "1min"), ("snu_analyst", "5min")])
def test_who_reads_is_read_only_and_limited_in_time(tried, role, limit):
    with psycopg.connect(tried[role]) as connection:
        settings = [
            (connection.execute(f"SHOW {setting}").fetchone() or ("",))[0]
            for setting in (
                "transaction_read_only",
                "statement_timeout",
                "idle_in_transaction_session_timeout",
            )
        ]
        with pytest.raises(errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TEMPORARY TABLE mine (a int)")
    assert settings == ["on", limit, "10min"]


def test_a_login_without_a_role_cannot_connect(stranger):
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stranger)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM analytics.young_event",
        "SELECT * FROM published.one",
        "SELECT * FROM dagster.runs",
        "CREATE TABLE public.mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
    ],
)
def test_nor_does_it_see_anything_when_it_is_let_in(
    tried, shared_warehouse_url, stranger, statement
):
    execute(
        shared_warehouse_url,
        f"GRANT CONNECT ON DATABASE {database(stranger)} TO {user(stranger)}",
    )
    refused(stranger, statement)


def test_the_owner_owns_the_schemas_and_their_tables(shared_warehouse_url):
    assert rows(
        shared_warehouse_url,
        "SELECT DISTINCT relowner::regrole::text, nspowner::regrole::text "
        "FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname IN ('analytics', 'published') AND relkind = 'r'",
    ) == [("snu_owner", "snu_owner")]


def test_the_owner_migrates_what_stands(login):
    assert migrate(login["snu_owner"], CATALOGUE) == []
    young = CATALOGUE.entities["young"]
    more = young.model_copy(update={"columns": {**young.columns, "jdc": Column(field="jdc")}})
    wider = dataclasses.replace(CATALOGUE, entities={**CATALOGUE.entities, "young": more})
    assert [c.subject for c in migrate(login["snu_owner"], wider)] == [
        "column analytics.young_event.jdc"
    ]


def test_what_the_owner_makes_is_read_by_the_roles_and_run_by_nobody_else(login):
    execute(login["snu_owner"], "CREATE TABLE published.two AS SELECT 2 AS value")
    execute(
        login["snu_owner"],
        "CREATE FUNCTION published.three() RETURNS int LANGUAGE sql AS 'SELECT 3'",
    )
    assert rows(login["snu_reader"], "SELECT value FROM published.two") == [(2,)]
    refused(login["snu_reader"], "SELECT published.three()")


def test_nobody_may_grant_what_was_granted(shared_warehouse_url):
    assert (
        rows(
            shared_warehouse_url,
            "SELECT acl.grantee::regrole::text, acl.privilege_type FROM "
            "(SELECT relacl, relowner FROM pg_class UNION ALL SELECT nspacl, nspowner "
            "FROM pg_namespace UNION ALL SELECT datacl, datdba FROM pg_database) AS held (acls, o),"
            " aclexplode(acls) AS acl WHERE acl.is_grantable AND acl.grantee <> o",
        )
        == []
    )


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "GRANT USAGE ON SCHEMA analytics TO PUBLIC",
            "no right for PUBLIC on schema analytics",
        ),
        (
            "GRANT SELECT ON analytics.young_event TO PUBLIC",
            "no right for PUBLIC on the tables of schema analytics",
        ),
        (
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
            "PUBLIC may create nothing in schema public",
        ),
        (
            "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', "
            "current_database()); END $$",
            "no right for PUBLIC on the database",
        ),
        (
            "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC",
            "no right for PUBLIC on functions that write large objects or the log",
        ),
        ("ALTER ROLE snu_reader CONNECTION LIMIT -1", "snu_reader may hold 30 connections"),
        (
            "ALTER TABLE analytics.day_load OWNER TO postgres",
            "snu_owner owns schema analytics and its tables",
        ),
    ],
)
def test_a_right_lent_to_everyone_or_a_table_lost_is_taken_back(warehouse_url, statement, sentence):
    execute(warehouse_url, statement)
    assert [c.sentence for c in migrate(warehouse_url, CATALOGUE)] == [sentence]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_group_roles_of_a_former_migration_learn_to_log_in(no_roles, empty_database_url):
    for role in ROLES:
        execute(empty_database_url, f"CREATE ROLE {role} NOLOGIN")
    sentences = {c.sentence for c in migrate(empty_database_url, CATALOGUE)}
    assert {f"{role} may log in" for role in ROLES} <= sentences
    assert migrate(empty_database_url, CATALOGUE) == []


@pytest.fixture
def no_roles(postgres_server, migrated_template) -> Iterator[None]:
    """The roles under other names for the time of the test; ask for it before any database."""
    url = postgres_server.url("postgres")
    for role in ROLES:
        execute(url, f"ALTER ROLE {role} RENAME TO {role}_away")
    yield
    for role in ROLES:
        execute(url, f"DROP ROLE IF EXISTS {role}")
        execute(url, f"ALTER ROLE {role}_away RENAME TO {role}")


@pytest.fixture
def owner_url(empty_database_url) -> Iterator[str]:
    """The url of a database whose owner may not create roles."""
    name = f"modest_{uuid.uuid4().hex[:8]}"
    execute(empty_database_url, f"CREATE ROLE {name} LOGIN")
    execute(empty_database_url, f"ALTER DATABASE {database(empty_database_url)} OWNER TO {name}")
    yield as_role(empty_database_url, name)
    execute(empty_database_url, f"DROP OWNED BY {name} CASCADE")
    execute(empty_database_url, f"ALTER DATABASE {database(empty_database_url)} OWNER TO postgres")
    execute(empty_database_url, f"DROP ROLE {name}")


def left(url: str) -> list[str]:
    """What a migration leaves, but for the functions that only a superuser closes."""
    return beside_functions(c for c in migrate(url, CATALOGUE) if c.kind == "left")


def beside_functions(changes: Iterable[Change]) -> list[str]:
    return [c.sentence for c in changes if not c.subject.startswith("functions ")]


def test_roles_an_owner_may_not_make_are_left_to_an_administrator(no_roles, owner_url):
    assert "an administrator of the server must run: CREATE ROLE snu_reader LOGIN;" in left(
        owner_url
    )
    assert rows(owner_url, "SELECT * FROM analytics.young_event") == []


def test_an_owner_without_roles_to_make_grants_to_those_that_stand(migrated_template, owner_url):
    missing = f"an administrator of the server must run: GRANT snu_owner TO {user(owner_url)};"
    assert left(owner_url) == [missing]
    assert beside_functions(pending_changes(owner_url, CATALOGUE)) == [missing]
    assert beside_functions(migrate(owner_url, CATALOGUE)) == [missing]


def test_a_member_of_the_owner_hands_the_tables_over_and_keeps_its_rights(
    migrated_template, owner_url, postgres_server
):
    migrate(owner_url, CATALOGUE)
    execute(postgres_server.url("postgres"), f"GRANT snu_owner TO {user(owner_url)}")
    assert "snu_owner owns schema analytics and its tables" in [
        c.sentence for c in migrate(owner_url, CATALOGUE)
    ]
    assert beside_functions(migrate(owner_url, CATALOGUE)) == []
    assert rows(owner_url, "SELECT * FROM analytics.young_event") == []


def test_a_first_migration_of_who_may_make_roles_leaves_nothing(
    no_roles, owner_url, postgres_server
):
    execute(postgres_server.url("postgres"), f"ALTER ROLE {user(owner_url)} CREATEROLE")
    assert left(owner_url) == []
    assert beside_functions(migrate(owner_url, CATALOGUE)) == []


def test_functions_that_only_a_superuser_closes_are_left_and_stop_nothing(
    migrated_template, owner_url
):
    lines = [c for c in migrate(owner_url, CATALOGUE) if c.subject == "functions of advisory locks"]
    assert [c.kind for c in lines] == ["left"]
    statement = lines[0].sentence.removeprefix("an administrator of the server must run: ")
    execute(owner_url.replace(f"//{user(owner_url)}@", "//postgres@"), statement)
    assert "functions of advisory locks" not in {c.subject for c in migrate(owner_url, CATALOGUE)}
