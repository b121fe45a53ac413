"""The projections of each day to the warehouse."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import psycopg

from snu_analytics.days import DayRange
from snu_analytics.warehouse import copy_blocks, copy_text, mapped_errors, replace_day

if TYPE_CHECKING:
    import pandas as pd

# Net of withdrawals: a young person validated who withdraws no longer counts.
_DAILY = """
SELECT day, region, sum(CASE figure WHEN 'validated' THEN value ELSE -value END)::bigint
FROM analytics.daily_figure
WHERE phase = 'inscription' AND figure IN ('validated', 'withdrawn_after_validation') AND day <= %s
GROUP BY day, region
"""
_OBJECTIVES = """
SELECT year, region, sum(objective)::bigint FROM analytics.objective
WHERE year IS NOT NULL AND objective IS NOT NULL GROUP BY year, region
"""


def load_projections(days: DayRange, warehouse: psycopg.Connection) -> dict[date, "pd.DataFrame"]:
    """Replace the days' projections by those made of the figures up to each day; by day.

    Columns as of `projections.PROJECTION_COLUMNS`.
    """
    import pandas as pd

    from snu_analytics.projections import PROJECTION_COLUMNS, projections

    with mapped_errors():
        daily = warehouse.execute(_DAILY, [days.last]).fetchall()
        goals = warehouse.execute(_OBJECTIVES).fetchall()
    counts = pd.DataFrame(daily, columns=["day", "region", "value"])
    objectives = pd.DataFrame(goals, columns=["campaign", "region", "objective"])
    made = {}
    for day in days:
        made[day] = projections(counts[counts["day"] <= day], day, objectives)
        rows = pl.from_pandas(made[day], nan_to_null=True)
        replace_day(
            warehouse,
            "projection",
            "as_of",
            day,
            PROJECTION_COLUMNS,
            copy_blocks(copy_text(rows.select(PROJECTION_COLUMNS))),
        )
    return made
