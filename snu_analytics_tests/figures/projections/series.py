"""Literal campaigns: what was validated on which of their days."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from snu_analytics.figures.projections.campaigns import opening

Series = Mapping[str | None, Mapping[int, int]]


def day_of(campaign: int, day: int) -> date:
    return opening(campaign) + timedelta(days=day - 1)


def daily(campaigns: Mapping[int, Series]) -> pd.DataFrame:
    """Rows of campaigns, each by region and campaign day."""
    rows = [
        (day_of(campaign, day), region, value)
        for campaign, series in campaigns.items()
        for region, days in series.items()
        for day, value in days.items()
    ]
    return pd.DataFrame(rows, columns=["day", "region", "value"])


def invented(seed: int, campaigns: range) -> pd.DataFrame:
    """Campaigns of three regions with two waves each, no two of them alike."""
    random = np.random.default_rng(seed)
    series: dict[int, Series] = {}
    for campaign in campaigns:
        waves = zip((60, 150), random.normal(0, 8, 2), random.lognormal(0, 0.3, 2), strict=True)
        days = np.arange(1, 244)
        shape = sum(h * np.exp(-(((days - at - moved) / 25) ** 2)) for at, moved, h in waves)
        series[campaign] = {
            region: dict(zip(days.tolist(), random.poisson(size * shape).tolist(), strict=True))
            for region, size in (("Bretagne", 6.0), ("Corse", 0.4), ("Occitanie", 12.0))
        }
    return daily(series)
