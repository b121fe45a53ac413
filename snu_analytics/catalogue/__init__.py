"""What is kept of each entity, why, and which changes are events: one YAML file per entity.

And what days, places, cohorts, statuses and figures are: the contents of the dimension tables.
Knows neither a database nor Dagster; everything else reads it. A second field, event, figure or
entity is a line or a file here, not code elsewhere. `breakdowns`, the categories of counts, is
imported by its own name: it loads polars, which the command line's start does without.
"""

from snu_analytics.catalogue.calendar import calendar_days
from snu_analytics.catalogue.dimensions import (
    Definition,
    cohorts,
    definitions,
    departments,
    regions,
    statuses,
)
from snu_analytics.catalogue.load import Place, first_fault, load_catalogue, parse_yaml, places
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
)
from snu_analytics.catalogue.view import View
from snu_analytics.catalogue.vocabulary import OTHER, Vocabulary, fold

__all__ = [
    "OTHER",
    "Catalogue",
    "Category",
    "Clause",
    "Column",
    "ColumnType",
    "Creation",
    "Definition",
    "Dropped",
    "Entity",
    "EventRule",
    "Field",
    "Figure",
    "Place",
    "View",
    "Vocabulary",
    "calendar_days",
    "cohorts",
    "definitions",
    "departments",
    "first_fault",
    "fold",
    "load_catalogue",
    "parse_yaml",
    "places",
    "regions",
    "statuses",
]
