"""Small literal patches and documents, and the places they are read from."""

import gzip
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from bson import ObjectId

from snu_analytics.catalogue import load_catalogue
from snu_analytics.source.contract import Patches

YOUNG = load_catalogue().entities["young"]

ANNA, BORIS, CHLOE = "a" * 24, "b" * 24, "c" * 24


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def patch_id(text: str, number: int = 0) -> ObjectId:
    """The id of a patch written at that UTC second."""
    return ObjectId(int(instant(text).timestamp()).to_bytes(4) + number.to_bytes(8))


def patch(ref: str, date: str, number: int = 0, *ops: Mapping[str, Any]) -> dict[str, Any]:
    own, of, at = patch_id(date, number), ObjectId(ref), datetime.fromisoformat(date)
    return {"_id": own, "ops": list(ops), "modelName": "young", "ref": of, "date": at}


def status(value: str, original: str | None = None) -> dict[str, Any]:
    if original is None:
        return {"op": "add", "path": "/status", "value": value}
    return {"op": "replace", "path": "/status", "value": value, "originalValue": original}


def written(documents: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(map(bson.encode, documents))


def dump(folder: Path, compressed: bool = False, **collections: Iterable[Mapping[str, Any]]) -> str:
    """A mongodump folder of these collections, and its url."""
    folder.mkdir(exist_ok=True)
    for name, documents in collections.items():
        data = written(documents)
        if compressed:
            (folder / f"{name}.bson.gz").write_bytes(gzip.compress(data))
        else:
            (folder / f"{name}.bson").write_bytes(data)
    return f"bson://{folder}"


def dated(patches: Patches) -> list[tuple[str | None, str]]:
    """Of each patch in order: the first letter of its ref, and its date to the minute."""
    rows = patches.heads.select("ref", "date").rows()
    return [(ref and ref[0], f"{date:%Y-%m-%d %H:%M}" if date else "-") for ref, date in rows]
