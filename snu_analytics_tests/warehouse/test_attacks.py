"""What readers try beyond reading: each attempt is refused, or holds up nobody."""

import psycopg
import pytest
from psycopg import errors

from snu_analytics.catalogue import load_catalogue
from snu_analytics.warehouse import claimed_key, connect, replace_all
from snu_analytics.warehouse.published import publishing
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.warehouse.lines import NO_EVENTS, event, load, rows
from snu_analytics_tests.warehouse.roles import READERS, as_role, refused

# Each takes the lock of somebody's work, or would if he could.
LOCKS = (
    "INSERT INTO analytics.named_lock VALUES ('young_event [] 2024-03-01')",
    "SELECT FROM published.daily_total FOR UPDATE",
    "LOCK TABLE analytics.named_lock IN ROW EXCLUSIVE MODE",
    "LOCK TABLE analytics.pseudonym_key IN SHARE MODE",
    "LOCK TABLE analytics.named_lock IN SHARE UPDATE EXCLUSIVE MODE",
    "LOCK TABLE published.daily_total IN SHARE MODE",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock(1)",
)
WRITES = (
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'hidden')",
    "SELECT lo_put(1, 0, 'hidden')",
    "SELECT lo_unlink(1)",
    "SELECT pg_logical_emit_message(false, 'hidden', 'hidden')",
    "CREATE TEMPORARY TABLE mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION plpgsql SCHEMA public",
    "CREATE SERVER mine FOREIGN DATA WRAPPER elsewhere",
    "CREATE DATABASE mine",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "ALTER ROLE snu_reader SUPERUSER",
    "ALTER ROLE snu_reader CONNECTION LIMIT -1",
    "ALTER SYSTEM SET shared_buffers = '1GB'",
)
# How many rows an erasure took, in tables that a reader may not read.
COUNTS = (
    "SELECT * FROM pg_stat_user_tables",
    "SELECT n_tup_del FROM pg_stat_all_tables",
    "SELECT n_dead_tup FROM pg_stat_user_tables",
    "SELECT idx_scan FROM pg_stat_user_indexes",
    "SELECT heap_blks_read FROM pg_statio_user_tables",
    "SELECT tup_deleted FROM pg_stat_database",
    "SELECT pg_stat_get_tuples_deleted(oid) FROM pg_class",
    "SELECT pg_total_relation_size(oid) FROM pg_class",
)


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("statement", LOCKS)
def test_a_reader_takes_nobodys_lock(shared_warehouse_url, role, statement):
    refused(as_role(shared_warehouse_url, role), f"BEGIN; {statement}")


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("statement", WRITES)
def test_a_reader_writes_nothing_anywhere(shared_warehouse_url, role, statement):
    refused(
        as_role(shared_warehouse_url, role),
        statement,
        (errors.InsufficientPrivilege, errors.UndefinedObject, errors.DuplicateObject),
    )


@pytest.mark.parametrize("statement", COUNTS)
def test_a_reader_counts_no_rows_of_tables_that_he_may_not_read(shared_warehouse_url, statement):
    refused(as_role(shared_warehouse_url, "snu_reader"), statement)


def test_metabase_still_asks_for_the_live_rows_of_tables(shared_warehouse_url):
    assert rows(
        as_role(shared_warehouse_url, "snu_reader"),
        "SELECT c.relname, stat.n_live_tup FROM pg_class c JOIN pg_namespace n "
        "ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables stat "
        "ON n.nspname = stat.schemaname AND c.relname = stat.relname "
        "WHERE n.nspname = 'published' AND c.relname = 'dim_region'",
    )


# On a managed server nobody may close the functions: then the locks must be of no use.
FORMER_LOCKS = (
    "snu_analytics publication",
    "snu_analytics pseudonym key",
    "snu_analytics migrate",
    "young_event [] 2024-03-01",
    "objective",
    "migrate",
)


@pytest.mark.parametrize("role", READERS)
def test_a_reader_who_locks_all_that_he_may_holds_up_nobody(warehouse_url, role):
    execute(warehouse_url, "GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC")
    with psycopg.connect(as_role(warehouse_url, role)) as reader:
        reader.execute("SET transaction_read_only = off")
        for name in FORMER_LOCKS:
            reader.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        reader.execute("LOCK TABLE published.daily_total IN ACCESS SHARE MODE")
        if role == "snu_analyst":
            for table in ("young_event", "named_lock", "pseudonym_key"):
                reader.execute(f"LOCK TABLE analytics.{table} IN ACCESS SHARE MODE")
        impatient = f"{as_role(warehouse_url, 'snu_loader')}&options=-c%20lock_timeout%3D5s"
        with connect(impatient) as loader, claimed_key(loader, "first"), publishing(loader):
            assert load(loader, event(1)) == 1
            replace_all(loader, "young_event", NO_EVENTS)
        execute(warehouse_url, "REVOKE EXECUTE ON FUNCTION pg_advisory_lock(bigint) FROM PUBLIC")
        assert migrate(warehouse_url, load_catalogue()) == []


def test_what_a_reader_undoes_for_good_is_restored_by_the_next_migration(warehouse_url):
    reader = as_role(warehouse_url, "snu_reader")
    with psycopg.connect(reader, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER ROLE snu_reader SET default_transaction_read_only = off")
    assert [c.sentence for c in migrate(warehouse_url, load_catalogue())] == [
        "default_transaction_read_only is on for snu_reader"
    ]
