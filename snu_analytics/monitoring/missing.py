"""Days that were never loaded, between the first that was and yesterday."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, consecutive
from snu_analytics.warehouse import loaded_days

# One run of a backfill: what lacks more was never loaded on purpose, or needs a person.
ASKED_AT_MOST = 31


@dataclass(frozen=True)
class Gap:
    """Days in a row that lack for some entities."""

    days: DayRange
    entities: tuple[str, ...]

    def __str__(self) -> str:
        span = f"{self.days.first}"
        if len(self.days) > 1:
            span += f" to {self.days.last} ({len(self.days):,} days)"
        return f"{span}: {', '.join(self.entities)}"

    @property
    def command(self) -> str:
        """What loads the days by hand."""
        if len(self.days) == 1:
            return f"snu-analytics materialize {self.days.first}"
        return f"snu-analytics backfill {self.days.first} {self.days.last}"


def missing_days(
    catalogue: Catalogue, until: date, warehouse: psycopg.Connection
) -> dict[str, list[date]]:
    """The days up to one, both ends included, that lack a load, by entity in catalogue order.

    From the first day that any entity was loaded of: what lies before was left out on purpose.
    Empty where nothing was loaded yet.
    """
    tables = [entity.table for entity in catalogue.entities.values()]
    row = warehouse.execute(
        "SELECT min(day) FROM analytics.day_load WHERE relation = ANY(%s)", [tables]
    ).fetchone()
    if not row or row[0] is None or row[0] > until:
        return {}
    expected = set(DayRange(row[0], until))
    lacking = {
        entity.name: sorted(expected - loaded_days(warehouse, entity.table, row[0], until))
        for entity in catalogue.entities.values()
    }
    return {name: days for name, days in lacking.items() if days}


def gaps(missing: Mapping[str, Sequence[date]]) -> list[Gap]:
    """The missing days as ranges without a gap, each with the entities that lack the same days."""
    entities: dict[date, tuple[str, ...]] = {}
    for name, days in missing.items():
        for day in days:
            entities[day] = (*entities.get(day, ()), name)
    return sorted(
        (
            Gap(days, lacking)
            for lacking in set(entities.values())
            for days in consecutive(day for day, names in entities.items() if names == lacking)
        ),
        key=lambda gap: (gap.days, gap.entities),
    )
