"""What must be loaded before figures are made of it."""

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
        raise WarehouseError(
            f"analytics.{entity.table} holds no load of {min(missing)}: materialise "
            f"{entity.name}/{EVENTS} for that day first"
        )
