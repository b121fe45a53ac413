"""A rotation of the pseudonym key: every day that was loaded is rebuilt with the new key.

Both keys may write while it lasts. A table's day is replaced whole, so that its rows are of one
key; the quarantined patches of a day come to be of the new key a moment before its events do, and
tables are joined by pseudonyms only where both sides were rebuilt. Days are rebuilt from what the
source holds now: where it lost patches or documents since, so do the rows.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange, consecutive
from snu_analytics.errors import WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.orchestration.backfill import Done, backfill
from snu_analytics.warehouse import begin_rotation, connect, days_of_other_keys

# What carries pseudonyms that no day holds over to the new key; the old key may be gone (None).
# It is called again after an interruption, and must do nothing twice.
CarryOver = Callable[[psycopg.Connection, Pseudonymiser | None, Pseudonymiser], None]


@dataclass(frozen=True)
class Stretch:
    """Consecutive days to rebuild, of an entity or of all of them (None)."""

    days: DayRange
    entity: str | None


def begin(
    warehouse_url: str,
    old: Pseudonymiser | None,
    new: Pseudonymiser,
    carry_over: CarryOver | None = None,
) -> None:
    """Admit the new key beside the old, and carry over what must be there before any rebuilding.

    Raises WarehouseError as `begin_rotation` does.
    """
    with connect(warehouse_url) as connection:
        begin_rotation(connection, new.fingerprint)
        if carry_over:
            carry_over(connection, old, new)


def remaining(warehouse_url: str, fingerprint: str, catalogue: Catalogue) -> list[Stretch]:
    """The days still to be rebuilt with the key of this fingerprint.

    Raises WarehouseError when a table holds such days whose entity is no longer in the catalogue.
    """
    with connect(warehouse_url) as connection:
        return stretches(days_of_other_keys(connection, fingerprint), catalogue)


def stretches(loads: Collection[tuple[str, date]], catalogue: Catalogue) -> list[Stretch]:
    """The loads (table, day) as few backfills: consecutive days with the same entities.

    Raises WarehouseError for a table whose entity is no longer in the catalogue.
    """
    names = {entity.table: entity.name for entity in catalogue.entities.values()}
    by_day: dict[date, set[str]] = {}
    for table, day in loads:
        if table not in names:
            raise WarehouseError(
                f"analytics.{table} holds days of the old key, and its entity is no longer in the "
                "catalogue: put its file back, finish the rotation, then take it out again"
            )
        by_day.setdefault(day, set()).add(names[table])
    return [
        Stretch(days, entity)
        for entities, days in sorted(_runs(by_day), key=lambda run: run[1])
        for entity in ([None] if len(entities) == len(names) else sorted(entities))
    ]


def rebuild(work: Sequence[Stretch], definitions: Callable[[], dg.Definitions]) -> Iterator[Done]:
    """Backfill the stretches one after the other, with the key that the environment names."""
    for stretch in work:
        yield from backfill(stretch.days, definitions, stretch.entity)


def _runs(by_day: Mapping[date, set[str]]) -> Iterator[tuple[frozenset[str], DayRange]]:
    """Each run of consecutive days with the same entities."""
    for entities in set(map(frozenset, by_day.values())):
        days = consecutive(day for day, names in by_day.items() if names == entities)
        yield from ((entities, run) for run in days)
