"""The embedded server: one PostgreSQL per data folder, shared by the processes that use it.

Each process holds two shared file locks. The last to leave stops the server and waits for it; when
users are killed, a keeper process that waits for the first lock does. So no server outlives its
users, and none is taken from under the others.
"""

import atexit
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from snu_analytics.embedded_postgres import keeper
from snu_analytics.embedded_postgres.cluster import Cluster, server_account, server_environment
from snu_analytics.errors import WarehouseError, WarehouseUnavailable

DATABASE = "snu"

_SETTINGS = {
    "max_connections": "200",
    "timezone": "UTC",
    # With the default of 1 GB of log between checkpoints pages are logged whole again and again:
    # 1.44 instead of 0.95 GB for 200,000 events written twice. The log never takes more.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "shared_buffers": "512MB",
    "maintenance_work_mem": "256MB",
    # Short queries by the thousand: compiling one costs more than running it.
    "jit": "off",
}


# By the socket whoever may enter its folder, as always; by TCP those who read, with a password.
_RULES = f"""\
local all all trust
host {DATABASE} snu_analyst,snu_membership_analyst,snu_reader 127.0.0.1/32 scram-sha-256
"""

# File descriptors of the locks `users` and `leaving` that a process holds, by process and folder: a
# forked child shares its parent's locks and needs its own.
_locks: dict[tuple[int, Path], tuple[int, int]] = {}
# Held, since Python warns of a running process whose Popen is collected.
_keepers: list[subprocess.Popen] = []


def embedded_server(home: Path, tcp_port: int | None = None) -> str:
    """The URL of the server under `home`/postgres, started when it does not run.

    With a `tcp_port` it listens there on 127.0.0.1 too, for roles that have a password and read;
    WarehouseError is raised when it runs already without.

    It stops when the last process that asked for it has ended. As root it runs as the user
    `postgres` or `pgserver`, whom the folders above are opened for passing through. Raises
    WarehouseError with the log's path when it does not start.
    """
    cluster = Cluster(home.expanduser().resolve() / "postgres")
    cluster.prepare()
    _join(cluster)
    with _alone(cluster.folder / "starting.lock"):
        if not cluster.running():
            cluster.start(_SETTINGS | (_listening(cluster, tcp_port) if tcp_port else {}))
            _create_database(cluster)
        elif tcp_port and cluster.port != tcp_port:
            raise WarehouseError(
                f"the embedded PostgreSQL of {home} runs already and does not listen on "
                f"{tcp_port}: end the commands that use it first"
            )
        _ensure_keeper(cluster)
    return cluster.url(DATABASE)


def _listening(cluster: Cluster, port: int) -> dict[str, str]:
    """Settings with which readers come in by TCP, with a password, and nobody else does."""
    rules = cluster.folder / "pg_hba.conf"
    rules.write_text(_RULES, encoding="utf-8")
    if account := server_account():
        os.chown(rules, *account)
    return {"listen_addresses": "127.0.0.1", "port": str(port), "hba_file": str(rules)}


def has_embedded_server(home: Path) -> bool:
    """Whether there is a server's data under `home`/postgres; nothing is made."""
    return Cluster(home.expanduser().resolve() / "postgres").made


def _join(cluster: Cluster) -> None:
    key = (os.getpid(), cluster.folder)
    if key not in _locks:
        users = _locked(cluster.folder / "users.lock", fcntl.LOCK_SH)
        leaving = _locked(cluster.folder / "leaving.lock", fcntl.LOCK_SH)
        _locks[key] = users, leaving
        atexit.register(_leave, cluster, os.getpid())


def _leave(cluster: Cluster, process: int) -> None:
    if process != os.getpid():
        return
    users, leaving = _locks.pop((process, cluster.folder))
    # The keeper waits for `users` alone, so that only another user can be in the way here.
    if _try(leaving):
        cluster.stop()
    os.close(users)
    os.close(leaving)


def _ensure_keeper(cluster: Cluster) -> None:
    mark = os.open(cluster.folder / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    users = os.open(cluster.folder / "users.lock", os.O_RDWR)
    try:
        if _try(mark):
            account = server_account() or (0, 0)
            # The keeper inherits the mark and with it the lock. In a session of its own neither
            # Ctrl-C nor the end of the terminal reaches it.
            process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", keeper.__file__),
                    *map(str, (users, *account)),
                    *cluster.stop_command(),
                ],
                pass_fds=(mark, users),
                cwd=cluster.folder,
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            _keepers.append(process)
    finally:
        os.close(mark)
        os.close(users)


def _create_database(cluster: Cluster) -> None:
    try:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            query = "SELECT FROM pg_database WHERE datname = %s"
            if connection.execute(query, [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.Error as fault:
        raise WarehouseUnavailable(
            f"the embedded PostgreSQL did not answer or refused ({type(fault).__name__}): try again"
        ) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    descriptor = _locked(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(path: Path, kind: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, kind)
    return descriptor


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
