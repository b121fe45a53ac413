"""All tables: their columns, comments, indexes, the rows of dimensions, and the views.

Knows the catalogue; no connection but the one it is given while migrating, and nothing of what
fills the tables.
"""

from snu_analytics.warehouse.schema.dimensions import ensure_dimensions
from snu_analytics.warehouse.schema.event_order import ensure_event_order
from snu_analytics.warehouse.schema.published_tables import RETIRED_TABLES, published_views
from snu_analytics.warehouse.schema.renames import ensure_names
from snu_analytics.warehouse.schema.tables import ANALYTICS, PUBLISHED, warehouse_metadata
from snu_analytics.warehouse.schema.views import ensure_views, views_on

__all__ = [
    "ANALYTICS",
    "PUBLISHED",
    "RETIRED_TABLES",
    "ensure_dimensions",
    "ensure_event_order",
    "ensure_names",
    "ensure_views",
    "published_views",
    "views_on",
    "warehouse_metadata",
]
