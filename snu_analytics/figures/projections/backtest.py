"""How projections would have fared in past campaigns, with only what was known then."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from snu_analytics.figures.projections.campaigns import LENGTH, Array, Curves
from snu_analytics.figures.projections.project import outlook

LEVELS = (0.5, 0.8, 0.95)

# A campaign is tested with those before it where there are two, which leaves a variance between
# them. Where fewer than three can be tested so, each one is tested with all the others.
_FEWEST_BEFORE = 2
_FEWEST_TESTED = 3

LEAST_COVERAGE = 0.65


@dataclass(frozen=True, eq=False)
class Trial:
    """One campaign as if it were running: arrays of the shape (regions, days), NaN if undefined.

    `error` and `ratio_error`: absolute errors of the projection and of last year's ratio, as
    shares of the final total. `inside`: whether the bands of LEVELS held it, 1 or 0, with the
    levels as the first axis.
    """

    error: Array
    ratio_error: Array
    inside: Array


def trial(path: Array, past: Array) -> Trial:
    """The errors of the projections that a campaign's days would have made from the past ones.

    Last year's ratio: reached / the share that the last campaign had reached on that day.
    """
    final = np.where(path[:, -1:] > 0, path[:, -1:], np.nan)
    projection = outlook(path, past)
    last = past[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(last > 0, path * last[:, -1:] / last, np.nan)
    error = np.abs(projection.projected - final) / final
    inside = []
    for level in LEVELS:
        low, high = projection.band(level)
        held = (low <= final) & (final <= high)
        inside.append(np.where(np.isnan(low) | np.isnan(final), np.nan, held))
    return Trial(error, np.abs(ratio - final) / final, np.array(inside))


@dataclass(frozen=True, eq=False)
class Backtest:
    """The trials of past campaigns, by campaign; empty when there are fewer than two.

    With `leave_one_out` each was tested with all the others, later ones too, because too few could
    be tested with those before them.
    """

    regions: tuple[str, ...]
    trials: dict[int, Trial]
    leave_one_out: bool

    def frame(self) -> pd.DataFrame:
        """One row per region, campaign tested and day.

        Columns region, campaign, horizon_day, error, ratio_error (shares of the final total),
        inside50, inside80, inside95 (1 or 0), NaN where undefined.
        """
        frames = [
            pd.DataFrame(
                {
                    "region": np.repeat(self.regions, LENGTH + 1),
                    "campaign": campaign,
                    "horizon_day": np.tile(np.arange(LENGTH + 1), len(self.regions)),
                    "error": tested.error.ravel(),
                    "ratio_error": tested.ratio_error.ravel(),
                    **{
                        f"inside{level:.0%}".rstrip("%"): inside.ravel()
                        for level, inside in zip(LEVELS, tested.inside, strict=True)
                    },
                }
            )
            for campaign, tested in self.trials.items()
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_COLUMNS)

    def objection(self, region: int) -> str | None:
        """Why projections of a region are withheld, None when they are shown.

        Over all days of all trials: the mean error is greater than that of last year's ratio, or
        the 80 % band held the final total on fewer than LEAST_COVERAGE of them.
        """
        if not self.trials:
            return None
        trials = self.trials.values()
        errors = np.array([tested.error[region] for tested in trials])
        ratio = np.array([tested.ratio_error[region] for tested in trials])
        inside = np.array([tested.inside[LEVELS.index(0.8), region] for tested in trials])
        both = ~np.isnan(errors) & ~np.isnan(ratio)
        tested = f"in {len(self.trials)} past campaigns"
        if both.any():
            # As they are shown: what is equal but for rounding is not worse.
            own, last = (round(float(error[both].mean()), 3) for error in (errors, ratio))
            if own > last:
                return f"{tested} it was {own:.1%} off, last year's ratio {last:.1%}"
        held = inside[~np.isnan(inside)]
        if held.size and held.mean() < LEAST_COVERAGE:
            return f"{tested} its 80 % band held the total on {held.mean():.0%} of days"
        return None


_COLUMNS = ["region", "campaign", "horizon_day", "error", "ratio_error",
            "inside50", "inside80", "inside95"]  # fmt: skip


def backtest(known: Curves) -> Backtest:
    """Every past campaign as if it were the running one, with only the campaigns before it.

    Where these are too few, with all the others, the nearest one as the last.
    """
    campaigns = known.campaigns
    trials: dict[int, Trial] = {}
    before = range(_FEWEST_BEFORE, len(campaigns))
    leave_one_out = len(before) < _FEWEST_TESTED
    if not leave_one_out:
        trials = {campaigns[n]: trial(known.past[:, n], known.past[:, :n]) for n in before}
    elif len(campaigns) > 1:
        for n, campaign in enumerate(campaigns):
            trials[campaign] = trial(known.past[:, n], known.past[:, _others(campaigns, n)])
    return Backtest(known.regions, trials, leave_one_out)


def _others(campaigns: tuple[int, ...], left_out: int) -> list[int]:
    """The places of the others, the nearest last; of two as near the one before."""
    others = [n for n in range(len(campaigns)) if n != left_out]
    apart = {n: abs(campaigns[n] - campaigns[left_out]) for n in others}
    return sorted(others, key=lambda n: (-apart[n], n < left_out))
