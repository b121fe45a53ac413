"""Who registers and where: breakdowns of the last closed month and the last closed campaign."""

from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pandas as pd
import psycopg

from snu_analytics.catalogue import fold, parse_yaml
from snu_analytics.questions import cells, last_closed_campaign, last_closed_month
from snu_analytics.reports.blocks import (
    Bar,
    BarChart,
    Block,
    Chart,
    Charts,
    Heading,
    Paragraph,
    Table,
    Tile,
    TileMap,
    Value,
)
from snu_analytics.reports.describing import describe, whole
from snu_analytics.reports.language import Words
from snu_analytics.reports.model import Request

_FIGURES = ("created", "completed", "processed", "validated")
_CHARTED = "validated"

Masked = list[tuple[str, pd.DataFrame]]


def groups(
    connection: psycopg.Connection, request: Request, words: Words, masked: Masked
) -> list[Block]:
    """Inscriptions by gender, age group and region; every breakdown shown is added to `masked`."""
    periods = [*_periods(connection, request, words)]
    blocks: list[Block] = [Heading(words("who.title"))]
    if not periods:
        return [*blocks, Paragraph(words("who.none"))]
    where: list[Block] = [Heading(words("where.title"))]
    for kind, period, name in periods:
        frames = {
            dimension: cells(connection, kind, period, dimension, _FIGURES)
            for dimension in ("gender", "age_group", "region")
        }
        masked += [
            (f"{words.named('dimensions', dimension)}, {name}", frame)
            for dimension, frame in frames.items()
        ]
        heading = Heading(name[:1].upper() + name[1:], 3)
        people = ("gender", "age_group")
        charts = [_chart(frames[dimension], dimension, words) for dimension in people]
        own = [_table(frames[dimension], dimension, kind, name, words) for dimension in people]
        blocks += [heading, Charts(charts, own)]
        where += [heading, _regions(frames["region"], kind, name, words)]
    return [*blocks, *where]


def _periods(
    connection: psycopg.Connection, request: Request, words: Words
) -> Iterator[tuple[str, date, str]]:
    """Kind, first day and name of the last closed month and the last closed campaign."""
    month = last_closed_month(connection, request.open_month)
    if month:
        yield "month", month, words("who.month", month=words.month(month))
    campaign = last_closed_campaign(connection, request.open_month)
    if campaign:
        name = words("who.campaign", campaign=words.campaign(campaign))
        yield "campaign", date(campaign - 1, 9, 1), name


def _chart(frame: pd.DataFrame, dimension: str, words: Words) -> BarChart:
    named = words.named("dimensions", dimension).lower()
    bars = _bars(frame, words)
    return BarChart(words("who.chart", dimension=named), describe(bars, words), bars)


def _regions(frame: pd.DataFrame, kind: str, period: str, words: Words) -> Charts:
    bars = sorted(_bars(frame, words), key=lambda bar: (-(bar.value or -1), fold(bar.label)))
    largest = bars[0].label if bars and bars[0].value is not None else words("bars.masked")
    values = dict(zip(*_charted(frame), strict=True))
    tiles = [
        Tile(code, words.named("categories", region), column, row, values.get(region))
        for region, (code, column, row) in _grid().items()
    ]
    charts: list[Chart] = [
        BarChart(words("where.chart", period=period), describe(bars, words), bars),
        TileMap(
            words("where.map", period=period),
            words("where.description", largest=largest),
            tiles,
            words("where.masked_tile"),
        ),
    ]
    return Charts(charts, [_table(frame, "region", kind, period, words)])


def _grid() -> dict[str, tuple[str, int, int]]:
    return parse_yaml((files(__package__) / "tiles.yaml").read_text(encoding="utf-8"))


def _charted(frame: pd.DataFrame) -> tuple[list[str], list[int | None]]:
    """The categories and values of the figure that is drawn."""
    own = frame[frame["figure"] == _CHARTED]
    return own["category"].tolist(), [whole(v) for v in own["value"]]


def _bars(frame: pd.DataFrame, words: Words) -> list[Bar]:
    return [
        Bar(words.named("categories", category), value)
        for category, value in zip(*_charted(frame), strict=True)
    ]


def _table(frame: pd.DataFrame, dimension: str, kind: str, period: str, words: Words) -> Table:
    named = words.named("dimensions", dimension)
    wide = frame.pivot(index="category", columns="figure", values="value")
    rows: list[list[Value]] = [
        [words.named("categories", category), *map(whole, row)]
        for category, row in zip(
            wide.index, wide.reindex(columns=list(_FIGURES)).to_numpy(), strict=True
        )
    ]
    return Table(
        f"{dimension}_{kind}",
        words("who.caption", dimension=named.lower(), period=period),
        [named, *(words.named("figures", f) for f in _FIGURES)],
        rows,
        missing=words("bars.masked"),
    )
