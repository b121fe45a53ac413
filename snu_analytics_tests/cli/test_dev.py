"""`snu-analytics dev`: what it refuses before anything starts, and how it ends."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from snu_analytics.cli.main import main
from snu_analytics_tests.fixtures.postgres import stop_embedded


@pytest.fixture
def home() -> Path:
    return Path(os.environ["SNU_HOME"])


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_busy_port_is_said_before_anything_starts(home, busy_port):
    result = CliRunner().invoke(main, ["dev", "--port", str(busy_port)])
    assert f"127.0.0.1:{busy_port} cannot be served" in " ".join(result.output.split())
    assert result.exit_code == 2
    assert not home.exists()


def test_a_second_one_beside_it_is_refused(home):
    home.mkdir()
    with (home / "dev.lock").open("w") as lock:
        lock.write("process 7 on port 3000\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = CliRunner().invoke(main, ["dev", "--port", str(free_port())])
    assert "runs for" in result.output
    assert "process 7 on port 3000" in " ".join(result.output.split())
    assert result.exit_code == 2
    assert not (home / "postgres").exists()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_it_says_where_things_are_serves_the_pages_and_ends_with_0(home):
    port, database_port = free_port(), free_port()
    ports = ["--port", str(port), "--database-port", str(database_port)]
    page = home / "reports" / "public" / "2024-03-04" / "report.fr.html"
    page.parent.mkdir(parents=True)
    page.touch()
    command = [sys.executable, "-m", "snu_analytics", "dev", *ports]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        printed = ""
        while "to begin again" not in printed:
            printed += (line := process.stdout.readline())
            assert line, printed
        assert f"http://127.0.0.1:{port}" in printed
        assert page.as_uri() in printed
        (address,) = re.findall(r"postgresql://snu_analyst:\S+@127\.0\.0\.1\S+", printed)
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT FROM analytics.young_event").fetchall() == []
        with pytest.raises(psycopg.OperationalError):  # neither without it, nor the owner
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{database_port}/snu")
        assert "stopped; --armed lets them run" in printed
        answered(process, f"http://127.0.0.1:{port}/server_info")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        stop_embedded(home)


def answered(process: subprocess.Popen, address: str) -> None:
    """Wait until something answers there, as long as the process runs."""
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.2)
        else:
            return
