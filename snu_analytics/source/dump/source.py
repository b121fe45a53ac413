"""A mongodump folder as a source: `bson:///folder`."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import SourceError
from snu_analytics.source.contract import TAKEN_TO_BE_EMPTY, Check, Histories, Patches
from snu_analytics.source.decode import UNKNOWN, decode_names, decode_records, decode_texts
from snu_analytics.source.dump.bson_file import chunks, decoded, find_file
from snu_analytics.source.dump.index import DocumentIndex, PatchIndex
from snu_analytics.source.dump.versions import index_folder
from snu_analytics.source.shared import (
    made_within,
    name_counts,
    no_documents,
    no_patches,
    presence,
    presence_field,
    read_fields,
    scope,
    value_counts,
    wanted_refs,
)

Index = TypeVar("Index", PatchIndex, DocumentIndex)


class DumpSource:
    """The collections of a mongodump folder, through an index kept under `home/index`.

    The index of a collection is built at its first use, and anew when the file has changed or is of
    another dump. Every method raises SourceError for a file that is lacking or damaged, and when
    there is no room for the index.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._home = home

    def day_patches(self, entity: Entity, start: datetime, end: datetime) -> Patches:
        if self._lacks(entity, entity.patches):
            return no_patches()
        with self._patches(entity) as patches:
            return patches.between(start, end)

    def patch_counts(self, entity: Entity, days: DayRange) -> dict[date, float]:
        if self._lacks(entity, entity.patches):
            return {}
        with self._patches(entity) as patches:
            return patches.counts(days)

    def made_between(self, entity: Entity, start: datetime, end: datetime) -> list[str]:
        dated = entity.creation.date
        return made_within(self._all(entity, dated), dated, start, end)

    def histories(
        self, entity: Entity, refs: Sequence[str], fields: Collection[str] | None = None
    ) -> Histories:
        read, wanted = read_fields(entity, fields), wanted_refs(refs)
        documents, patches = no_documents(read), no_patches()
        if not self._lacks(entity, entity.collection):
            with self._documents(entity) as index:
                documents = index.of_refs(wanted, read)
        if not self._lacks(entity, entity.patches):
            with self._patches(entity) as index:
                patches = index.of_refs(wanted)
        return Histories(documents, patches)

    def present(self, entity: Entity) -> pl.DataFrame:
        return presence(self._all(entity, presence_field(entity)), entity)

    def unknown_fields(self, entity: Entity, refs: Sequence[str]) -> dict[str, int]:
        if self._lacks(entity, entity.collection):
            return {}
        with self._documents(entity) as documents:
            return name_counts(documents.of_refs(wanted_refs(refs), [UNKNOWN])[UNKNOWN])

    def identities(self, entity: Entity, refs: Sequence[str]) -> dict[str, set[str]]:
        if self._lacks(entity, entity.collection):
            return {}
        wanted = frozenset(wanted_refs(refs))
        path = self._file(entity.collection)
        batches = decoded(path, decode_texts, wanted, entity.identifying_name)
        return {ref: texts for batch in batches for ref, texts in batch.items()}

    def counts(self, entity: Entity, field: str) -> dict[str, int]:
        return value_counts(self._all(entity, field)[field])

    def records(self, collection: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        path = find_file(self._folder, collection)
        if path is None:
            return []
        return [row for batch in decoded(path, decode_records, fields) for row in batch]

    def names(self, collection: str) -> frozenset[str]:
        path = find_file(self._folder, collection)
        if path is None:
            return frozenset()
        return frozenset().union(*decoded(path, decode_names))

    def checks(self, entity: Entity) -> list[Check]:
        return [
            Check(name, True, f"not in this dump: {TAKEN_TO_BE_EMPTY}")
            if self._lacks(entity, name)
            else self._check(name)
            for name in (entity.collection, entity.patches)
        ]

    def close(self) -> None:
        """Do nothing: what is read is opened and closed by each method."""

    def _all(self, entity: Entity, field: str) -> pl.DataFrame:
        """`ref` and a field of every document."""
        if self._lacks(entity, entity.collection):
            return no_documents([field])
        with self._documents(entity) as documents:
            return documents.all(field)

    def _lacks(self, entity: Entity, collection: str) -> bool:
        return entity.optional and find_file(self._folder, collection) is None

    def _check(self, collection: str) -> Check:
        try:
            path = self._file(collection)
            first = next(chunks(path), None)
        except SourceError as error:
            return Check(collection, False, str(error))
        if first is None:
            return Check(collection, True, f"{path.name} is empty")
        size = path.stat().st_size
        if path.suffix == ".gz":
            return Check(collection, True, f"{path.name} can be read, {size:,} bytes compressed")
        count = round(size * first.documents / len(first.data))
        return Check(collection, True, f"{path.name} can be read, about {count:,} documents")

    def _patches(self, entity: Entity) -> AbstractContextManager[PatchIndex]:
        return self._open(entity, entity.patches, PatchIndex)

    def _documents(self, entity: Entity) -> AbstractContextManager[DocumentIndex]:
        return self._open(entity, entity.collection, DocumentIndex)

    @contextmanager
    def _open(self, entity: Entity, collection: str, kind: type[Index]) -> Iterator[Index]:
        path, read = self._file(collection), scope(entity)
        with index_folder(self._home, path, read, lambda new: kind.build(path, new, read)) as built:
            yield kind(built)

    def _file(self, collection: str) -> Path:
        path = find_file(self._folder, collection)
        if path is None:
            raise SourceError(
                f"{self._folder} holds neither {collection}.bson nor {collection}.bson.gz: add it "
                f"with mongodump --collection={collection} (an empty file is an empty collection)"
            )
        return path
