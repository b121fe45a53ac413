"""Work shared out among threads."""

from functools import partial

import pytest

from snu_analytics.publication.disclosure.threads import Ended, in_threads, raise_if_ended


def test_results_come_in_the_order_of_the_tasks():
    assert in_threads([partial(pow, n, 2) for n in range(5)]) == [0, 1, 4, 9, 16]


def test_the_error_of_a_task_is_raised():
    def fails() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_threads([fails, lambda: 1])


def test_a_thread_ends_once_another_failed():
    ended = []

    def fails() -> None:
        raise ValueError("no")

    def waits() -> None:
        try:
            while True:
                raise_if_ended()
        except Ended:
            ended.append(True)
            raise

    with pytest.raises(ValueError, match="no"):
        in_threads([waits, fails])
    assert ended == [True]
