"""What commands set up before they run: settings told to child processes, a warehouse that answers.

Imports lazily, for the commands that need nothing of it to start fast.
"""

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange, paris_today
from snu_analytics.errors import PartitionError
from snu_analytics.settings import Settings, export, read_settings

if TYPE_CHECKING:
    import dagster as dg


def with_warehouse() -> tuple[Settings, str]:
    """The settings, and the warehouse's address, started if embedded, told to child processes."""
    from snu_analytics.orchestration.runs import prepare_home
    from snu_analytics.warehouse import dagster_url, resolve_url

    settings = read_settings()
    warehouse_url = resolve_url(settings.warehouse_url, settings.home)
    export(settings)
    os.environ["SNU_WAREHOUSE_URL"] = warehouse_url
    os.environ["SNU_DAGSTER_URL"] = dagster_url(warehouse_url, settings.dagster_url)
    prepare_home(settings)
    return settings, warehouse_url


def partitions(settings: Settings, first: date, last: date) -> DayRange:
    yesterday = paris_today() - timedelta(days=1)
    if last < first:
        raise PartitionError(f"{first} is after {last}: give the earlier day first")
    if first < settings.start_date:
        raise PartitionError(
            f"{first} is before the first partition, {settings.start_date} (SNU_START_DATE)"
        )
    if last > yesterday:
        raise PartitionError(f"{last} is not over yet: the last partition is {yesterday}")
    return DayRange(first, last)


def check_ready(settings: Settings, warehouse_url: str, entity: str | None) -> None:
    """Raise what would stop every day anyway, before any of them is begun."""
    from snu_analytics.cli.doctor import require_ready

    entities = [entity] if entity else list(load_catalogue().entities)
    require_ready(settings, warehouse_url, entities)


def load_definitions() -> "dg.Definitions":
    """Dagster's definitions of the project; for processes that are started with this function."""
    from snu_analytics.definitions import defs

    return defs
