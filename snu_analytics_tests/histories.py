"""Literal histories for tests: documents and patches as the application writes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import bson
import polars as pl
from bson import ObjectId

from snu_analytics.catalogue import Entity, load_catalogue
from snu_analytics.events import Pseudonymiser, build_events, deidentified_states, kind_of
from snu_analytics.history import Canonicaliser, Timeline, as_of, rebuild, snapshots
from snu_analytics.source import open_source
from snu_analytics.source.contract import Source

CATALOGUE = load_catalogue()
YOUNG = CATALOGUE.entities["young"]
APPLICATION = CATALOGUE.entities["application"]
PSEUDONYMS = Pseudonymiser(bytes.fromhex("9c1f0ae3b2774d58e6c08115fa3d92cb" * 2))

# Of documents made in 2015, before all that the tests look at.
REF = "55a000000000000000000001"
OTHER_REF = "55a000000000000000000002"

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2030, 1, 1, tzinfo=UTC)

_serials = count(1)


def instant(text: str) -> datetime:
    """An ISO instant, UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def add(path: str, value: Any) -> dict:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, original: Any, value: Any) -> dict:
    return {"op": "replace", "path": path, "value": value, "originalValue": original}


def remove(path: str, original: Any) -> dict:
    return {"op": "remove", "path": path, "originalValue": original}


def patch(at: str, *ops: dict, ref: str = REF, **more: Any) -> dict:
    """A patch written at an instant; later calls have later ids."""
    moment = instant(at)
    own = ObjectId(int(moment.timestamp()).to_bytes(4, "big") + next(_serials).to_bytes(8, "big"))
    whole = {"_id": own, "ref": ObjectId(ref), "date": moment, "ops": list(ops)}
    return {key: value for key, value in (whole | more).items() if value is not ...}


def document(ref: str = REF, **fields: Any) -> dict:
    return {"_id": ObjectId(ref), **fields}


def write_dump(folder: Path, **collections: Sequence[dict]) -> str:
    """A mongodump folder with the given collections, the catalogue's others empty; its address."""
    folder.mkdir(parents=True, exist_ok=True)
    for entity in CATALOGUE.entities.values():
        collections.setdefault(entity.collection, [])
        collections.setdefault(entity.patches, [])
    for name, documents in collections.items():
        (folder / f"{name}.bson").write_bytes(b"".join(map(bson.encode, documents)))
    return f"bson://{folder}"


def open_dump(folder: Path, **collections: Sequence[dict]) -> Source:
    return open_source(write_dump(folder / "dump", **collections), folder / "home")


def timeline(folder: Path, documents: Sequence[dict], patches: Sequence[dict]) -> Timeline:
    """The young people's timeline."""
    source = open_dump(folder, youngs=documents, young_patches=patches)
    refs = sorted({str(d["_id"]) for d in documents} | {str(p["ref"]) for p in patches})
    canonicaliser = Canonicaliser(YOUNG, CATALOGUE.vocabularies, kind_of)
    return rebuild(source.histories(YOUNG, refs), YOUNG, canonicaliser)


def states(
    folder: Path, documents: Sequence[dict], patches: Sequence[dict], *fields: str
) -> list[tuple]:
    """The fields after each patch, as canonical JSON texts."""
    told = snapshots(timeline(folder, documents, patches), BEGINNING, END)
    return told.filter(pl.col("patch_id").is_not_null()).select(fields).rows()


def young_events(folder: Path, documents: Sequence[dict], patches: Sequence[dict]) -> pl.DataFrame:
    """All events of the young people."""
    told = snapshots(timeline(folder, documents, patches), BEGINNING, END)
    return events_of(told, YOUNG)


def events_of(told: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """The events of snapshots."""
    staged = deidentified_states(told, entity, CATALOGUE, PSEUDONYMS)
    return build_events(staged, entity, CATALOGUE, PSEUDONYMS)


def application_events(folder: Path, **collections: Sequence[dict]) -> pl.DataFrame:
    """All events of the applications, joined with their young people."""
    source = open_dump(folder, **collections)
    refs = sorted({str(p["ref"]) for p in collections["application_patches"]})
    made = {e.name: Canonicaliser(e, CATALOGUE.vocabularies, kind_of) for e in (YOUNG, APPLICATION)}
    told = snapshots(
        rebuild(source.histories(APPLICATION, refs), APPLICATION, made["application"]),
        BEGINNING,
        END,
    )
    youngs = sorted(set(told["youngId"].str.strip_chars('"')) - {""})
    fields = ["gender", "birthdateAt", "region", "department"]
    histories = source.histories(YOUNG, youngs, YOUNG.history_fields(fields))
    known = rebuild(histories, YOUNG, made["young"], fields)
    return events_of(as_of(told, "youngId", known), APPLICATION)
