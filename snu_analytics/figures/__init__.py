"""Daily figures: counts of events by group, compiled from the catalogue's definitions to SQL.

Knows the catalogue and the event tables' columns; not Dagster, not the source.
"""

from snu_analytics.figures.daily import (
    FIGURE_COLUMNS,
    count_query,
    definition,
    figure_part,
    figure_query,
)

__all__ = ["FIGURE_COLUMNS", "count_query", "definition", "figure_part", "figure_query"]
