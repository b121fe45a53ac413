"""Numbers of frames as counts, and the sentences that stand for charts."""

from collections.abc import Sequence

import pandas as pd

from snu_analytics.reports.blocks import Bar
from snu_analytics.reports.language import Words


def describe(bars: Sequence[Bar], words: Words) -> str:
    """The sentence that stands for a bar chart to whoever does not see it."""
    values = [
        words("bars.point", label=bar.label, value=whole(bar.value))
        if bar.value is not None
        else words("bars.point", label=bar.label, value=words("bars.masked"))
        for bar in bars
    ]
    return words("bars.description", values=", ".join(values))


def whole(value: float | None) -> int | None:
    """A count that pandas holds as float; None where it is missing."""
    return None if value is None or pd.isna(value) else int(value)
