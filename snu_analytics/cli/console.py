"""Where commands print: results on standard output, faults and warnings on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol

from rich.console import Console

out = Console()
err = Console(stderr=True)


class Update(Protocol):
    """Moves a progress bar, by `advance` units or to `completed` of them."""

    def __call__(self, *, advance: float | None = None, completed: float | None = None) -> None: ...


@contextmanager
def progress(description: str, unit: str, total: int) -> Iterator[Update]:
    """A bar on standard output that counts units until the end of the block; moved by `Update`."""
    # Imported here for `--help` to be fast: 50 ms.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn(unit), TimeElapsedColumn(), console=out) as bar:
        yield partial(bar.update, bar.add_task(description, total=total))


def print_plainly(sentence: str, console: Console = out) -> None:
    """Print a sentence as it is: no markup, no colours, no line breaks of ours."""
    console.print(sentence, highlight=False, soft_wrap=True, markup=False)
