"""A MongoDB database as a source: `mongodb://…/database`. Nothing is ever written.

Patches are indexed by `ref` and `_id` in production, not by `date`: without a date index a day is
read by a window of `_id`s, which begin with the time of writing, a day wider on either side.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import polars as pl
from bson import DatetimeMS, ObjectId
from pymongo import MongoClient
from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import SettingsError, SourceError, SourceUnavailable
from snu_analytics.source.contract import TAKEN_TO_BE_EMPTY, Check, Histories, Patches
from snu_analytics.source.decode import (
    UNKNOWN,
    decode_documents,
    decode_names,
    decode_records,
    decode_texts,
)
from snu_analytics.source.decode_patches import decode_patches
from snu_analytics.source.mongo.faults import ask, source_error
from snu_analytics.source.patches import DecodedPatches, concatenated
from snu_analytics.source.shared import (
    MARGIN,
    made_within,
    milliseconds,
    name_counts,
    no_documents,
    presence,
    presence_field,
    read_fields,
    scope,
    value_counts,
    wanted_refs,
)

T = TypeVar("T")
Filter = Mapping[str, Any]

_MOST_REFS = 1000  # in one query
_LONGEST = 300_000  # ms a query may take the server
_HEAD = {"ref": 1, "date": 1, "ops": 1, "user.role": 1}

# What the url may set otherwise.
_DEFAULTS: dict[str, Any] = {
    "appname": "snu_analytics",
    "readPreference": "secondaryPreferred",
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": _LONGEST + 30_000,
    "tz_aware": False,
}

# No instant of the years 1 to 9999: `$not` also takes what is no date at all, or lacking.
_UNDATABLE: tuple[Filter, ...] = (
    {"date": {"$not": {"$gte": datetime.min}}},
    {"date": {"$gt": datetime.max.replace(microsecond=999_000)}},
)


class MongoSource:
    """The collections of a MongoDB database.

    Raises SettingsError for a url that cannot be used. Every method raises SourceUnavailable when
    the server does not answer, SourceError when it refuses or a collection is lacking.
    """

    def __init__(self, url: str) -> None:
        self._host = _host(url)
        given = {part.partition("=")[0].lower() for part in re.split("[?&]", url)[1:]}
        options = {name: value for name, value in _DEFAULTS.items() if name.lower() not in given}
        try:
            self._client: MongoClient[dict[str, Any]] = MongoClient(url, connect=False, **options)
        except (InvalidURI, ValueError, TypeError, PyMongoError) as error:
            if isinstance(error, ConfigurationError) and url.startswith("mongodb+srv"):
                raise source_error(error, self._host, "the url") from None
            raise SettingsError(
                f"SNU_SOURCE_URL is not a MongoDB url ({type(error).__name__}): write "
                "mongodb://user:password@host/database, with signs such as @ : / in the password "
                "percent-encoded"
            ) from None
        try:
            self._database = self._client.get_default_database()
        except ConfigurationError:
            self.close()
            raise SettingsError(
                f"SNU_SOURCE_URL names no database: write mongodb://{self._host}/database"
            ) from None
        self._present: set[str] = set()
        self._indexed: dict[str, frozenset[str]] = {}

    def day_patches(self, entity: Entity, start: datetime, end: datetime) -> Patches:
        self._require(entity, entity.patches)
        first, after = (DatetimeMS(milliseconds(moment)) for moment in (start, end))
        dated = {"date": {"$gte": first, "$lt": after}}
        written = _window(start - MARGIN, end + MARGIN)
        if "date" in self._indexes(entity.patches):
            filters: list[Filter] = [dated, written | {"$or": _UNDATABLE}]
        else:
            filters = [written | {"$or": [dated, *_UNDATABLE]}]
        patches = self._patches(entity, filters)
        within = (pl.col("when") >= start) & (pl.col("when") < end)
        return patches._replace(heads=patches.heads.filter(within)).in_order()

    def patch_counts(self, entity: Entity, days: DayRange) -> dict[date, float]:
        self._require(entity, entity.patches)
        if not self._is_there(entity.patches):
            return {}
        months = {month: self._written_in(entity.patches, month) for month in days.chunks(31)}
        return {
            day: patches / len(month)
            for month, patches in months.items()
            if patches
            for day in month
        }

    def _written_in(self, collection: str, days: DayRange) -> int:
        written, patches = _window(days.start, days.end), self._database[collection]
        return self._asked(collection, lambda: patches.count_documents(written, maxTimeMS=_LONGEST))

    def made_between(self, entity: Entity, start: datetime, end: datetime) -> list[str]:
        self._require(entity, entity.collection)
        name = entity.creation.date
        near = _window(start - MARGIN, end + MARGIN)
        dated = {name: {"$gte": start, "$lt": end}}
        batches = self._find(
            entity.collection,
            {"$or": [near, dated]} if name in self._indexes(entity.collection) else near,
            {"_id": 1, name: 1},
            lambda data: decode_documents(data, scope(entity, [name])),
        )
        return made_within(_documents(batches, [name]), name, start, end)

    def histories(
        self, entity: Entity, refs: Sequence[str], fields: Collection[str] | None = None
    ) -> Histories:
        wanted, read = wanted_refs(refs), read_fields(entity, fields)
        self._require(entity, entity.collection)
        self._require(entity, entity.patches)
        documents = self._documents(entity, wanted, read)
        patches = self._patches(entity, [{"ref": ids} for ids in _chunks(wanted)])
        return Histories(documents, patches.in_order())

    def present(self, entity: Entity) -> pl.DataFrame:
        return presence(self._all(entity, presence_field(entity)), entity)

    def unknown_fields(self, entity: Entity, refs: Sequence[str]) -> dict[str, int]:
        first = wanted_refs(refs)[:_MOST_REFS]
        batches = self._whole(entity, first, lambda data: decode_documents(data, scope(entity)))
        return name_counts(_documents(batches, [UNKNOWN])[UNKNOWN])

    def identities(self, entity: Entity, refs: Sequence[str]) -> dict[str, set[str]]:
        wanted = wanted_refs(refs)
        ids, fields = frozenset(wanted), entity.identifying_name
        batches = self._whole(entity, wanted, lambda data: decode_texts(data, ids, fields))
        return {ref: texts for batch in batches for ref, texts in batch.items()}

    def _whole(self, entity: Entity, wanted: pl.Series, decoded: Callable[[Any], T]) -> list[T]:
        """The decoded batches of documents with all their fields."""
        if not self._is_there(entity.collection):
            return []
        return [
            batch
            for ids in _chunks(wanted)
            for batch in self._find(entity.collection, {"_id": ids}, {}, decoded)
        ]

    def counts(self, entity: Entity, field: str) -> dict[str, int]:
        return value_counts(self._all(entity, field)[field])

    def _all(self, entity: Entity, field: str) -> pl.DataFrame:
        """`ref` and a field of every document."""
        if not self._is_there(entity.collection):
            return no_documents([field])
        read, projection = scope(entity, [field]), {"_id": 1, field: 1}
        batches = self._find(
            entity.collection, {}, projection, lambda data: decode_documents(data, read)
        )
        return _documents(batches, [field])

    def records(self, collection: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        if not self._is_there(collection):
            return []
        projection = {"_id": 0} | dict.fromkeys(fields, 1)
        batches = self._find(collection, {}, projection, lambda data: decode_records(data, fields))
        return [row for batch in batches for row in batch]

    def names(self, collection: str) -> frozenset[str]:
        if not self._is_there(collection):
            return frozenset()
        return frozenset().union(*self._find(collection, {}, {"name": 1}, decode_names))

    def checks(self, entity: Entity) -> list[Check]:
        documents, patches = entity.collection, entity.patches
        return [
            _checked(documents, True, lambda: self._size(entity, documents)),
            _checked(patches, True, lambda: self._size(entity, patches)),
            _checked(f"{patches}: index on ref", False, lambda: self._ref_index(entity)),
            _checked(f"{patches}: days", False, lambda: self._day_index(entity)),
        ]

    def close(self) -> None:
        self._client.close()

    def _patches(self, entity: Entity, filters: Iterable[Filter]) -> DecodedPatches:
        read = scope(entity)
        return concatenated(
            [
                batch
                for query in filters
                for batch in self._find(
                    entity.patches, query, _HEAD, lambda data: decode_patches(data, read)
                )
            ]
        )

    def _documents(self, entity: Entity, wanted: pl.Series, fields: Sequence[str]) -> pl.DataFrame:
        projection = {"_id": 1} | dict.fromkeys(fields, 1)
        batches = [
            batch
            for ids in _chunks(wanted)
            for batch in self._find(
                entity.collection,
                {"_id": ids},
                projection,
                lambda data: decode_documents(data, scope(entity, fields)),
            )
        ]
        documents = _documents(batches, fields)
        return documents.unique("ref", keep="first", maintain_order=True).sort("ref")

    def _find(
        self, collection: str, query: Filter, projection: Filter, decoded: Callable[[Any], T]
    ) -> list[T]:
        """The decoded batches of one query; all of it is asked again when its cursor is lost."""
        return self._asked(
            collection,
            lambda: [
                decoded(data)
                for data in self._database[collection]
                .find_raw_batches(query, projection)
                .max_time_ms(_LONGEST)
            ],
        )

    def _require(self, entity: Entity, collection: str) -> None:
        if not entity.optional and not self._is_there(collection):
            raise SourceError(
                f"MongoDB at {self._host}: the database {self._database.name} has no collection "
                f"{collection} that this user sees. Mend the database's name in SNU_SOURCE_URL, or "
                "grant the role read"
            )

    def _is_there(self, collection: str) -> bool:
        if collection not in self._present:
            self._present |= set(self._asked(collection, self._names))
        return collection in self._present

    def _names(self) -> list[str]:
        # Also for a user whose rights are on these collections alone.
        return self._database.list_collection_names(authorizedCollections=True)

    def _indexes(self, collection: str) -> frozenset[str]:
        """The fields that complete indexes of the collection begin with."""
        if collection not in self._indexed:
            indexes = self._asked(collection, lambda: [*self._database[collection].list_indexes()])
            self._indexed[collection] = frozenset(
                next(iter(index["key"]))
                for index in indexes
                if "partialFilterExpression" not in index and not index.get("sparse")
            )
        return self._indexed[collection]

    def _asked(self, collection: str, query: Callable[[], T]) -> T:
        return ask(query, self._host, f"collection {collection}")

    def _size(self, entity: Entity, collection: str) -> tuple[bool, str]:
        self._require(entity, collection)
        if not self._is_there(collection):
            return True, f"not in this database: {TAKEN_TO_BE_EMPTY}"
        count = self._asked(collection, self._database[collection].estimated_document_count)
        return True, f"about {count:,} documents"

    def _ref_index(self, entity: Entity) -> tuple[bool, str]:
        patches = entity.patches
        self._require(entity, patches)
        if not self._is_there(patches) or "ref" in self._indexes(patches):
            return True, "histories are read by it"
        return False, f"lacking: db.{patches}.createIndex({{ref: 1}}), or each history is a scan"

    def _day_index(self, entity: Entity) -> tuple[bool, str]:
        self._require(entity, entity.patches)
        if "date" in self._indexes(entity.patches):
            return True, "read by the index on date"
        return True, "read by _id, a day wider on either side (no index on date)"


def _checked(subject: str, required: bool, look: Callable[[], tuple[bool, str]]) -> Check:
    try:
        ok, message = look()
    except SourceUnavailable:
        raise  # each further look at a dead server would wait as long
    except SourceError as error:
        ok, message = False, str(error)
    return Check(subject, ok, message, required)


def _documents(batches: Iterable[pl.DataFrame], fields: Sequence[str]) -> pl.DataFrame:
    """`ref` and the fields of all batches."""
    columns = ("ref", *fields)
    return pl.concat([no_documents(fields), *(batch.select(columns) for batch in batches)])


def _chunks(wanted: pl.Series) -> Iterator[Filter]:
    """Conditions on so many ids at a time, also where they were stored as text."""
    for at in range(0, len(wanted), _MOST_REFS):
        texts = wanted[at : at + _MOST_REFS].to_list()
        yield {"$in": [ObjectId(text) for text in texts] + texts}


def _window(start: datetime, end: datetime) -> dict[str, Any]:
    return {"_id": {"$gte": _first_id(start), "$lt": _first_id(end + timedelta(seconds=1))}}


def _first_id(moment: datetime) -> ObjectId:
    """The least ObjectId of the moment's second."""
    seconds = min(max(int(moment.timestamp()), 0), 2**32 - 1)
    return ObjectId(seconds.to_bytes(4) + bytes(8))


def _host(url: str) -> str:
    """The hosts, without user and password."""
    address = url.partition("://")[2].partition("?")[0]
    authority, _, rest = address.partition("/")
    if "@" in rest:
        raise SettingsError(
            "SNU_SOURCE_URL holds an @ after its first /: percent-encode the user and password"
        )
    return authority.rpartition("@")[2]
