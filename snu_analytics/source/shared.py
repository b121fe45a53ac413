"""What both sources make of a request: instants, refs and fields; and a table of documents."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa

from snu_analytics.catalogue import Entity
from snu_analytics.source.columns import HEX_ID, TEXT, Table, empty, id_series, text_series
from snu_analytics.source.contract import Patches
from snu_analytics.source.decode import HEX, Scope
from snu_analytics.source.instants import instants, object_id_time
from snu_analytics.source.patches import join

# By how much the time of an `_id` may differ from the date that goes with it.
MARGIN = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """The first whole millisecond since 1970 that is not before the moment (time zone needed)."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def wanted_refs(refs: Iterable[str]) -> np.ndarray:
    """The refs as HEX_ID, sorted and distinct; what is no ObjectId in hexadecimal is left out."""
    known = {ref.lower() for ref in refs if HEX.fullmatch(ref)}
    return np.array(sorted(known), HEX_ID)


def kept_fields(entity: Entity, fields: Collection[str] | None = None) -> list[str]:
    """The entity's fields, or those of them asked for, in the catalogue's order."""
    return [field for field in entity.fields if fields is None or field in fields]


def scope(entity: Entity, fields: Collection[str] | None = None) -> Scope:
    """What is read of an entity's collections, or of some of its fields."""
    return Scope(tuple(kept_fields(entity, fields)), entity.dropped_name)


def document_frame(documents: Table) -> pl.DataFrame:
    """`ref` and the fields as String columns."""
    columns = {name: column for name, column in documents.items() if name != "ref"}
    told = {name: text_series(column) for name, column in columns.items()}
    return pl.DataFrame({"ref": id_series(documents["ref"]), **told})


def presence(documents: Table, entity: Entity) -> pl.DataFrame:
    """`ref` and `purged` of a table of documents that has the field of the entity's purge."""
    refs = id_series(documents["ref"]).alias("ref")
    if entity.purge is None:
        return pl.DataFrame({"ref": refs, "purged": pl.repeat(False, len(refs), eager=True)})
    purged = text_series(documents[entity.purge.field]) == f'"{entity.purge.value}"'
    return pl.DataFrame({"ref": refs, "purged": purged})


def value_counts(column: pa.LargeStringArray) -> dict[str, int]:
    """How often each text occurs."""
    return dict(sorted(text_series(column).value_counts().iter_rows()))


def counted(unknown: pa.LargeStringArray) -> dict[str, int]:
    """How many documents have each of the field names told in UNKNOWN."""
    names = text_series(unknown).filter(text_series(unknown) != "").str.split("\n").explode()
    return dict(sorted(names.value_counts().iter_rows()))


def no_documents(fields: Collection[str]) -> pl.DataFrame:
    return document_frame(empty({"ref": HEX_ID, **dict.fromkeys(fields, TEXT)}))


def no_patches() -> Patches:
    return join([]).frames()


def made_within(documents: Table, date: str, start: datetime, end: datetime) -> list[str]:
    """The refs of the documents whose `date` (text) or ObjectId lies in [start, end)."""
    frame = document_frame({"ref": documents["ref"], "dated": documents[date]})
    within = [
        (moment >= start) & (moment < end)
        for moment in (instants(pl.col("dated")), object_id_time(pl.col("ref")))
    ]
    return frame.filter(pl.any_horizontal(within))["ref"].to_list()
