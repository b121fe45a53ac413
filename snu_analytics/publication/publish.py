"""The national totals of some days, and the months that they complete."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, month_of
from snu_analytics.errors import WarehouseError
from snu_analytics.pipeline import EVENTS
from snu_analytics.publication.closing import Closed, close_month
from snu_analytics.publication.totals import publish_totals
from snu_analytics.warehouse import loaded_days


@dataclass
class Published:
    """The counts of each published day, and the months that were closed."""

    days: dict[date, dict[str, int]]
    closed: list[Closed] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """The counts of all closed months (see `Closed`)."""
        return sum((closed.counts for closed in self.closed), Counter())


def publish(
    catalogue: Catalogue,
    days: DayRange,
    warehouse: psycopg.Connection,
    threshold: int,
    closing: bool = True,
) -> Published:
    """Publish the totals of the days, and close those of their months that are loaded whole.

    Without `closing` totals alone are published. Raises WarehouseError naming the asset to run when
    none of the days is loaded.
    """
    published = Published(publish_totals(catalogue, days, warehouse))
    months = {day.replace(day=1) for day in days}
    loaded = _loaded(catalogue, DayRange(min(months), month_of(max(months)).last), warehouse)
    if not loaded & set(days):
        name = next(entity.name for entity in catalogue.entities.values() if entity.figures)
        raise WarehouseError(
            f"{days.first} is not loaded for every entity: materialise {name}/{EVENTS} and the "
            "others for that day first"
        )
    for month in sorted(months) if closing else []:
        if loaded.issuperset(month_of(month)):
            published.closed.append(close_month(catalogue, month, warehouse, threshold))
    return published


def _loaded(catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection) -> set[date]:
    """The days that are loaded for every entity with figures."""
    loaded = set(days)
    for entity in catalogue.entities.values():
        if entity.figures:
            loaded &= loaded_days(warehouse, entity.table, days.first, days.last)
    return loaded
