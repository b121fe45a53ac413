"""What a report is made of: a list of blocks that each renderer draws in its own way.

Values are as the queries gave them: counts `int`, means `float`, days `date`, None where masked or
not known. Texts are in the report's language already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Value = int | float | str | date | None


@dataclass(frozen=True)
class Heading:
    """A heading of level 2 or 3; the title of the page is its only one of level 1."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    text: str
    muted: bool = False


@dataclass(frozen=True)
class Card:
    """A figure at a glance: its value, and beside it values to compare it with, by label."""

    label: str
    value: Value
    beside: Sequence[tuple[str, Value]]


@dataclass(frozen=True)
class Cards:
    cards: Sequence[Card]


@dataclass(frozen=True)
class Table:
    """A table with a caption; `name` is that of its CSV file. A None reads `missing`.

    `data` are the rows of the CSV where these are more, or other, than those shown; its header is
    then `data_header`.
    """

    name: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]
    missing: str = "–"
    data_header: Sequence[str] = ()
    data: Sequence[Sequence[Value]] = ()


@dataclass(frozen=True)
class Series:
    """A line: values by place on the axis, from 0; `emphasis` 0 is the one that is looked at."""

    label: str
    points: Sequence[tuple[int, float]]
    emphasis: int = 0


@dataclass(frozen=True)
class LineChart:
    """Lines over the days of a campaign; `ticks` are the labels of the axis by place."""

    title: str
    description: str
    series: Sequence[Series]
    ticks: Sequence[tuple[int, str]]
    width: int


@dataclass(frozen=True)
class Bar:
    """A bar; None is masked. `mark` is drawn across it, `band` behind it."""

    label: str
    value: float | None
    mark: float | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True)
class BarChart:
    title: str
    description: str
    bars: Sequence[Bar]
    mark_label: str = ""


@dataclass(frozen=True)
class Tile:
    """A square of the map: `code` is written in it, `label` is its full name."""

    code: str
    label: str
    column: int
    row: int
    value: float | None


@dataclass(frozen=True)
class TileMap:
    title: str
    description: str
    tiles: Sequence[Tile]
    masked_label: str


Chart = LineChart | BarChart | TileMap


@dataclass(frozen=True)
class Charts:
    """Charts side by side, with the tables that hold their numbers."""

    charts: Sequence[Chart]
    tables: Sequence[Table]


@dataclass(frozen=True)
class Definitions:
    """Terms and what they mean; `language` is that of the meanings."""

    terms: Sequence[tuple[str, str]]
    language: str


Block = Heading | Paragraph | Cards | Table | Charts | Definitions


@dataclass(frozen=True)
class Report:
    """Title, mark of the edition, and blocks in reading order; `day` is the last one reported."""

    title: str
    subtitle: str
    edition: str
    restricted: bool
    language: str
    day: date
    blocks: Sequence[Block]
