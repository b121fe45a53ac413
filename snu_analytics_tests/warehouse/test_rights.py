from collections.abc import Iterator

import pytest
from psycopg import errors

from snu_analytics.catalogue import load_catalogue
from snu_analytics.warehouse import claim_key, connect, migrate, replace_day
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.warehouse.lines import COLUMNS, DAY, event, rows, stored


@pytest.fixture
def login(warehouse_url) -> Iterator[dict[str, str]]:
    """The urls of three people, each a member of one group role."""
    groups = ("snu_loader", "snu_analyst", "snu_reader")
    for group in groups:
        execute(warehouse_url, f"CREATE ROLE a_{group} LOGIN IN ROLE {group}")
    yield {g: warehouse_url.replace("//postgres@", f"//a_{g}@") for g in groups}
    for group in groups:
        execute(warehouse_url, f"DROP ROLE a_{group}")


def test_the_loader_replaces_days(login, warehouse_url):
    with connect(login["snu_loader"]) as connection:
        claim_key(connection, "first")
        assert replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(1)]) == 1
        assert replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(2)]) == 1
    assert stored(warehouse_url) == [("2024-03-01", 2, "inscription_created")]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE analytics.young_event",
        "TRUNCATE analytics.young_event",
        "CREATE TABLE analytics.mine (a int)",
        "CREATE TABLE published.mine (a int)",
        "UPDATE analytics.young_event SET age = 1",
        "CREATE TABLE dagster.mine (a int)",
    ],
)
def test_the_loader_does_nothing_else(login, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        execute(login["snu_loader"], statement)


def test_the_analyst_reads_events_and_writes_none(login):
    assert rows(login["snu_analyst"], "SELECT * FROM analytics.young_event") == []
    with pytest.raises(errors.InsufficientPrivilege):
        rows(login["snu_analyst"], "DELETE FROM analytics.young_event RETURNING 1")


def test_the_reader_reads_what_is_published(login, warehouse_url):
    execute(warehouse_url, "CREATE VIEW published.one AS SELECT 1 AS value")
    assert rows(login["snu_reader"], "SELECT value FROM published.one") == [(1,)]


def test_the_reader_does_not_see_the_events(login):
    with pytest.raises(errors.InsufficientPrivilege):
        rows(login["snu_reader"], "SELECT * FROM analytics.young_event")


def test_the_reader_is_read_only_and_limited_in_time(warehouse_url):
    assert rows(
        warehouse_url, "SELECT rolcanlogin, rolconfig FROM pg_roles WHERE rolname = 'snu_reader'"
    ) == [(False, ["default_transaction_read_only=on", "statement_timeout=60s"])]


def test_nobody_else_enters_the_schemas(warehouse_url):
    assert (
        rows(
            warehouse_url,
            "SELECT nspname::text FROM pg_namespace, aclexplode(nspacl) AS acl "
            "WHERE nspname IN ('analytics', 'published', 'dagster') AND acl.grantee = 0",
        )
        == []
    )


def test_a_right_lent_to_everyone_is_taken_back(warehouse_url):
    execute(warehouse_url, "GRANT USAGE ON SCHEMA analytics TO PUBLIC")
    assert [c.sentence for c in migrate(warehouse_url, load_catalogue())] == [
        "no right for PUBLIC on schema analytics"
    ]


@pytest.fixture
def owner_url(empty_database_url) -> Iterator[str]:
    """The url of a database whose owner may not create roles."""
    (name,) = rows(empty_database_url, "SELECT current_database()")[0]
    execute(empty_database_url, "CREATE ROLE modest LOGIN")
    execute(empty_database_url, f"ALTER DATABASE {name} OWNER TO modest")
    yield empty_database_url.replace("//postgres@", "//modest@")
    execute(empty_database_url, "DROP OWNED BY modest CASCADE")
    execute(empty_database_url, f"ALTER DATABASE {name} OWNER TO postgres")
    execute(empty_database_url, "DROP ROLE modest")


def test_roles_an_owner_may_not_make_are_left_to_an_administrator(owner_url, no_roles):
    changes = migrate(owner_url, load_catalogue())
    assert (
        "left",
        "role snu_reader",
        "an administrator of the server must run: CREATE ROLE snu_reader NOLOGIN;",
    ) in [(c.kind, c.subject, c.sentence) for c in changes]
    assert rows(owner_url, "SELECT * FROM analytics.young_event") == []


@pytest.fixture
def no_roles(postgres_server) -> Iterator[None]:
    """The group roles under other names for the time of the test."""
    url, groups = postgres_server.url("postgres"), ("snu_loader", "snu_analyst", "snu_reader")
    known = [role for (role,) in rows(url, "SELECT rolname FROM pg_roles")]
    for group in set(groups) & set(known):
        execute(url, f"ALTER ROLE {group} RENAME TO {group}_away")
    yield
    for group in set(groups) & set(known):
        execute(url, f"ALTER ROLE {group}_away RENAME TO {group}")


def test_an_owner_without_roles_to_make_grants_to_those_that_stand(migrated_template, owner_url):
    changes = migrate(owner_url, load_catalogue())
    assert [c for c in changes if c.kind == "left"] == []
    assert migrate(owner_url, load_catalogue()) == []
