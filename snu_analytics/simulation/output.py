"""Where an invented history goes: a mongodump folder, its truth beside it, or a MongoDB."""

import json
from collections.abc import Iterator
from pathlib import Path

import bson
import pymongo
from pymongo.database import Database
from pymongo.errors import PyMongoError

from snu_analytics.errors import SourceError, SourceUnavailable
from snu_analytics.simulation.generate import Simulation

_BATCH = 1_000
_TIMEOUT_MS = 10_000


def write_dump(simulation: Simulation, folder: Path) -> None:
    """Write a folder as mongodump does: a `.bson` and a `.metadata.json` per collection.

    Raises SourceError when the folder holds something, or cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SourceError(f"{folder} is not empty: give a new folder, or empty this one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, documents in simulation.collections.items():
            with (folder / f"{name}.bson").open("wb") as file:
                file.writelines(documents)
            (folder / f"{name}.metadata.json").write_text(json.dumps(_metadata(name)))
    except OSError as fault:
        raise SourceError(f"{folder} cannot be written: {fault.strerror}") from None


def write_truth(simulation: Simulation, folder: Path) -> None:
    """Write the truth as one Parquet file per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in simulation.truth:
        simulation.frame(name).write_parquet(folder / f"{name}.parquet")


def load_into_mongo(simulation: Simulation, url: str) -> None:
    """Insert all collections, with the index on `ref` that production has.

    Raises SourceError when the database holds one of them already or refuses, SourceUnavailable
    when it does not answer.
    """
    try:
        client: pymongo.MongoClient[dict]
        with pymongo.MongoClient(url, serverSelectionTimeoutMS=_TIMEOUT_MS) as client:
            database: Database[dict] = client.get_default_database()
            held = set(database.list_collection_names()) & set(simulation.collections)
            if held:
                raise SourceError(
                    f"the database {database.name} holds {min(held)} already: give an empty one"
                )
            for name, documents in simulation.collections.items():
                database.create_collection(name)
                for batch in _batches(documents):
                    database[name].insert_many(batch)
                if name.endswith("_patches"):
                    database[name].create_index("ref")
    except (pymongo.errors.ConfigurationError, pymongo.errors.InvalidURI):
        raise SourceError("--into needs an address like mongodb://host/database") from None
    except pymongo.errors.ConnectionFailure:
        raise SourceUnavailable("the MongoDB given by --into does not answer") from None
    except PyMongoError as fault:
        raise SourceError(
            f"the MongoDB given by --into refuses ({type(fault).__name__}): may you write there?"
        ) from None


def _batches(documents: list[bytes]) -> Iterator[list[dict]]:
    for start in range(0, len(documents), _BATCH):
        yield [bson.decode(document) for document in documents[start : start + _BATCH]]


def _metadata(name: str) -> dict:
    keys = ["_id", "ref"] if name.endswith("_patches") else ["_id"]
    indexes = [
        {"v": {"$numberInt": "2"}, "key": {key: {"$numberInt": "1"}}, "name": f"{key}_1"}
        for key in keys
    ]
    indexes[0]["name"] = "_id_"
    return {"indexes": indexes, "collectionName": name, "type": "collection"}
