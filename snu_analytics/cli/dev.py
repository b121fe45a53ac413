"""`snu-analytics dev`."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import signals_passed_to
from snu_analytics.cli.migrate import print_migration
from snu_analytics.errors import SettingsError
from snu_analytics.settings import EMBEDDED, RUNNING, STOPPED, read_settings
from snu_analytics.warehouse import give_password

_ANALYST = "snu_analyst"

# Seconds: between looks whether Dagster ended, and given to it to end when it is asked to.
_LOOK_EVERY, _GRACE = 0.5, 10


@click.command()
@click.option("--port", default=3000, show_default=True, help="Serve the pages on this port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Serve them on this address.")
@click.option("--armed", is_flag=True, help="Let schedules and sensors run, as in production.")
@click.option(
    "--database-port",
    type=click.IntRange(1024, 65_535),
    help="Let analysts in by this port of 127.0.0.1, with a password: programs in Java cannot use "
    "a socket.",
)
@pass_context
def dev(
    context: CommandContext, port: int, host: str, armed: bool, database_port: int | None
) -> None:
    """Open Dagster's pages and daemon on the same settings as the other commands."""
    _require_free(host, port)
    if database_port:
        _require_free("127.0.0.1", database_port)
        context.database_port = database_port
    with _alone(read_settings().home, port):
        os.environ["SNU_SCHEDULES"] = RUNNING if armed else STOPPED
        context.creates = True
        context.export()
        if context.settings.warehouse_url == EMBEDDED:
            print_migration(context.warehouse_url)
        else:
            context.require_schema()
        _print_places(context, host, port, armed)
        sys.exit(_served(host, port))


def _served(host: str, port: int) -> int:
    """The exit status of Dagster's own processes: 0 when they ended since they were asked to."""
    from snu_analytics.orchestration.runs import WORKSPACE_FILE

    # The code location has one name everywhere, or no daemon finds the code of a queued run.
    named = Path(os.environ["DAGSTER_HOME"]) / WORKSPACE_FILE
    code = ["-w", str(named)] if named.exists() else ["-m", "snu_analytics.definitions"]
    command = [sys.executable, "-m", "dagster", "dev", *code]
    quiet = ["--log-level", "error", "--code-server-log-level", "error"]
    # From its own home: Dagster warns of any other dagster.yaml that it finds where it starts. In
    # a session of its own, so that a signal is for this process to pass on.
    served = subprocess.Popen(
        [*command, *quiet, "-p", str(port), "-h", host],
        cwd=os.environ["DAGSTER_HOME"],
        # Dagster warns of the name of its own command.
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        start_new_session=True,
    )
    asked = threading.Event()

    def end() -> None:
        if not asked.is_set():
            out.print("\nStopping ...")
        # To all of its processes, as a terminal does; again, it kills them.
        os.killpg(served.pid, signal.SIGKILL if asked.is_set() else signal.SIGINT)
        asked.set()

    with signals_passed_to(end):
        while served.poll() is None:
            if asked.wait(_LOOK_EVERY):
                return _ended(served)
    return served.returncode


def _ended(served: subprocess.Popen) -> int:
    """0, when Dagster's processes are gone: by themselves, or killed when they take too long."""
    with suppress(subprocess.TimeoutExpired):
        served.wait(_GRACE)
    with suppress(ProcessLookupError):
        os.killpg(served.pid, signal.SIGKILL)
    served.wait()
    return 0


def _require_free(host: str, port: int) -> None:
    """Raise SettingsError when somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise SettingsError(
                f"{host}:{port} cannot be served ({fault.strerror}): if another `snu-analytics "
                "dev` runs there stop it, or choose another --port"
            ) from None


@contextmanager
def _alone(home: Path, port: int) -> Iterator[None]:
    """Hold the home for this process; raises SettingsError when another `dev` has it.

    Two daemons of one instance write each other's faults into both terminals, without an end.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "dev.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise SettingsError(
                f"`snu-analytics dev` runs for {home} already, {lock.read().strip()}: stop it, or "
                "set SNU_HOME to another folder"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on port {port}\n")
        lock.flush()
        yield


def _analysts_address(context: CommandContext) -> str:
    """How an analyst comes to the tables: by TCP with a new password where that was asked for."""
    if not context.database_port:
        return context.warehouse_url.replace("//postgres@", f"//{_ANALYST}@")
    password = give_password(context.warehouse, _ANALYST)
    return f"postgresql://{_ANALYST}:{password}@127.0.0.1:{context.database_port}/snu"


def _last_page(folder: Path) -> list[str]:
    """The address of the page of the last public report; empty when none was written."""
    return [page.as_uri() for page in sorted(folder.glob("????-??-??/report.*.html"))[-1:]]


def _print_places(context: CommandContext, host: str, port: int, armed: bool) -> None:
    """Print where the pages and the database are, and how this is stopped and reset."""
    home = context.settings.home
    lines = [("Dagster's pages", f"http://{host}:{port}")]
    if context.settings.warehouse_url == EMBEDDED:
        lines += [
            ("PostgreSQL", f"{context.warehouse_url} (as long as this runs)"),
            ("as an analyst", _analysts_address(context)),
        ]
    lines += [("the report", page) for page in _last_page(context.settings.reports / "public")]
    lines += [
        (
            "schedules and sensors",
            "running" if armed else "stopped; --armed lets them run, or start one on its page",
        ),
        ("to stop", "Ctrl-C"),
        ("to begin again", f"delete {home} after stopping; everything lies there"),
    ]
    for name, text in lines:
        out.print(f"[bold]{name:<22}[/] {text}", highlight=False, soft_wrap=True)
