"""Projections of validated inscriptions to 31 May of a campaign, with bands, and their backtest.

Frames of daily counts go in, a frame of projections comes out. Knows the calendar of campaigns;
neither Dagster nor a database nor the source.
"""

from snu_analytics.figures.projections.backtest import Backtest, backtest
from snu_analytics.figures.projections.campaigns import FRANCE, LENGTH, Curves, curves
from snu_analytics.figures.projections.table import PROJECTION_COLUMNS, projections

__all__ = [
    "FRANCE",
    "LENGTH",
    "PROJECTION_COLUMNS",
    "Backtest",
    "Curves",
    "backtest",
    "curves",
    "projections",
]
