"""What became OTHER: the values that are on no list, for an operator to extend a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.days import DayRange
from snu_analytics.events import occurring
from snu_analytics.history import Canonicaliser, is_marked, paris_day
from snu_analytics.pipeline.context import canonicaliser_of
from snu_analytics.source import Histories, Source

# As many documents do not share a name or an address by chance: it is a word that a list lacks.
_NOBODYS = 11

_DOCUMENTS_AT_ONCE = 4_000

_HELD = {
    "field": pl.String,
    "text": pl.String,  # JSON text of the value
    "kind": pl.String,  # which personal detail it looks like; null for none
    "ref": pl.String,
    "day": pl.Date,  # of the patch that wrote it; null where only the document holds it
}


@dataclass(frozen=True)
class UnlistedValue:
    """A value that is on no list, as JSON text: None where it may be a person's.

    `kind` says then what it looks like. `documents` held it since the day `since` (None: no patch
    wrote it).
    """

    field: str
    text: str | None
    kind: str | None
    documents: int
    since: date | None


def unlisted_values(
    catalogue: Catalogue, entity: Entity, source: Source, days: DayRange
) -> list[UnlistedValue]:
    """The values that become OTHER in the histories that the days touch, by field, most first.

    A value that looks like a person's is left out, and so is one that stands among the names and
    addresses of a document that holds it, unless many documents do.
    """
    heads = source.day_patches(entity, days.start, days.end).heads
    made = source.made_between(entity, days.start, days.end)
    refs = sorted({*heads["ref"].drop_nulls(), *made})
    canonicaliser = canonicaliser_of(catalogue, entity, source)
    parts = [
        part
        for at in range(0, len(refs), _DOCUMENTS_AT_ONCE)
        for part in _held(
            source.histories(entity, refs[at : at + _DOCUMENTS_AT_ONCE]), entity, canonicaliser
        )
    ]
    held = pl.concat([pl.DataFrame(schema=_HELD), *parts])
    open_texts = held.filter(pl.col("kind").is_null())
    identities = source.identities(entity, open_texts["ref"].unique().to_list())
    values = (
        held.group_by("field", "text", "kind")
        .agg(pl.col("ref").unique(), pl.col("day").min())
        .with_columns(documents=pl.col("ref").list.len())
        .sort("field", "documents", "text", descending=[False, True, False])
    )
    return [
        _value(row["field"], row["text"], row["kind"], row["ref"], row["day"], identities)
        for row in values.iter_rows(named=True)
    ]


def _held(
    histories: Histories, entity: Entity, canonicaliser: Canonicaliser
) -> Iterator[pl.DataFrame]:
    """Who holds which unlisted values (_HELD), field by field."""
    patches = histories.patches
    written = patches.ops.join(
        patches.heads.select("patch", "ref", day=paris_day(pl.col("date"))), on="patch"
    ).filter(pl.col("ref").is_not_null())
    for field in entity.fields:
        operations = written.filter(pl.col("field") == field)
        values = pl.concat(
            [
                operations.select("ref", "day", text="value"),
                operations.select("ref", "day", text="original"),
                histories.documents.select("ref", pl.lit(None, pl.Date).alias("day"), text=field),
            ]
        ).drop_nulls("text")
        values = values.with_columns(canonicaliser.series(field, values["text"]).alias("text"))
        marked = values.filter(is_marked(values["text"])).unique()
        distinct = marked.select(pl.col("text").unique())
        unlisted = pl.DataFrame(
            [(mark, *value) for mark in distinct["text"] for value in canonicaliser.unlisted(mark)],
            {"mark": pl.String, "text": pl.String, "kind": pl.String},
            orient="row",
        )
        yield (
            marked.rename({"text": "mark"})
            .join(unlisted, on="mark")
            .select(pl.lit(field).alias("field"), "text", "kind", "ref", "day")
        )


def _value(
    field: str,
    text: str,
    kind: str | None,
    refs: list[str],
    since: date | None,
    identities: dict[str, set[str]],
) -> UnlistedValue:
    if kind is None and len(refs) < _NOBODYS:
        names = set().union(*(identities.get(ref, set()) for ref in refs))
        if occurring(names, [text]):
            kind = "a name, an address or another text of its document"
    return UnlistedValue(field, None if kind else text, kind, len(refs), since)
