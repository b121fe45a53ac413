"""Work shared out among threads: HiGHS computes without holding the interpreter."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TypeVar

Made = TypeVar("Made")


def in_threads(tasks: Sequence[Callable[[], Made]]) -> list[Made]:
    """What each task returns, in their order; long tasks should come first.

    Raises what a task raises. A signal that ends the caller ends the wait at once: the threads do
    not keep a process from ending.
    """
    made: dict[int, Made] = {}
    errors: list[BaseException] = []
    waiting = deque(enumerate(tasks))

    def work() -> None:
        while waiting and not errors:
            try:
                number, task = waiting.popleft()
            except IndexError:
                return
            try:
                made[number] = task()
            except BaseException as error:
                errors.append(error)

    threads = [
        Thread(target=work, daemon=True) for _ in range(min(len(tasks), os.cpu_count() or 1))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        waiting.clear()
    if errors:
        raise errors[0]
    return [made[number] for number in range(len(tasks))]
