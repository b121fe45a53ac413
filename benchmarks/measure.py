"""Times of a command, and the memory of all its processes but PostgreSQL's."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

_INTERVAL_SECONDS = 0.25


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time, and the greatest sum of anonymous memory, in bytes.

    A page that several processes share since their fork counts once; pages of mapped files, such as
    an index or a library, which the system takes back at will, do not count.
    """

    seconds: float
    peak: int


def run(command: Sequence[str], env: dict[str, str], output: Path | None = None) -> Cost:
    """Run a command to its end, its output added to a file; CalledProcessError if it fails."""
    began = time.monotonic()
    stream = output.open("ab") if output else None
    process = subprocess.Popen(
        command, env=env, stdout=stream or subprocess.DEVNULL, stderr=stream or None
    )
    watched = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _memory(watched))
        with suppress(subprocess.TimeoutExpired):
            process.wait(_INTERVAL_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(time.monotonic() - began, peak)


def _memory(process: psutil.Process) -> int:
    total = 0
    with suppress(psutil.Error):
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                if not member.name().startswith("postgres"):
                    total += _anonymous(member.pid)
    return total


def _anonymous(process_id: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
            name, _, size = line.partition(":")
            if name == "Pss_Anon":
                return int(size.split()[0]) * 1024
    return 0


class Stopwatch:
    """The seconds since it was made: on the wall, and of processors.

    These are of this process, of what it started and has ended, and of the server at the url.
    """

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            server = psutil.Process(connection.info.backend_pid).parent()
        assert server
        self._server = server
        self._began = time.monotonic(), self._processor()

    def __call__(self) -> tuple[float, float]:
        return time.monotonic() - self._began[0], self._processor() - self._began[1]

    def _processor(self) -> float:
        """Of servers' processes those that have ended, and those that stand."""
        times = [process.cpu_times() for process in (psutil.Process(), self._server)]
        standing = 0.0
        for child in self._server.children():
            with suppress(psutil.Error):
                standing += sum(child.cpu_times()[:2])
        return sum(sum(each[:4]) for each in times) + standing
