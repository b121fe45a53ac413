"""Erasures carried over to a new pseudonym key, so that who was erased stays erased."""

from collections.abc import Iterator

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.days import DayRange
from snu_analytics.events import Pseudonymiser
from snu_analytics.source import Source
from snu_analytics.warehouse import carry_erased, erased_digests

_DAYS_AT_ONCE = 31


def carry_over(
    catalogue: Catalogue,
    source: Source,
    days: DayRange,
    old: Pseudonymiser,
    new: Pseudonymiser,
    warehouse: psycopg.Connection,
) -> int:
    """The number of erased subjects whose erasure is listed under the new key as well.

    A digest cannot be turned back: the documents of the source, and those that the patches of the
    days refer to, get the digests of both keys, and the old ones are compared. Subjects of whom the
    source holds neither cannot come back, and are not carried over.
    """
    carried = 0
    for name, erased in erased_digests(warehouse, old).items():
        digests: dict[str, str] = {}
        for refs in _refs(source, catalogue.entities[name], days):
            former = old.erased(old.series(name, refs))
            held = former.is_in(erased)
            renewed = new.erased(new.series(name, refs.filter(held)))
            digests |= dict(zip(former.filter(held), renewed, strict=True))
        carry_erased(warehouse, name, digests, new.fingerprint)
        carried += len(digests)
    return carried


def _refs(source: Source, entity: Entity, days: DayRange) -> Iterator[pl.Series]:
    yield source.present(entity)["ref"]
    for part in days.chunks(_DAYS_AT_ONCE):
        yield source.day_patches(entity, part.start, part.end).heads["ref"].drop_nulls().unique()
