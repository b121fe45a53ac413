"""The horizon that a campaign is projected over, and daily counts as curves of its days."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from snu_analytics.days import campaign_of

Array = NDArray[np.float64]

FRANCE = "France"
"""The series that all rows belong to, those without a region among them."""

# The days of the horizon: from 1 October, when registration opens, to 31 May, when it closes for
# the last stay, that of early July. They are the same every year, because stays follow the school
# holidays. Simulated campaigns have 1 to 4 % of their validations in September, and up to 2 % after
# May.
LENGTH = 243

# A small campaign's first validation comes some days after its opening; what begins later than that
# was cut off.
_LATEST_BEGINNING = timedelta(days=14)


def opening(campaign: int) -> date:
    """Day 1 of the campaign's horizon; the September before, of reinscriptions, is its day 0."""
    return date(campaign - 1, 10, 1)


def closing(campaign: int) -> date:
    """Day LENGTH of the campaign's horizon, to which projections are made."""
    return opening(campaign) + timedelta(days=LENGTH - 1)


def horizon_day(day: date) -> int:
    """1 on the opening, 0 in September, LENGTH on the closing and in the summer after."""
    return min(_column(day), LENGTH)


def _column(day: date) -> int:
    return max((day - opening(campaign_of(day))).days + 1, 0)


@dataclass(frozen=True, eq=False)
class Curves:
    """Net validations of campaigns, summed up to the end of each of their days.

    `past` has the shape (regions, campaigns, LENGTH + 1), France first among the regions and the
    oldest campaign first; its last axis are the days, 0 the September before the opening. `path` is
    the running campaign, (regions, LENGTH + 1), NaN after the last day that is known. `regions` and
    `campaigns` name the first two axes of `past`. `left_out` says of each earlier campaign that is
    not in `past` why.
    """

    regions: tuple[str, ...]
    campaigns: tuple[int, ...]
    past: Array
    path: Array
    left_out: tuple[str, ...]


def curves(daily: pd.DataFrame, today: date) -> Curves:
    """The curves of the campaign of `today` and of those before it, as they stand on that day.

    `daily` has the columns day (date), region (str, null where unknown) and value (int, persons
    validated minus withdrawn), in any order; several rows of one day and region add up. A campaign
    is left out when the data begin well after its opening, or when nobody was validated in it.
    """
    days = pd.to_datetime(daily["day"]).dt.date
    known = daily.assign(day=days)[days <= today]
    known = known.assign(
        campaign=[campaign_of(day) for day in known["day"]],
        column=[_column(day) for day in known["day"]],
    )
    known = known[known["column"] <= LENGTH]
    regions = sorted(known["region"].dropna().unique())
    running = campaign_of(today)
    begun = known["day"].min() if len(known) else today
    whole: list[int] = []
    left_out: list[str] = []
    totals = known.groupby("campaign")["value"].sum()
    for campaign in sorted(set(known["campaign"]) - {running}):
        if begun > opening(campaign) + _LATEST_BEGINNING:
            left_out.append(f"campaign {campaign} is left out, the data begin on {begun}")
        elif totals[campaign] <= 0:
            left_out.append(f"campaign {campaign} is left out, nobody was validated in it")
        else:
            whole.append(campaign)
    counts = _counted(known, regions, [*whole, running]).cumsum(axis=2)
    path = counts[:, -1].copy()
    path[:, horizon_day(today) + 1 :] = np.nan
    if horizon_day(today) == 0:
        path[:] = np.nan
    return Curves((FRANCE, *regions), tuple(whole), counts[:, :-1], path, tuple(left_out))


def _counted(known: pd.DataFrame, regions: list[str], campaigns: list[int]) -> Array:
    """Net validations per region, France first, campaign and day of the horizon."""
    counts = np.zeros((len(regions) + 1, len(campaigns), LENGTH + 1))
    chosen = known[known["campaign"].isin(campaigns)]
    region = [regions.index(r) + 1 if isinstance(r, str) else 0 for r in chosen["region"]]
    campaign = [campaigns.index(c) for c in chosen["campaign"]]
    np.add.at(counts, (region, campaign, chosen["column"].astype(int)), chosen["value"])
    counts[0] = counts.sum(axis=0)
    return counts
