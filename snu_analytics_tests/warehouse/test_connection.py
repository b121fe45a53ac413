import psycopg
import pytest

from snu_analytics.errors import WarehouseError, WarehouseUnavailable
from snu_analytics.warehouse import address, connect
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics_tests.fixtures.postgres import execute

NOBODY = "postgresql://someone:opensesame@127.0.0.1:1/snu"


def fault(url: str, statement: str = "SELECT 1") -> WarehouseError:
    """The fault of a connection and a statement on it."""
    with pytest.raises(WarehouseError) as caught, connect(url) as connection:
        connection.execute(statement)
    return caught.value


def test_a_connection_is_in_autocommit_and_says_who_it_is(warehouse_url):
    with connect(warehouse_url) as connection:
        assert connection.autocommit
        (row,) = connection.execute("SHOW application_name").fetchall()
    assert row == ("snu_analytics",)
    assert connection.closed


def test_the_address_may_choose_other_settings(warehouse_url):
    with connect(f"{warehouse_url}&application_name=report") as connection:
        assert connection.execute("SHOW application_name").fetchone() == ("report",)


def test_a_server_that_is_not_there_is_unavailable():
    refused = fault(NOBODY)
    assert isinstance(refused, WarehouseUnavailable)
    assert str(refused) == (
        "PostgreSQL at 127.0.0.1:1, database snu cannot be reached: "
        "is the server running, and does it listen there?"
    )


def test_a_host_that_has_no_address_is_unavailable():
    assert isinstance(fault("postgresql://nowhere.invalid/snu"), WarehouseUnavailable)


def test_a_wrong_password_is_not_worth_another_try(guarded_url):
    refused = fault(guarded_url.replace("opensesame", "wrongword"))
    assert not isinstance(refused, WarehouseUnavailable)
    assert "the user or the password is refused: mend SNU_WAREHOUSE_URL" in str(refused)
    assert "wrongword" not in str(refused)
    with connect(guarded_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_unknown_user_is_refused(warehouse_url):
    refused = fault(warehouse_url.replace("//postgres@", "//stranger@"))
    assert not isinstance(refused, WarehouseUnavailable)
    assert "the user or the password is refused" in str(refused)


def test_a_lacking_database_is_named(postgres_server):
    refused = fault(postgres_server.url("elsewhere"))
    assert not isinstance(refused, WarehouseUnavailable)
    assert "database elsewhere: the database is lacking: create it" in str(refused)


def test_a_lacking_table_asks_for_a_migration(empty_database_url):
    execute(empty_database_url, "CREATE SCHEMA analytics")
    message = str(fault(empty_database_url, "SELECT * FROM analytics.young_event"))
    assert "run `snu-analytics migrate`" in message
    assert 'relation "analytics.young_event" does not exist' in message


def test_a_lacking_column_asks_for_a_migration(warehouse_url):
    assert "a column is lacking: run `snu-analytics migrate`" in str(
        fault(warehouse_url, "SELECT shoe_size FROM analytics.young_event")
    )


def test_a_lacking_right_names_the_role_to_grant(warehouse_url):
    as_reader = f"{warehouse_url}&options=-c%20role%3Dsnu_reader"
    message = str(fault(as_reader, "SELECT * FROM analytics.young_event"))
    assert "a right is lacking: grant the user the role snu_loader" in message
    assert "permission denied for schema analytics" in message


def test_a_connection_cut_by_the_server_is_unavailable(warehouse_url):
    cut = "SELECT pg_terminate_backend(pg_backend_pid(), 10000)"
    assert isinstance(fault(warehouse_url, cut), WarehouseUnavailable)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:opensesame@host:port/snu",
        "postgresql://someone:open@sesame@host/snu",
        "postgresql://someone:open/sesame@host/snu",
        "opensesame",
    ],
)
def test_a_malformed_address_is_refused_without_it(url):
    message = str(fault(url))
    assert "SNU_WAREHOUSE_URL is not an address of PostgreSQL" in message
    assert "sesame" not in message


def test_an_address_for_people_has_neither_user_nor_password():
    assert address(NOBODY) == "PostgreSQL at 127.0.0.1:1, database snu"


def test_faults_that_are_not_of_the_database_pass_as_they_are():
    with pytest.raises(ZeroDivisionError), mapped_errors():
        raise ZeroDivisionError


def test_a_full_disk_is_named():
    with pytest.raises(WarehouseError, match="the disk is full") as caught, mapped_errors():
        raise psycopg.errors.DiskFull
    assert not isinstance(caught.value, WarehouseUnavailable)
