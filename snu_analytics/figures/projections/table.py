"""The projections of a day as a table, each with what is missing or why it is withheld."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from snu_analytics.days import campaign_of
from snu_analytics.figures.projections.backtest import Backtest, backtest
from snu_analytics.figures.projections.campaigns import (
    FRANCE,
    LENGTH,
    Array,
    Curves,
    closing,
    curves,
    horizon_day,
    opening,
)
from snu_analytics.figures.projections.project import (
    RATE_DAYS,
    Outlook,
    daily_rate,
    outlook,
    run_rate,
)

CHAIN_LADDER = "chain-ladder"
BORNHUETTER_FERGUSON = "bornhuetter-ferguson"
RUN_RATE = "run rate"

_BANDS = {"50": 0.5, "80": 0.8, "95": 0.95}
_PROJECTED = ("projected", "low50", "high50", "low80", "high80", "low95", "high95",
              "probability", "median_date", "error_yesterday")  # fmt: skip
PROJECTION_COLUMNS = (
    "campaign", "region", "as_of", "horizon_day", "method", "achieved", "projected",
    "low50", "high50", "low80", "high80", "low95", "high95", "objective", "probability",
    "median_date", "rate_required", "rate_last_14", "error_yesterday", "withheld", "reason",
)  # fmt: skip

_Row = dict[str, Any]


def projections(
    daily: pd.DataFrame, today: date, objectives: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The projections of the campaign of `today`, the last day that is in `daily`.

    `daily` as in `curves`. `objectives` has the columns campaign, region (or FRANCE) and objective
    (persons); rows of one region add up, and France's is the sum of the regions' where it has none.
    Gives one row for FRANCE and for each region of the data and of the objectives, with
    PROJECTION_COLUMNS: persons as floats (`achieved` as int), rates in persons a day, dates as
    `date`; NaN or None where something is not known. `error_yesterday` is yesterday's projection
    over today's, less 1. `median_date` is the day on which the objective was reached, or is when
    the rest comes as the past campaigns' did. A withheld row shows nothing that is projected.
    `reason` says in full what is missing or why it is withheld, None where all is well. Nothing is
    raised for data that are thin.
    """
    known = curves(daily, today)
    outlooks = outlook(known.path, known.past) if known.campaigns else None
    tested = backtest(known)
    goals = _goals(objectives, campaign_of(today), known.regions)
    rows = []
    for region, (goal, missing) in goals.items():
        row = _empty(region, today, goal)
        if region not in known.regions:
            reasons = ["no validation in any campaign: the region may be misspelt"]
        else:
            n = known.regions.index(region)
            reasons = [*_fill(row, known, outlooks, n, today), *known.left_out, *missing]
            if outlooks is not None and 0 < row["horizon_day"] < LENGTH:
                reasons = _judged(row, reasons, tested, n)
        row["reason"] = "; ".join(reasons) or None
        rows.append(row)
    return _frame(rows)


def _empty(region: str, today: date, goal: float) -> _Row:
    return dict.fromkeys(PROJECTION_COLUMNS, np.nan) | {
        "campaign": campaign_of(today),
        "region": region,
        "as_of": today,
        "horizon_day": horizon_day(today),
        "method": None,
        "achieved": 0,
        "objective": goal,
        "median_date": None,
        "withheld": False,
    }


def _fill(
    row: _Row, known: Curves, outlooks: Outlook | None, region: int, today: date
) -> list[str]:
    """The reasons to show with a region's row, which is filled in from campaign and outlook."""
    day, goal = row["horizon_day"], row["objective"]
    if day == 0:
        return [f"the campaign opens on {opening(row['campaign'])}"]
    ended = [f"the campaign ended on {closing(row['campaign'])}"] if day == LENGTH else []
    row |= _reached(known.path, region, day, goal)
    if outlooks is None:
        row |= _by_run_rate(known.path, region, day, goal, today)
        return [*ended, f"no past campaign: run rate of the last {min(day, RATE_DAYS)} days"]
    row |= _by_outlook(outlooks, known, region, day, goal, today)
    return [*ended, *_doubts(outlooks, known, region, day)]


def _judged(row: _Row, reasons: list[str], tested: Backtest, region: int) -> list[str]:
    """The reasons with those of the backtest; a row to which it objects is withheld."""
    if objection := tested.objection(region):
        row |= dict.fromkeys(_PROJECTED, np.nan) | {"median_date": None, "withheld": True}
        return [f"withheld: {objection}", *reasons]
    if not tested.trials:
        return [*reasons, "not tested: there is one past campaign"]
    if tested.leave_one_out:
        return [*reasons, "tested on past campaigns with later ones known, these are few"]
    return reasons


def _frame(rows: list[_Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(PROJECTION_COLUMNS))
    for column in ("method", "median_date", "reason"):
        frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    return frame.astype({"achieved": "int64", "withheld": bool})


def _goals(
    objectives: pd.DataFrame | None, campaign: int, regions: tuple[str, ...]
) -> dict[str, tuple[float, list[str]]]:
    """By region its objective (NaN without one) and the reasons to show with it, France first."""
    given: dict[str, float] = {}
    if objectives is not None:
        own = objectives[(objectives["campaign"] == campaign) & (objectives["objective"] > 0)]
        given = own.groupby("region")["objective"].sum().astype(float).to_dict()
    goals: dict[str, tuple[float, list[str]]] = {}
    for region in dict.fromkeys((*regions, *sorted(given))):
        goals[region] = (given[region], []) if region in given else (np.nan, ["no objective"])
    if given and FRANCE not in given:
        lacking = sum(region not in given for region in regions) - 1
        reason = f"the objectives of {lacking} of {len(regions) - 1} regions are lacking"
        goals[FRANCE] = (sum(given.values()), [reason] if lacking else [])
    return goals


def _reached(path: Array, region: int, day: int, goal: float) -> _Row:
    """What was reached, and at which rate the rest has to come."""
    achieved = path[region, day]
    required = max(goal - achieved, 0) / (LENGTH - day) if day < LENGTH else np.nan
    return {
        "achieved": achieved,
        "rate_required": np.nan if np.isnan(goal) else required,
        "rate_last_14": daily_rate(path, day)[region],
    }


def _by_run_rate(path: Array, region: int, day: int, goal: float, today: date) -> _Row:
    projected = run_rate(path, day)[region]
    ahead = path[region, day] + daily_rate(path, day)[region] * np.arange(1, LENGTH - day + 1)
    before = run_rate(path, day - 1)[region] if day > 1 else np.nan
    return {
        "method": RUN_RATE,
        "projected": projected,
        "median_date": _date_reached(path[region, 1 : day + 1], ahead, goal, today),
        "error_yesterday": before / projected - 1 if projected > 0 else np.nan,
    }


def _by_outlook(
    outlooks: Outlook, known: Curves, region: int, day: int, goal: float, today: date
) -> _Row:
    at = (region, day)
    projected, reached = outlooks.projected[at], known.path[at]
    goals = np.full(len(known.regions), goal)
    row: _Row = {
        "method": BORNHUETTER_FERGUSON if outlooks.by_prior[at] else CHAIN_LADDER,
        "projected": projected,
        "probability": outlooks.probability(goals)[at],
        "error_yesterday": (
            outlooks.projected[region, day - 1] / projected - 1 if day > 1 and projected else np.nan
        ),
    }
    for name, level in _BANDS.items():
        low, high = outlooks.band(level)
        row |= {f"low{name}": low[at], f"high{name}": high[at]}
    share = outlooks.share[region]
    left = 1 - share[day]
    come = (share[day + 1 :] - share[day]) / left if left > 0 else np.zeros(LENGTH - day)
    ahead = reached + (projected - reached) * come
    row["median_date"] = _date_reached(known.path[region, 1 : day + 1], ahead, goal, today)
    return row


def _date_reached(reached: Array, ahead: Array, goal: float, today: date) -> date | None:
    """The first day, past or to come, on which the objective is reached."""
    hits = np.flatnonzero(np.concatenate([reached, ahead]) >= goal)
    campaign = campaign_of(today)
    return opening(campaign) + timedelta(days=int(hits[0])) if hits.size else None


def _doubts(outlooks: Outlook, known: Curves, region: int, day: int) -> list[str]:
    """What the projection of a region lacks."""
    doubts = []
    if not known.past[region, :, -1].any():
        doubts.append("no past campaign of its own: developed as all of France")
    if known.path[region, day] <= 0:
        doubts.append("nobody validated so far")
    if np.isnan(outlooks.projected[region, day]):
        doubts.append("nothing to project from")
    elif np.isnan(outlooks.scale[region, day]):
        doubts.append("no bands around a total of 0 or less")
    return doubts
