"""Small pictures for the pages of materialisations."""

import base64
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import altair as alt

_WIDTH, _HEIGHT = 420, 180

_SIGNATURE = 8  # bytes before the first chunk of a PNG


def picture(chart: "alt.Chart", title: str) -> dg.MarkdownMetadataValue:
    """A chart as metadata: a PNG of some 20 kB within the text, so that no server need keep it."""
    import vl_convert  # with altair 120 MB that nothing else needs

    sized = chart.properties(width=_WIDTH, height=_HEIGHT, title=title)
    png = packed(vl_convert.vegalite_to_png(sized.to_json(), scale=1))
    told = base64.b64encode(png).decode()
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{told})")


def packed(png: bytes) -> bytes:
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
    at = _SIGNATURE
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length
