"""What days, places, cohorts, statuses and figures are: the contents of the dimension tables.

Small files and the catalogue go in, rows come out. Knows neither Dagster nor a database.
"""

from snu_analytics.dimensions.calendar import CalendarDay, calendar_days, public_holidays
from snu_analytics.dimensions.contents import (
    Cohort,
    Definition,
    Department,
    Region,
    Status,
    cohorts,
    definitions,
    departments,
    regions,
    statuses,
)

__all__ = [
    "CalendarDay",
    "Cohort",
    "Definition",
    "Department",
    "Region",
    "Status",
    "calendar_days",
    "cohorts",
    "definitions",
    "departments",
    "public_holidays",
    "regions",
    "statuses",
]
