"""What a document tells of when it was made: its date of creation, and the time of its ObjectId."""

import polars as pl


def instants(texts: pl.Expr) -> pl.Expr:
    """The instants (Datetime ms, UTC) of JSON texts; null where there is none."""
    return texts.str.strip_chars('"').str.to_datetime(
        "%+", time_unit="ms", time_zone="UTC", strict=False
    )


def made(refs: pl.Expr) -> pl.Expr:
    """The times (Datetime ms, UTC) of ObjectIds in hexadecimal."""
    seconds = refs.str.slice(0, 8).str.to_integer(base=16, dtype=pl.Int64, strict=False)
    return pl.from_epoch(seconds, time_unit="s").dt.cast_time_unit("ms").dt.replace_time_zone("UTC")
