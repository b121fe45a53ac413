"""What is published: national totals by the day, breakdowns when a month closes, revisions.

Knows the catalogue, the warehouse and what the pipeline has loaded; not Dagster. What may be shown
is decided in `disclosure`, which knows no database.
"""

from snu_analytics.publication.closing import Closed, close_month
from snu_analytics.publication.periods import Around, EntityClosing
from snu_analytics.publication.ready import days_to_publish, months_to_close
from snu_analytics.publication.revisions import months_to_revise
from snu_analytics.publication.totals import publish_totals

__all__ = [
    "Around",
    "Closed",
    "EntityClosing",
    "close_month",
    "days_to_publish",
    "months_to_close",
    "months_to_revise",
    "publish_totals",
]
