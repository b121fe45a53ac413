"""Which months can be closed."""

from datetime import date

import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, month_of
from snu_analytics.warehouse import closed_months, loaded_days


def months_to_close(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection
) -> list[date]:
    """The first days of the months, of those that days lie in, loaded whole and not closed."""
    months = sorted({day.replace(day=1) for day in days})
    last = month_of(months[-1]).last
    loaded = [
        loaded_days(warehouse, entity.table, months[0], last)
        for entity in catalogue.entities.values()
        if entity.figures
    ]
    closed = closed_months(warehouse)
    return [
        month
        for month in months
        if month not in closed and all(ready.issuperset(month_of(month)) for ready in loaded)
    ]
