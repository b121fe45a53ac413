"""The invented database in a real MongoDB."""

from collections.abc import Iterator

import pymongo
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database
from pymongo.errors import ConfigurationError, ConnectionFailure, InvalidURI, PyMongoError

from snu_analytics.errors import SourceError, SourceUnavailable
from snu_analytics.simulation.generate import Simulation

_BATCH = 1_000
_TIMEOUT_MS = 10_000


def load_into_mongo(simulation: Simulation, url: str) -> None:
    """Insert all collections, with the index on `ref` that production has.

    Raises SourceError when the database holds one of them already or refuses, SourceUnavailable
    when it does not answer.
    """
    try:
        client: pymongo.MongoClient[RawBSONDocument]
        with pymongo.MongoClient(url, serverSelectionTimeoutMS=_TIMEOUT_MS) as client:
            database: Database[RawBSONDocument] = client.get_default_database()
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
    except (ConfigurationError, InvalidURI):
        raise SourceError("--into needs an address like mongodb://host/database") from None
    except ConnectionFailure:
        raise SourceUnavailable("the MongoDB given by --into does not answer") from None
    except PyMongoError as fault:
        raise SourceError(
            f"the MongoDB given by --into refuses ({type(fault).__name__}): may you write there?"
        ) from None


def _batches(documents: list[bytes]) -> Iterator[list[RawBSONDocument]]:
    for start in range(0, len(documents), _BATCH):
        yield [RawBSONDocument(document) for document in documents[start : start + _BATCH]]
