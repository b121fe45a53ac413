"""What is published: national totals by the day, breakdowns when a month closes, revisions.

Knows the catalogue, the warehouse and what the pipeline has loaded; not Dagster. What may be shown
is decided in `disclosure`, which knows no database.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from snu_analytics.publication.ready import days_to_publish, months_to_close
from snu_analytics.publication.totals import publish_totals

if TYPE_CHECKING:
    from snu_analytics.publication.closing import Closed, close_month
    from snu_analytics.publication.periods import Around, EntityClosing
    from snu_analytics.publication.revisions import months_to_revise

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

# These need SciPy's solver and matrices: 0.5 s that every other start does without.
_LOADED_WHEN_ASKED = {
    "Around": "periods",
    "Closed": "closing",
    "EntityClosing": "periods",
    "close_month": "closing",
    "months_to_revise": "revisions",
}


def __getattr__(name: str) -> object:
    if name not in _LOADED_WHEN_ASKED:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_LOADED_WHEN_ASKED[name]}"), name)
