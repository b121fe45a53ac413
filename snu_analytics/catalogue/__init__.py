"""What is kept of each entity, why, and which changes are events: one YAML file per entity.

Knows neither a database nor Dagster; everything else reads it. A second field, event, figure or
entity is a line or a file here, not code elsewhere. `breakdowns`, the categories of counts, is
imported by its own name: it loads polars, which the command line's start does without.
"""

from snu_analytics.catalogue.load import Place, load_catalogue, places
from snu_analytics.catalogue.model import (
    Catalogue,
    Column,
    Creation,
    Entity,
    EventRule,
    Field,
    Figure,
    Treatment,
)
from snu_analytics.catalogue.vocabulary import Vocabulary

__all__ = [
    "Catalogue",
    "Column",
    "Creation",
    "Entity",
    "EventRule",
    "Field",
    "Figure",
    "Place",
    "Treatment",
    "Vocabulary",
    "load_catalogue",
    "places",
]
