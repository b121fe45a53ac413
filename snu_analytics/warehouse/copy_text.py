"""Frames as the text format of PostgreSQL's COPY."""

from collections.abc import Iterator

import polars as pl

# Large enough that the cost per block vanishes, small enough to stay a few MB.
_ROWS_PER_BLOCK = 2_000

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def copy_text(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its texts escaped as COPY wants them.

    For many days at once: looking through each column of each day costs more than all the rest.
    """
    texts = pl.selectors.string()
    special = frame.select(texts.str.contains(r"[\\\t\n\r]").any())
    touched = [name for name in special.columns if special[name][0]]
    return frame.with_columns(_escaped(pl.col(name)) for name in touched) if touched else frame


def copy_blocks(frame: pl.DataFrame) -> Iterator[bytes]:
    r"""Escaped rows (see `copy_text`) as blocks: tab separated, `\N` for null, one line each."""
    for block in frame.iter_slices(_ROWS_PER_BLOCK):
        yield block.write_csv(
            include_header=False,
            separator="\t",
            quote_style="never",
            null_value="\\N",
            datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ",
        ).encode()


def _escaped(text: pl.Expr) -> pl.Expr:
    for plain, told in _ESCAPES:
        text = text.str.replace_all(plain, told, literal=True)
    return text
