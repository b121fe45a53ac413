import os
import select
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from snu_analytics.embedded_postgres.cluster import Cluster
from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.postgres import stop_embedded

USER = """
import sys
from pathlib import Path
from snu_analytics.embedded_postgres import embedded_server
print(embedded_server(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@contextmanager
def user(home: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """A process that uses the server of the folder until the end of the block; the address."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().decode().strip()


def postmaster(home: Path) -> psutil.Process:
    """The server's process."""
    return psutil.Process(Cluster(home.resolve() / "postgres").pid())


def alive(process: psutil.Process) -> bool:
    """Whether it runs; where no init collects the dead it may stay a zombie."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ended(process: psutil.Process) -> None:
    """Wait for it to end; on Linux a zombie has."""
    if sys.platform != "linux":
        process.wait(30)
        return
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(process.pid)
        assert select.select([handle], [], [], 30)[0]
        os.close(handle)


def works(url: str) -> bool:
    with connect(url) as connection:
        return connection.execute("SELECT current_database()").fetchone() == ("snu",)


def test_processes_share_a_server_that_ends_with_the_last(tmp_path):
    with user(tmp_path) as (_, first_url):
        server = postmaster(tmp_path)
        with user(tmp_path) as (_, second_url):
            assert first_url == second_url
            assert postmaster(tmp_path) == server
            assert works(second_url)
        assert works(first_url)
    assert not alive(server)


def test_users_killed_are_outlived_by_the_others_only(tmp_path):
    with user(tmp_path) as (last, url):
        server = postmaster(tmp_path)
        with user(tmp_path) as (first, _):
            first.kill()
        assert works(url)
        last.kill()
    ended(server)


def test_what_was_written_is_there_the_next_time(tmp_path):
    with user(tmp_path) as (_, url), connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    with user(tmp_path) as (_, url), connect(url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (1,)


def test_a_server_that_crashed_comes_up_again(tmp_path):
    with user(tmp_path):
        server = postmaster(tmp_path)
        server.kill()
        ended(server)
        with user(tmp_path) as (_, url):
            assert works(url)


def test_it_can_be_stopped_by_anyone(tmp_path):
    with user(tmp_path):
        server = postmaster(tmp_path)
        stop_embedded(tmp_path)
        assert not alive(server)
    stop_embedded(tmp_path)


def test_neither_the_server_nor_its_keeper_has_our_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("SNU_PSEUDONYM_KEY", "secret")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with user(tmp_path) as (process, url), connect(url) as connection:
        connection.execute("CREATE TABLE variable (line text)")
        connection.execute("COPY variable FROM PROGRAM 'env'")
        lines = [line for (line,) in connection.execute("SELECT line FROM variable")]
        (keeper,) = psutil.Process(process.pid).children()
        lines += [f"{name}={value}" for name, value in keeper.environ().items()]
    assert any(line.startswith("PATH=") for line in lines)
    assert not [line for line in lines if line.startswith(("SNU_", "DAGSTER_"))]


def test_nobody_else_enters_the_folder(tmp_path):
    with user(tmp_path):
        for folder in ("postgres", "postgres/data"):
            assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_a_folder_too_deep_for_a_socket_works(tmp_path):
    home = tmp_path / ("deep" * 30)
    with user(home) as (_, url):
        assert works(url)
        assert len(os.fsencode(str(home))) > 107


def test_a_server_that_does_not_start_names_its_log(tmp_path):
    server = Cluster(tmp_path / "postgres")
    with pytest.raises(WarehouseError) as caught:
        server.start({"shared_buffers": "nonsense"})
    assert str(caught.value).endswith(f"see {tmp_path}/postgres/log")
