"""Patches that cannot be read: set aside with the reason, never applied."""

from datetime import date

import polars as pl

from snu_analytics.days import PARIS
from snu_analytics.source import object_id_time


def paris_day(instants: pl.Expr) -> pl.Expr:
    """The Europe/Paris day of UTC instants."""
    return instants.dt.convert_time_zone(PARIS.key).dt.date()


def quarantined(heads: pl.DataFrame) -> pl.DataFrame:
    """The defective patches: `patch_id`, `reason`, and their Paris `day`.

    The day of a patch without a readable date is that of its ObjectId; null when it has none.
    """
    written = pl.when(pl.col("patch_id").str.contains("^[0-9a-f]{24}$")).then(
        object_id_time(pl.col("patch_id"))
    )
    return heads.filter(pl.col("defect").is_not_null()).select(
        "patch_id",
        reason="defect",
        day=paris_day(pl.coalesce("date", written)),
    )


def split_by_day(frame: pl.DataFrame, day_column: str) -> dict[date, pl.DataFrame]:
    """The rows of each day, in their order."""
    parts = frame.partition_by(day_column, as_dict=True, maintain_order=True)
    return {key[0]: rows for key, rows in parts.items()}
