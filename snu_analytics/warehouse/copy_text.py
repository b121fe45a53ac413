"""Frames to tables by PostgreSQL's COPY, in its text format."""

import io
from collections.abc import Iterator

import polars as pl
import psycopg
from psycopg import sql

# Large enough that the cost per block vanishes, small enough to stay a few MB.
_ROWS_PER_BLOCK = 2_000

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def copy_rows(connection: psycopg.Connection, table: sql.Identifier, rows: pl.DataFrame) -> int:
    """The number of rows appended to a table: those of a frame with escaped texts (`copy_text`).

    The frame's columns are the table's, by name.
    """
    if rows.is_empty():  # as most days are: that needs no COPY
        return 0
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as stream:
            for block in copy_blocks(rows):
                stream.write(block)
        return cursor.rowcount


def copy_text(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its texts escaped as COPY wants them.

    For many days at once: looking through each column of each day costs more than all the rest.
    """
    texts = pl.selectors.string()
    special = frame.select(texts.str.contains(r"[\\\t\n\r]").any())
    touched = [name for name in special.columns if special[name][0]]
    return frame.with_columns(_escaped(pl.col(name)) for name in touched) if touched else frame


def copy_blocks(rows: pl.DataFrame) -> Iterator[bytes]:
    r"""Escaped rows (`copy_text`) as blocks of lines: tab separated, `\N` for null."""
    for block in rows.iter_slices(_ROWS_PER_BLOCK):
        lines = io.BytesIO()
        block.write_csv(
            lines,
            include_header=False,
            separator="\t",
            quote_style="never",
            null_value="\\N",
            datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ",
        )
        yield lines.getvalue()


def _escaped(text: pl.Expr) -> pl.Expr:
    for plain, escaped in _ESCAPES:
        text = text.str.replace_all(plain, escaped, literal=True)
    return text
