"""What is kept of each entity, why, and which changes are events: one YAML file per entity.

And what days, places, cohorts, statuses and figures are: the contents of the dimension tables.
Knows neither a database nor Dagster; everything else reads it. A second field, event, figure or
entity is a line or a file here, not code elsewhere. `breakdowns`, the categories of counts, is
imported by its own name: it loads polars, which the command line's start does without.
"""

from snu_analytics.catalogue.calendar import CalendarDay, calendar_days, public_holidays
from snu_analytics.catalogue.dimensions import (
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
from snu_analytics.catalogue.load import Place, load_catalogue, places
from snu_analytics.catalogue.model import (
    Catalogue,
    Category,
    Clause,
    Column,
    ColumnType,
    Creation,
    Dropped,
    Entity,
    EventRule,
    Field,
    Figure,
    Treatment,
)
from snu_analytics.catalogue.view import View
from snu_analytics.catalogue.vocabulary import OTHER, Vocabulary, fold

__all__ = [
    "OTHER",
    "CalendarDay",
    "Catalogue",
    "Category",
    "Clause",
    "Cohort",
    "Column",
    "ColumnType",
    "Creation",
    "Definition",
    "Department",
    "Dropped",
    "Entity",
    "EventRule",
    "Field",
    "Figure",
    "Place",
    "Region",
    "Status",
    "Treatment",
    "View",
    "Vocabulary",
    "calendar_days",
    "cohorts",
    "definitions",
    "departments",
    "fold",
    "load_catalogue",
    "places",
    "public_holidays",
    "regions",
    "statuses",
]
