"""How a command ends when something is wrong: one sentence and an exit status.

0 done, 1 some of it failed, 2 wrong use or set-up.
"""

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING

from rich.console import Console

from snu_analytics.errors import SnuError

if TYPE_CHECKING:
    from snu_analytics.orchestration.check_warnings import CheckWarning

SOME_FAILED = 1
WRONG_USE = 2

_err = Console(stderr=True)


def exit_on_error(command: Callable) -> Callable:
    """A fault a person can act on ends the command with one sentence and status 2."""

    @wraps(command)
    def told(*args, **options):
        try:
            return command(*args, **options)
        except SnuError as fault:
            _err.print(f"[bold red]{fault}[/]", highlight=False, markup=True)
            sys.exit(WRONG_USE)
        except KeyboardInterrupt:
            _err.print("stopped: days that were done stand, run the command again for the rest")
            sys.exit(130)

    return told


def tell_warnings(warnings: "Iterable[CheckWarning]") -> None:
    """Print each check that only warns once, with all the days or fields that it names."""
    from snu_analytics.orchestration.check_warnings import warning_sentences

    for sentence in warning_sentences(warnings):
        _err.print(f"[yellow]{sentence}[/]", highlight=False)
