"""How a command ends: 0 done, 1 some of it failed, 2 wrong use or set-up."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

import psutil

from snu_analytics.cli.console import err, out
from snu_analytics.errors import SnuError

SOME_FAILED = 1
WRONG_USE = 2
_T = TypeVar("_T")

_TRACKER = "from multiprocessing.resource_tracker"

_ENDING = (signal.SIGINT, signal.SIGTERM)
_DONE = signal.SIGUSR1  # from the thread that works to the one that waits

_SIGNALLED = 128
_INTERRUPTED = _SIGNALLED + signal.SIGINT

_receivers: list[Callable[[], object]] = []

_STOPPED = "stopped: what was done stands, run the command again for the rest"


@contextmanager
def exit_on_error() -> Iterator[None]:
    """End the process with one sentence and status 2 on a SnuError, with 130 on Ctrl-C."""
    try:
        yield
    except SnuError as fault:
        err.print(f"[bold red]{fault}[/]", highlight=False)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        err.print(_STOPPED)
        sys.exit(_INTERRUPTED)


def ended_by_signals(work: Callable[[], _T]) -> _T:
    """What `work` returns, in a thread, while Ctrl-C and SIGTERM end the process at once.

    The main thread waits for signals and does nothing else: a handler of Python runs only between
    two computations, Dagster has its own, which fails the step and begins the next run, and Polars
    takes SIGINT for itself. What is open in PostgreSQL is rolled back. Called in another thread,
    as a command of a group is, it only calls `work`.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    main = threading.get_ident()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [_DONE])
    try:
        with ThreadPoolExecutor(1) as thread:
            future = thread.submit(work)
            # Blocked from here on, for this thread alone: children inherit the other one's mask.
            signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            future.add_done_callback(lambda _: signal.pthread_kill(main, _DONE))
            while (number := signal.sigwait([_DONE, *_ENDING])) != _DONE:
                _end(number)
            return future.result()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


@contextmanager
def signals_passed_to(receiver: Callable[[], object]) -> Iterator[None]:
    """Within the block a signal calls `receiver` instead of ending the process."""
    _receivers.append(receiver)
    try:
        yield
    finally:
        _receivers.remove(receiver)


def _kill_children() -> None:
    """End the processes of a backfill, which would go on with the next days.

    Whoever has a session of its own stays (the embedded server's keeper, which stops it when we
    are gone), as does the one that takes away the semaphores.
    """
    for child in psutil.Process().children(recursive=True):  # a server forks the workers
        with suppress(OSError, psutil.Error):
            if os.getsid(child.pid) == os.getsid(0) and _TRACKER not in " ".join(child.cmdline()):
                child.kill()


def _end(number: int) -> None:
    if _receivers:
        _receivers[-1]()
        return
    _kill_children()
    out.show_cursor()
    err.print(_STOPPED)
    os._exit(_SIGNALLED + number)
