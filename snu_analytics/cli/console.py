"""Where commands print: results on standard output, faults and warnings on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

out = Console()
err = Console(stderr=True)


@contextmanager
def progress(description: str, unit: str, total: int) -> Iterator[Callable[..., None]]:
    """A function that moves a progress bar, by `advance` units or to `completed` of them."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn(unit), TimeElapsedColumn(), console=err) as bar:
        yield partial(bar.update, bar.add_task(description, total=total))


def print_plainly(sentence: str) -> None:
    """Print a sentence as it is: no markup, no colours, no line breaks at the screen's edge."""
    out.print(sentence, highlight=False, soft_wrap=True, markup=False)
