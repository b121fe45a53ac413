"""What a publication was made of, as a digest: it is made again only when this differs."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

import polars as pl

from snu_analytics.catalogue.breakdowns import DIMENSIONS, Kind


def fingerprint(lines: str, masked: Mapping[date, str], period: date, threshold: int) -> str:
    """The digest of a period's counts, its masks and the threshold."""
    return sha256(f"{threshold}\n{lines}\n\n{masked.get(period, '')}".encode()).hexdigest()


class Lines:
    """The counts of each period as text, to make digests of."""

    def __init__(self, fine: pl.DataFrame) -> None:
        self._days = fine.with_columns(
            pl.concat_str(pl.all().cast(pl.String), separator="\t").alias("line")
        ).sort("line")
        self._by_kind: dict[Kind, dict[date, str]] = {}

    def of(self, kind: Kind) -> dict[date, str]:
        if kind not in self._by_kind:
            every = {"day": "1d", "week": "1w", "month": "1mo"}[kind]
            told = self._days.group_by(pl.col("day").dt.truncate(every)).agg(
                pl.col("line").str.join("\n")
            )
            self._by_kind[kind] = dict(told.iter_rows())
        return self._by_kind[kind]


def hidden(cells: pl.DataFrame) -> dict[date, str]:
    """The masked cells of each period as text."""
    masked = cells.filter("masked").select(
        "period",
        pl.concat_str(pl.col("breakdown", *DIMENSIONS).fill_null(""), separator="\t").alias("line"),
    )
    told = masked.sort("line").group_by("period").agg(pl.col("line").str.join("\n"))
    return dict(told.iter_rows())
