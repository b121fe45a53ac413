"""A client or a server that dies in the middle of a day leaves the former rows."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.embedded_postgres.cluster import Cluster
from snu_analytics.errors import WarehouseUnavailable
from snu_analytics.warehouse import address, connect
from snu_analytics.warehouse.replace import replacing
from snu_analytics_tests.fixtures.postgres import SETTINGS
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.warehouse.lines import DAY, event, load_day, stored, until

HALF_A_DAY = """
import sys
from snu_analytics.warehouse import connect
from snu_analytics.warehouse.replace import replacing
from snu_analytics_tests.warehouse.lines import DAY, event

COPY = "COPY analytics.young_event ({}) FROM STDIN"
with connect(sys.argv[1]) as connection, replacing(connection, "young_event", "event_date", DAY):
    columns = event(1).columns
    with connection.cursor().copy(COPY.format(", ".join(columns))) as stream:
        for number in range(2, 1_000):
            stream.write_row(event(number).row(0))
        stream.write(b"half a row")
        print("half", flush=True)
        sys.stdin.read()
"""
LOADERS = (
    "pg_stat_activity WHERE application_name = 'snu_analytics' AND datname = current_database()"
)


def test_a_killed_client_leaves_the_former_rows(warehouse_url):
    load_day(warehouse_url, event(1))
    with subprocess.Popen(
        [sys.executable, "-c", HALF_A_DAY, warehouse_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"half\n"
        until(warehouse_url, "SELECT sum(tuples_processed) > 0 FROM pg_stat_progress_copy")
        client.kill()
    until(warehouse_url, f"SELECT count(*) = 0 FROM {LOADERS}")
    assert stored(warehouse_url) == [("2024-03-01", 1, "inscription_created")]
    load_day(warehouse_url, event(2))
    assert stored(warehouse_url) == [("2024-03-01", 2, "inscription_created")]


@pytest.fixture
def server_to_stop(tmp_path) -> Iterator[Cluster]:
    """A server of the test's own, migrated."""
    server = Cluster(tmp_path / "postgres")
    server.start(SETTINGS)
    migrate(server.url("postgres"), load_catalogue())
    yield server
    server.stop()


def test_a_server_stopped_meanwhile_is_named_and_leaves_the_former_rows(server_to_stop):
    url = server_to_stop.url("postgres")
    load_day(url, event(1))

    def replace_with_the_server_stopped() -> None:
        with connect(url) as connection, replacing(connection, "young_event", "event_date", DAY):
            server_to_stop.stop()
            connection.execute("SELECT 1")

    with pytest.raises(WarehouseUnavailable) as caught:
        replace_with_the_server_stopped()
    assert str(caught.value).startswith(address(url))
    server_to_stop.start(SETTINGS)
    assert stored(url) == [("2024-03-01", 1, "inscription_created")]
