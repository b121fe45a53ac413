"""What both sources make of a request: instants, refs and fields; and a table of documents."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.source.contract import Patches
from snu_analytics.source.decode import HEX, Scope
from snu_analytics.source.patches import concatenated
from snu_analytics.source.times import instants, object_id_time

# By how much the time of an `_id` may differ from the date that goes with it.
MARGIN = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """The first whole millisecond since 1970 that is not before the moment (time zone needed)."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def wanted_refs(refs: Iterable[str]) -> pl.Series:
    """The refs, sorted and distinct; what is no ObjectId in hexadecimal is left out."""
    return pl.Series(sorted({ref.lower() for ref in refs if HEX.fullmatch(ref)}), dtype=pl.String)


def read_fields(entity: Entity, fields: Collection[str] | None = None) -> list[str]:
    """The entity's fields, or those of them asked for, in the catalogue's order."""
    return [field for field in entity.fields if fields is None or field in fields]


def scope(entity: Entity, fields: Collection[str] | None = None) -> Scope:
    """The scope of an entity's collections, or of some of its fields."""
    return Scope(tuple(read_fields(entity, fields)), entity.dropped_name)


def no_documents(fields: Iterable[str]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(("ref", *fields), pl.String))


def no_patches() -> Patches:
    return concatenated([]).in_order()


def presence_field(entity: Entity) -> str:
    """The field that `presence` needs."""
    return entity.purge.field if entity.purge else entity.creation.field


def presence(documents: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """`ref` and `purged` (Boolean) of documents with their presence field."""
    purged = pl.lit(value=False)
    if entity.purge:
        purged = pl.col(entity.purge.field) == f'"{entity.purge.value}"'
    return documents.select("ref", purged=purged)


def value_counts(texts: pl.Series) -> dict[str, int]:
    """How often each text occurs."""
    return dict(sorted(texts.value_counts().iter_rows()))


def name_counts(unknown: pl.Series) -> dict[str, int]:
    """How many documents have each of the field names in the column UNKNOWN."""
    return value_counts(unknown.filter(unknown != "").str.split("\n").explode())


def made_within(documents: pl.DataFrame, date: str, start: datetime, end: datetime) -> list[str]:
    """The refs of the documents whose `date` (text) or ObjectId lies in [start, end)."""
    within = [
        (moment >= start) & (moment < end)
        for moment in (instants(pl.col(date)), object_id_time(pl.col("ref")))
    ]
    return documents.filter(pl.any_horizontal(within))["ref"].to_list()
