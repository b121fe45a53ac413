"""A rotation of the pseudonym key: every day that was loaded is rebuilt with the new key.

Both keys may write while it lasts. A table's day is replaced whole, so that its rows are of one
key; the quarantined patches of a day come to be of the new key a moment before its events do, and
tables are joined by pseudonyms only where both sides were rebuilt. Days are rebuilt from what the
source tells now: where it lost patches or documents since, so do the rows.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.orchestration.backfill import Done, backfill
from snu_analytics.warehouse import begin_rotation, connect, days_of_other_keys

# What carries pseudonyms that no day holds over to the new key; the old key may be gone (None).
# It is called again after an interruption, and must do nothing twice.
CarryOver = Callable[[psycopg.Connection, Pseudonymiser | None, Pseudonymiser], None]


@dataclass(frozen=True)
class Stretch:
    """Consecutive days to rebuild, of one entity or of all of them (None)."""

    days: DayRange
    entity: str | None


def begin(
    warehouse_url: str,
    old: Pseudonymiser | None,
    new: Pseudonymiser,
    carry_over: CarryOver | None = None,
) -> None:
    """Let the new key write, and carry over what must stand before any day is rebuilt.

    Raises WarehouseError as `begin_rotation` does.
    """
    with connect(warehouse_url) as connection:
        begin_rotation(connection, new.fingerprint)
        if carry_over:
            carry_over(connection, old, new)


def remaining(warehouse_url: str, fingerprint: str, catalogue: Catalogue) -> list[Stretch]:
    """What is still to be rebuilt with the key of this fingerprint.

    Raises WarehouseError when a table holds such days whose entity is no longer in the catalogue.
    """
    with connect(warehouse_url) as connection:
        return stretches(days_of_other_keys(connection, fingerprint), catalogue)


def stretches(loads: Collection[tuple[str, date]], catalogue: Catalogue) -> list[Stretch]:
    """Tables and days as few backfills: days that follow each other and have the same entities."""
    names = {entity.table: entity.name for entity in catalogue.entities.values()}
    by_day: dict[date, set[str]] = {}
    for table, day in loads:
        if table not in names:
            raise WarehouseError(
                f"analytics.{table} holds days of the old key, and its entity is no longer in the "
                "catalogue: drop the table as `snu-analytics migrate` says, or put the entity back"
            )
        by_day.setdefault(day, set()).add(names[table])
    found: list[Stretch] = []
    for days, entities in _alike(by_day):
        whole = len(entities) == len(names)
        found += [Stretch(days, entity) for entity in ([None] if whole else sorted(entities))]
    return found


def rebuild(work: Sequence[Stretch], definitions: Callable[[], dg.Definitions]) -> Iterator[Done]:
    """Backfill the stretches one after the other, with the key that the environment tells."""
    for stretch in work:
        yield from backfill(stretch.days, definitions, stretch.entity)


def _alike(by_day: dict[date, set[str]]) -> list[tuple[DayRange, set[str]]]:
    """Each run of consecutive days with the same entities, and these."""
    runs: list[tuple[DayRange, set[str]]] = []
    for day in sorted(by_day):
        if runs:
            days, entities = runs[-1]
            if day == days.last + timedelta(days=1) and entities == by_day[day]:
                runs[-1] = DayRange(days.first, day), entities
                continue
        runs.append((DayRange(day, day), by_day[day]))
    return runs
