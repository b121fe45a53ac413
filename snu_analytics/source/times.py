"""Instants as columns: of JSON texts, and those that ObjectIds hold."""

import polars as pl


def instants(texts: pl.Expr) -> pl.Expr:
    """The instants (Datetime ms, UTC) of JSON texts; null where there is none."""
    return texts.str.strip_chars('"').str.to_datetime(
        "%+", time_unit="ms", time_zone="UTC", strict=False
    )


def object_id_time(refs: pl.Expr) -> pl.Expr:
    """The times of creation (Datetime ms, UTC) that ObjectIds in hexadecimal begin with."""
    seconds = refs.str.slice(0, 8).str.to_integer(base=16, dtype=pl.Int64, strict=False)
    return pl.from_epoch(seconds, time_unit="s").dt.cast_time_unit("ms").dt.replace_time_zone("UTC")
