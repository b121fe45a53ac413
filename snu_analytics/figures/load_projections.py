"""The projections of each day to the warehouse."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.pipeline import require_loaded
from snu_analytics.warehouse import replace_days

if TYPE_CHECKING:
    import pandas as pd

_PROJECTED = ("inscription", "validated")

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
_ACHIEVED = (
    "SELECT as_of, region, achieved FROM analytics.projection WHERE as_of BETWEEN %s AND %s "
    "ORDER BY as_of, region"
)
_FROM = "SELECT DISTINCT as_of FROM analytics.projection WHERE as_of >= %s ORDER BY as_of"
_COURSE = """
SELECT as_of, campaign::int, horizon_day::int, achieved, objective, projected, low80, high80
FROM analytics.projection
WHERE region = 'France' AND as_of <= %s AND horizon_day > 0
  AND campaign BETWEEN extract(year FROM %s::date + interval '4 months') - 1
                   AND extract(year FROM %s::date + interval '4 months')
ORDER BY as_of
"""


def load_projections(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> dict[date, "pd.DataFrame"]:
    """The projections of each day, made of the figures up to it; they replace those of the day.

    Columns as of `projections.PROJECTION_COLUMNS`. Later days that are projected already are
    projected again when what was achieved by one of the days is other than it was: so days may run
    in any order. Raises WarehouseError, naming the asset to run, when inscriptions of a day were
    never loaded.
    """
    for entity in catalogue.entities.values():
        if any((figure.phase, figure.figure) == _PROJECTED for figure in entity.figures):
            require_loaded(entity, days, warehouse)
    bounds = [days.first, days.last]
    former = warehouse.execute(_ACHIEVED, bounds).fetchall()
    made = _load(list(days), warehouse)
    if warehouse.execute(_ACHIEVED, bounds).fetchall() != former:
        project_again(days.last + timedelta(days=1), warehouse)
    return made


def project_again(first: date, warehouse: psycopg.Connection) -> None:
    """Replace the projections of every day from one on that has some."""
    days = warehouse.execute(_FROM, [first]).fetchall()
    _load([day for (day,) in days], warehouse)


def _load(days: Sequence[date], warehouse: psycopg.Connection) -> dict[date, "pd.DataFrame"]:
    import pandas as pd  # 45 MB that the processes of a backfill never need

    from snu_analytics.figures.projections import PROJECTION_COLUMNS, projections

    if not days:
        return {}
    daily = warehouse.execute(_DAILY, [days[-1]]).fetchall()
    goals = warehouse.execute(_OBJECTIVES).fetchall()
    counts = pd.DataFrame(daily, columns=["day", "region", "value"])
    objectives = pd.DataFrame(goals, columns=["campaign", "region", "objective"])
    made = {}
    for day in days:
        made[day] = projections(counts[counts["day"] <= day], day, objectives)
        rows = pl.from_pandas(made[day], nan_to_null=True)
        replace_days(warehouse, "projection", "as_of", [day], rows.select(PROJECTION_COLUMNS))
    return made


def projection_course(warehouse: psycopg.Connection, day: date) -> "pd.DataFrame":
    """What was achieved in France up to a day, in its campaign and the one before.

    Columns as_of, campaign and horizon_day (int64), achieved, objective, projected, low80, high80
    (float, persons), by day.
    """
    import pandas as pd  # 45 MB that the processes of a backfill never need

    columns = ["as_of", "campaign", "horizon_day", "achieved", "objective", "projected"]
    rows = warehouse.execute(_COURSE, [day, day, day]).fetchall()
    frame = pd.DataFrame(rows, columns=[*columns, "low80", "high80"])
    return frame.astype(dict.fromkeys(frame.columns[3:], "float64"))
