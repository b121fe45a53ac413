"""Charts for the pages of materialisations, as pictures within the text.

Imports lazily: altair, pandas and what draws take 120 MB that a backfill never needs.
"""

import base64
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_WIDTH, _HEIGHT = 420, 180

_SIGNATURE = 8  # bytes before the first chunk of a PNG


def line_chart(
    frame: "pd.DataFrame", value: str, colour: str, title: str
) -> dg.MarkdownMetadataValue:
    """A line of `value` by `day` for each `colour`."""
    import altair as alt

    shown = frame[["day", value, colour]].assign(day=frame["day"].astype(str))
    x, y = alt.X("day:T", title=None), alt.Y(f"{value}:Q", title=None)
    return _picture(alt.Chart(shown).mark_line().encode(x=x, y=y, color=f"{colour}:N"), title)


def bar_chart(
    frame: "pd.DataFrame", group: str, values: list[str], title: str
) -> dg.MarkdownMetadataValue:
    """The values summed over each group, as bars side by side."""
    import altair as alt

    sums = frame.groupby(group, dropna=False)[values].sum().reset_index()
    sums[group] = sums[group].fillna("none")
    long = sums.melt(group, var_name="what", value_name="count").astype({"count": float})
    chart = alt.Chart(long).mark_bar()
    x, y = alt.X(f"{group}:N", title=None), alt.Y("count:Q", title=None)
    color = alt.Color("what:N", title=None)
    return _picture(chart.encode(x=x, xOffset="what:N", y=y, color=color), title)


def band_chart(frame: "pd.DataFrame", title: str) -> dg.MarkdownMetadataValue:
    """The projected count of each region within its band of 80 %."""
    import altair as alt

    columns = ["region", "projected", "low80", "high80"]
    shown = frame.dropna(subset=["projected"]).astype({"projected": float})[columns]
    base = alt.Chart(shown).encode(x=alt.X("region:N", title=None))
    bands = base.mark_bar(opacity=0.4).encode(y=alt.Y("low80:Q", title=None), y2="high80:Q")
    return _picture(bands + base.mark_point(filled=True).encode(y="projected:Q"), title)


def _picture(chart: "alt.Chart", title: str) -> dg.MarkdownMetadataValue:
    """A chart as metadata: a PNG of some 20 kB within the text, so that no server need keep it."""
    import vl_convert

    sized = chart.properties(width=_WIDTH, height=_HEIGHT, title=title)
    png = _recompressed(vl_convert.vegalite_to_png(sized.to_json(), scale=1))
    return dg.MetadataValue.md(
        f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"
    )


def _recompressed(png: bytes) -> bytes:
    """The same picture in a quarter of the bytes: the converter compresses for speed.

    Every materialisation keeps its pictures for good. Chunks as of the PNG specification, 5.3.
    """
    chunks = list(_chunks(png))
    pixels = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    others = [(kind, data) for kind, data in chunks if kind != b"IDAT"]
    return png[:_SIGNATURE] + b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
        for kind, data in [*others[:-1], (b"IDAT", zlib.compress(pixels, 9)), others[-1]]
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each chunk."""
    at = _SIGNATURE
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length
