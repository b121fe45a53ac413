"""A client or a server that dies in the middle of a day leaves the former rows."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.embedded_postgres.cluster import Cluster
from snu_analytics.errors import WarehouseUnavailable
from snu_analytics.warehouse import connect, replace_day
from snu_analytics_tests.fixtures.postgres import SETTINGS
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.warehouse.lines import COLUMNS, DAY, event, stored, until

HALF_A_DAY = """
import sys
from snu_analytics.warehouse import connect, replace_day
from snu_analytics_tests.warehouse.lines import COLUMNS, DAY, event

def half():
    yield b"".join(event(number) for number in range(2, 20_000))
    print("half", flush=True)
    sys.stdin.read()

with connect(sys.argv[1]) as connection:
    replace_day(connection, "young_event", "event_date", DAY, COLUMNS, half())
"""
LOADERS = (
    "pg_stat_activity WHERE application_name = 'snu_analytics' AND datname = current_database()"
)


def test_a_killed_client_leaves_the_former_rows(warehouse_url):
    with connect(warehouse_url) as connection:
        replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(1)])
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
    with connect(warehouse_url) as connection:
        replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(2)])
    assert stored(warehouse_url) == [("2024-03-01", 2, "inscription_created")]


@pytest.fixture
def server_to_stop(tmp_path) -> Iterator[Cluster]:
    """A server of the test's own, migrated."""
    server = Cluster(tmp_path / "postgres")
    server.start(SETTINGS)
    migrate(server.url("postgres"), load_catalogue())
    yield server
    server.stop()


def test_a_server_stopped_meanwhile_leaves_the_former_rows(server_to_stop):
    url = server_to_stop.url("postgres")

    def cut_short() -> Iterator[bytes]:
        yield event(2)
        server_to_stop.stop()
        for number in range(3, 20_000):
            yield event(number)

    with connect(url) as connection:
        replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(1)])
    with pytest.raises(WarehouseUnavailable), connect(url) as connection:
        replace_day(connection, "young_event", "event_date", DAY, COLUMNS, cut_short())
    server_to_stop.start(SETTINGS)
    assert stored(url) == [("2024-03-01", 1, "inscription_created")]
