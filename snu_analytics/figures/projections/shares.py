"""How campaigns develop: which share of its total a campaign has reached on each of its days."""

from dataclasses import dataclass

import numpy as np

from snu_analytics.figures.projections.campaigns import Array

# A region's own curve counts as its validations, the curve of all of France as so many. Between 100
# and 1,000 the errors of simulated regions differ by 0.3 points, though their curves have one
# shape: at the thousands of a real region its own shape prevails.
_WEIGHT_OF_FRANCE = 500

# The openings, holidays and stays that carry a campaign move by a week or two from year to year:
# so many days apart (standard deviation) two campaigns are taken to be before a difference was
# seen. It counts as much as PRIOR_FREEDOM differences. Simulated, 80 % bands hold 75 to 88 % of
# totals with 10 days, 80 to 90 % with 14, 70 to 87 % with 7.
_TIMING_DAYS = 10
PRIOR_FREEDOM = 2

_LEAST_SHARE = 1e-4


@dataclass(frozen=True, eq=False)
class Development:
    """The expected course of the next campaign, learnt from past ones, for each of its days.

    `share` (regions, days): the expected share of the total, 1 on the last day. `greatest`
    (regions, days): the greatest share of any campaign, at least 1; above 1 where more were
    withdrawn than validated from then on. `between` (days):
    the variance of the log share of a new campaign around it, for all of France. `noise` (days):
    by how much a region's share varies more than a binomial one, at least 1; pupils come by
    classes. `freedom`: degrees of freedom of `between`.
    """

    share: Array
    greatest: Array
    between: Array
    noise: Array
    freedom: int


def development(past: Array) -> Development:
    """The development of past campaigns, shaped as in `Curves`, at least one, each of a total > 0.

    Shares are geometric means over the campaigns, as bands are on log shares. The variance is that
    of the campaigns, moderated by a prior of PRIOR_FREEDOM degrees of freedom (Smyth 2004, Linear
    models and empirical Bayes methods, section 3); (1 + 1/n) is that of a new observation around a
    mean of n. The overdispersion is Pearson's chi-square over its degrees of freedom (McCullagh &
    Nelder 1989, section 4.5), of the regions' shares around that of France.
    """
    totals = past[:, :, -1:]
    campaigns = past.shape[1]
    france = np.maximum(past[0] / totals[0], _LEAST_SHARE)
    weight = np.maximum(totals, 0) + _WEIGHT_OF_FRANCE
    pooled = (np.where(totals > 0, past, 0) + _WEIGHT_OF_FRANCE * france) / weight
    logs = np.log(np.maximum(pooled, _LEAST_SHARE))
    logs[0] = np.log(france)
    log_share = logs.mean(axis=1)
    share = np.exp(log_share)
    noise = _noise(past, france)
    seen = ((logs[0] - log_share[0]) ** 2).sum(axis=0)
    ahead = np.minimum(np.arange(share.shape[1]) + _TIMING_DAYS, share.shape[1] - 1)
    assumed = (log_share[0][ahead] - log_share[0]) ** 2
    assumed += noise * np.abs(1 - share[0]) / share[0] / totals[0].mean()
    freedom = PRIOR_FREEDOM + campaigns - 1
    between = (PRIOR_FREEDOM * assumed + seen) / freedom * (1 + 1 / campaigns)
    greatest = np.maximum(np.exp(logs.max(axis=1)), 1)
    return Development(share, greatest, between, noise, freedom)


def _noise(past: Array, france: Array) -> Array:
    regions, totals = past[1:], past[1:, :, -1:]
    expected = np.clip(france, 0.001, 0.999)
    counted = np.maximum(totals, 1)
    squares = totals.clip(min=0) * (regions / counted - expected) ** 2
    freedom = max((len(regions) - 1) * past.shape[1], 1)
    return np.maximum((squares / (expected * (1 - expected))).sum(axis=(0, 1)) / freedom, 1)
