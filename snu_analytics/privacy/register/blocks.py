"""What a document is made of, before it is Markdown or PDF.

Texts are plain; what stands between backticks is set as code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Heading:
    level: Literal[1, 2, 3]
    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Items:
    texts: tuple[str, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True)
class Grid:
    """A table; `widths` are the columns' shares of the page."""

    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["grid"] = "grid"


Block = Heading | Paragraph | Items | Grid

BLANK = "[to be filled in]"


@dataclass(frozen=True)
class Document:
    title: str
    subtitle: str
    front: Grid
    blocks: tuple[Block, ...]


def grid(columns: dict[str, float], rows: Iterable[Iterable[str]]) -> Grid:
    """A table of columns by name, with their shares of the page."""
    return Grid(tuple(columns), tuple(columns.values()), tuple(tuple(row) for row in rows))


def code(names: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)
