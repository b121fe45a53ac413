"""How a command ends: 0 done, 1 some of it failed, 2 wrong use or set-up."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from snu_analytics.cli.console import err
from snu_analytics.errors import SnuError

SOME_FAILED = 1
WRONG_USE = 2
_INTERRUPTED = 130


@contextmanager
def exit_on_error() -> Iterator[None]:
    """End the process with one sentence and status 2 on a SnuError, with 130 on Ctrl-C."""
    try:
        yield
    except SnuError as fault:
        err.print(f"[bold red]{fault}[/]", highlight=False)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        err.print("stopped: days that were done stand, run the command again for the rest")
        sys.exit(_INTERRUPTED)
