"""The interface of a source, and the tables it gives."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange

INSTANT = pl.Datetime("ms", "UTC")

HEAD_SCHEMA: dict[str, Any] = {
    "patch": pl.UInt32,  # row number: the key between heads and ops
    "patch_id": pl.String,
    "ref": pl.String,  # hex id of the document; null when the patch has none
    "date": INSTANT,  # null when it has none that can be read
    "role": pl.String,  # the `user.role` as found; null when there is none
    # Why the patch is never applied; null for a sound one: no ref, no date, unparsable date (both
    # are dated by their `_id`), ops is not an array, malformed op, unknown op.
    "defect": pl.String,
}

OP_SCHEMA: dict[str, Any] = {
    "patch": pl.UInt32,
    "field": pl.String,  # top-level field, one of the catalogue's
    "sub": pl.String,  # the rest of the path, still escaped: "" or "/0" or "/0/name"
    "op": pl.String,  # add, replace or remove
    "value": pl.String,  # canonical JSON text; "" for a remove
    "original": pl.String,  # canonical JSON text; null when the op has none
}


@dataclass(frozen=True)
class Patches:
    """Patches in (ref, date, patch_id) order, with the operations on the catalogue's fields.

    `heads` has HEAD_SCHEMA and holds every patch, also those left without operations; `ops` has
    OP_SCHEMA and is in patch order, then in the order of the operations of the patch. `unknown` has
    `patch` and `field`: the names of fields that the catalogue neither lists nor drops by name.
    """

    heads: pl.DataFrame
    ops: pl.DataFrame
    unknown: pl.DataFrame


@dataclass(frozen=True)
class Histories:
    """Some documents as they are today, and all their patches.

    `documents` has `ref` and one String column per field asked for: the value as canonical JSON
    text, "" where the document lacks it. A document that is gone has no row, its patches remain.
    """

    documents: pl.DataFrame
    patches: Patches


# How the message of a check ends whose collection is lacking, and may be.
TAKEN_TO_BE_EMPTY = "taken to be empty"


@dataclass(frozen=True)
class Check:
    """The result of one check of `doctor`: good (`ok`), or what to mend.

    Without a `required` one no day can be read; others only cost time.
    """

    subject: str
    ok: bool
    message: str
    required: bool = True

    @property
    def lacking(self) -> bool:
        """Whether a collection that may be lacking is."""
        return self.message.endswith(TAKEN_TO_BE_EMPTY)


class Source(Protocol):
    """A place that holds documents and their patches. Read-only."""

    def day_patches(self, entity: Entity, start: datetime, end: datetime) -> Patches:
        """The patches whose date lies in [start, end), and the undatable ones written then."""
        ...

    def patch_counts(self, entity: Entity, days: DayRange) -> dict[date, float]:
        """How many patches each Paris day has, days without any left out: to share work out.

        MongoDB counts months by `_id`, and each day has its month's mean.
        """
        ...

    def made_between(self, entity: Entity, start: datetime, end: datetime) -> list[str]:
        """The refs of the documents whose date of creation or ObjectId lies in [start, end).

        MongoDB finds a date of creation more than a day off the ObjectId where it is indexed only.
        """
        ...

    def histories(
        self, entity: Entity, refs: Sequence[str], fields: Collection[str] | None = None
    ) -> Histories:
        """Documents and every patch of the refs; documents are read before patches.

        `fields` narrows the catalogue's fields to those asked for.
        """
        ...

    def present(self, entity: Entity) -> pl.DataFrame:
        """Every document: its `ref`, and whether it is `purged` (Boolean; see the catalogue)."""
        ...

    def unknown_fields(self, entity: Entity, refs: Sequence[str]) -> dict[str, int]:
        """The fields of the documents that no catalogue knows, and how many documents have them.

        MongoDB is asked for the first thousand of the documents only: they come whole.
        """
        ...

    def identities(self, entity: Entity, refs: Sequence[str]) -> dict[str, set[str]]:
        """By ref, all texts in dropped fields that name, locate or reach a person.

        For a comparison in memory; the documents come whole, and a dump is read from end to end:
        ask once for all documents.
        """
        ...

    def counts(self, entity: Entity, field: str) -> dict[str, int]:
        """How many documents hold each value of a field: canonical JSON text, "" for none."""
        ...

    def records(self, collection: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        """The documents of a small collection, whole but for the fields not named; none without it.

        Values are those of JSON, instants ISO text; a field that a document lacks is None.
        """
        ...

    def names(self, collection: str) -> frozenset[str]:
        """The distinct `name` values of a collection; empty where the collection is lacking."""
        ...

    def checks(self, entity: Entity) -> list[Check]:
        """What an operator should know of the entity's collections: presence, indexes, size."""
        ...

    def close(self) -> None: ...
