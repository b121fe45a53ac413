"""Frames as the text format of PostgreSQL's COPY."""

from collections.abc import Iterator

import polars as pl

# Large enough that the cost per block vanishes, small enough to stay a few MB.
_ROWS_PER_BLOCK = 2_000


def copy_blocks(frame: pl.DataFrame) -> Iterator[bytes]:
    r"""The rows as COPY text: tab separated, `\N` for null, one line each."""
    escaped = frame.with_columns(
        _escaped(frame[name]) for name, kind in frame.schema.items() if kind == pl.String
    )
    for block in escaped.iter_slices(_ROWS_PER_BLOCK):
        yield block.write_csv(
            include_header=False,
            separator="\t",
            quote_style="never",
            null_value="\\N",
            datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ",
        ).encode()


def _escaped(texts: pl.Series) -> pl.Series:
    for plain, told in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        if texts.str.contains(plain, literal=True).any():
            texts = texts.str.replace_all(plain, told, literal=True)
    return texts
