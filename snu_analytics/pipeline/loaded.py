"""What must be loaded before figures are made of it."""

from datetime import date
from typing import NoReturn

import psycopg

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.pipeline.context import EVENTS
from snu_analytics.warehouse import loaded_days


def require_loaded(entity: Entity, days: DayRange, warehouse: psycopg.Connection) -> None:
    """Raise WarehouseError, naming the asset to run, when events of a day were never loaded."""
    missing = set(days) - loaded_days(warehouse, entity.table, days.first, days.last)
    if missing:
        refuse_missing_day(entity, min(missing))


def refuse_missing_day(entity: Entity, day: date) -> NoReturn:
    """Raise WarehouseError, naming the asset to run, for a day whose events were never loaded."""
    raise WarehouseError(
        f"analytics.{entity.table} holds no load of {day}: materialise "
        f"{entity.name}/{EVENTS} for that day first"
    )
