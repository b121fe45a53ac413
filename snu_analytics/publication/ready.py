"""What can be published: days that are loaded of all entities, and whole months of them."""

from datetime import date

import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, month_of
from snu_analytics.warehouse import closed_months, loaded_days


def days_to_publish(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> set[date]:
    """Those of the days that are loaded for every entity with figures."""
    loaded = [
        loaded_days(warehouse, entity.table, days.first, days.last)
        for entity in catalogue.entities.values()
        if entity.figures
    ]
    return set(days).intersection(*loaded)


def months_to_close(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> list[date]:
    """The first days of the months that the days lie in, if loaded whole and not closed."""
    months = {day.replace(day=1) for day in days} - closed_months(warehouse).keys()
    whole = DayRange(month_of(days.first).first, month_of(days.last).last)
    ready = days_to_publish(catalogue, whole, warehouse)
    return sorted(month for month in months if ready.issuperset(month_of(month)))
