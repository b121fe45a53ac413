"""Work shared out among threads: HiGHS computes without holding the interpreter."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Thread, local
from typing import TypeVar

Made = TypeVar("Made")

_own = local()


class Ended(Exception):
    """Nobody waits for what the thread computes."""


def in_threads(tasks: Sequence[Callable[[], Made]]) -> list[Made]:
    """What each task returns, in their order; long tasks should come first.

    Raises what a task raises. Where that, or a signal, ends the wait, the threads end at their next
    `raise_if_ended`: left alone, they would abort the process as it ends.
    """
    made: dict[int, Made] = {}
    errors: list[BaseException] = []
    waiting = deque(enumerate(tasks))
    ended = Event()

    def work() -> None:
        _own.ended = ended
        while waiting and not ended.is_set():
            try:
                number, task = waiting.popleft()
            except IndexError:
                return
            try:
                made[number] = task()
            except Ended:
                return
            except BaseException as error:
                errors.append(error)
                ended.set()

    count = min(len(tasks), max(2, os.cpu_count() or 1))
    threads = [Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return [made[number] for number in range(len(tasks))]


def raise_if_ended() -> None:
    """Raises Ended in a thread that nobody waits for any more."""
    ended = getattr(_own, "ended", None)
    if ended is not None and ended.is_set():
        raise Ended
