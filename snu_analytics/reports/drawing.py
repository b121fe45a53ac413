"""Charts as SVG: lines, bars and the tile map, of the same look on a page and on paper.

The pictures are some 400 units wide, so that their letters keep a readable size on a telephone;
lengths of texts are reckoned at 6.4 units a letter. Colours are Okabe and Ito's, which the
colour-blind tell apart; every text has a contrast of at least 4.5 with what is behind it.
"""

import math
from collections.abc import Callable, Iterator
from html import escape

from snu_analytics.reports.blocks import Bar, BarChart, Chart, LineChart, Series, Tile, TileMap
from snu_analytics.reports.language import Words

INK, GREY, FAINT = "#1b1b1f", "#595f69", "#d9dce1"
BLUE, VERMILION, MARK = "#0072b2", "#b84e00", "#b84e00"
_LINES = ((BLUE, 3.0, ""), (VERMILION, 1.6, ""), (GREY, 1.6, "5 3"))
_SHADES = ("#dcecf6", "#a9cfe6", "#5fa3cc", "#1f78ad", "#0b4f7a")

# Of texts. A rim in white keeps a number readable where a line passes behind it; ticks are of the
# axis, and no numbers of the report.
_BOLD = ' font-weight="700"'
_RIM = ' stroke="#fff" stroke-width="4" paint-order="stroke"'
_TICK = ' class="tick"'

_LETTER = 6.4
_WIDTH = 400

_Scale = Callable[[float], float]


def svg(chart: Chart, number: int, words: Words, font: str = "sans-serif") -> str:
    """The picture of a chart; `number` is its own on the page, for the ids of title and text."""
    match chart:
        case LineChart():
            height, body = _lines(chart, words)
        case BarChart():
            height, body = _bars(chart, words)
        case TileMap():
            height, body = _map(chart, words, number)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="t{number} d{number}" font-family="{font}" font-size="12">'
        f'<title id="t{number}">{escape(chart.title)}</title>'
        f'<desc id="d{number}">{escape(chart.description)}</desc>{"".join(body)}</svg>'
    )


def _lines(chart: LineChart, words: Words) -> tuple[int, list[str]]:
    height, top, bottom = 220, 34, 196
    step, most = _axis(max((value for s in chart.series for _, value in s.points), default=0))
    left = 12 + _LETTER * len(words.write(most))
    right = _WIDTH - 12

    def x(place: float) -> float:
        return left + (right - left) * place / chart.width

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / most

    body = []
    for value in range(0, most + 1, step):
        body.append(_rule(left, y(value), right))
        body.append(_text(left - 6, y(value) + 4, words.write(value), "end", GREY, _TICK))
    for place, label in chart.ticks:
        body.append(_text(x(place), bottom + 17, label, "middle", GREY, _TICK))
    body.extend(_line(series, x, y) for series in sorted(chart.series, key=lambda s: -s.emphasis))
    at = left
    for series in chart.series:
        colour, width, dash = _LINES[series.emphasis]
        body.append(_stroke(f"M{at:.0f} 12h18", colour, width, dash))
        body.append(
            _text(at + 23, 16, series.label, "start", colour, _BOLD if series.emphasis == 0 else "")
        )
        at += 40 + _LETTER * 1.1 * len(series.label)
    body.extend(_last_value(chart, x, y, words))
    return height, body


def _last_value(chart: LineChart, x: _Scale, y: _Scale, words: Words) -> Iterator[str]:
    """The dot at the end of the line that is looked at, and its value."""
    ends = [s.points[-1] for s in chart.series if s.emphasis == 0 and s.points]
    for place, value in ends:
        yield f'<circle cx="{x(place):.1f}" cy="{y(value):.1f}" r="4" fill="{BLUE}"/>'
        anchor = "end" if place > chart.width / 4 else "start"  # above a rising line is room
        beside = x(place) + (-8 if anchor == "end" else 8)
        text = words.write(int(value))
        yield _text(beside, max(y(value) - 7, 44), text, anchor, BLUE, _BOLD + _RIM)


def _line(series: Series, x: _Scale, y: _Scale) -> str:
    colour, width, dash = _LINES[series.emphasis]
    points = "L".join(f"{x(place):.1f} {y(value):.1f}" for place, value in series.points)
    return _stroke(f"M{points}", colour, width, dash) if points else ""


def _bars(chart: BarChart, words: Words) -> tuple[int, list[str]]:
    most = max((_reach(bar) for bar in chart.bars), default=1) or 1
    scale = (_WIDTH - 4) / most
    body, at = [], 4.0
    if chart.mark_label:
        body.append(f'<rect x="0" y="{at + 2}" width="4" height="14" fill="{MARK}"/>')
        body.append(_text(10, at + 13, chart.mark_label, "start", INK))
        at += 26
    for bar in chart.bars:
        masked = bar.value is None
        value = words("bars.masked") if masked else words.write(_rounded(bar.value))
        body.append(_text(0, at + 12, bar.label, "start", GREY if masked else INK))
        body.append(
            _text(_WIDTH, at + 12, value, "end", GREY if masked else INK, "" if masked else _BOLD)
        )
        if masked:
            at += 22
            continue
        body.append(_rect(0, at + 18, _WIDTH, 8, "#eef0f3"))
        if bar.band:
            low, high = bar.band
            body.append(_rect(low * scale, at + 17, max((high - low) * scale, 2), 10, "#a9cfe6"))
        body.append(_rect(0, at + 19, (bar.value or 0) * scale, 6, BLUE))
        if bar.mark is not None:
            body.append(_rect(bar.mark * scale - 1.5, at + 15, 3, 14, MARK))
        at += 36
    return math.ceil(at), body


def _reach(bar: Bar) -> float:
    return max(bar.value or 0, bar.mark or 0, bar.band[1] if bar.band else 0)


def _map(chart: TileMap, words: Words, number: int) -> tuple[int, list[str]]:
    columns = 1 + max(tile.column for tile in chart.tiles)
    rows = 1 + max(tile.row for tile in chart.tiles)
    side = _WIDTH / columns
    most = max((tile.value or 0 for tile in chart.tiles), default=0) or 1
    hatch = (
        f'<defs><pattern id="h{number}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        f'<rect width="1.5" height="6" fill="{FAINT}"/></pattern></defs>'
    )
    body = [hatch]
    for tile in chart.tiles:
        body.extend(_tile(tile, side, most, f"url(#h{number})", words))
    foot = rows * side + 8
    legend = _rect(0, foot, 16, 16, f"url(#h{number})", GREY)
    body += [legend, _text(22, foot + 13, chart.masked_label, "start", INK)]
    return math.ceil(foot + 22), body


def _tile(tile: Tile, side: float, most: float, hatch: str, words: Words) -> Iterator[str]:
    left, top, size = tile.column * side + 2, tile.row * side + 2, side - 4
    shade = None if tile.value is None else min(int(5 * tile.value / most), 4)
    fill = hatch if shade is None else _SHADES[shade]
    ink = "#ffffff" if shade is not None and shade >= 3 else INK
    middle = left + size / 2
    yield "<g>"
    yield f"<title>{escape(tile.label)}</title>"
    yield _rect(left, top, size, size, fill, GREY if shade is None else "")
    if tile.value is None:
        yield _text(middle, top + size / 2 + 4, tile.code, "middle", INK, _RIM)
    else:
        yield _text(middle, top + size / 2 - 3, tile.code, "middle", ink)
        value = words.write(_rounded(tile.value))
        yield _text(middle, top + size / 2 + 13, value, "middle", ink, _BOLD)
    yield "</g>"


def _axis(most: float) -> tuple[int, int]:
    """Step and end of an axis from 0 with two to five steps of 1, 2 or 5 times a power of ten."""
    if most <= 4:
        return 1, max(2, math.ceil(most))
    power = 10 ** math.floor(math.log10(most))
    steps = (power // 5, power // 2, power, 2 * power)
    step = next(s for s in steps if s and most / s <= 5)
    return step, step * math.ceil(most / step)


def _rounded(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value


def _text(x: float, y: float, text: str, anchor: str, fill: str, style: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{style}>'
        f"{escape(text)}</text>"
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    border = f' stroke="{stroke}"' if stroke else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}"{border}/>'
    )


def _rule(left: float, y: float, right: float) -> str:
    return _stroke(f"M{left:.1f} {y:.1f}H{right:.1f}", FAINT, 1, "")


def _stroke(path: str, colour: str, width: float, dash: str) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'
