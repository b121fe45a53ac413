"""The folder that mongodump would write of the invented database, and the truth beside it."""

import json
from hashlib import sha256
from pathlib import Path

from snu_analytics.errors import SourceError
from snu_analytics.simulation.generate import Simulation
from snu_analytics.simulation.truth import write_parts


def write_dump(simulation: Simulation, folder: Path) -> None:
    """Write a `.bson` and a `.metadata.json` per collection, in the way of mongodump.

    Raises SourceError when the folder holds something, or cannot be written.
    """
    try:
        _made_empty(folder)
        for name, documents in simulation.collections.items():
            with (folder / f"{name}.bson").open("wb") as file:
                file.writelines(documents)
            (folder / f"{name}.metadata.json").write_text(json.dumps(_metadata(name)))
    except OSError as fault:
        raise SourceError(f"{folder} cannot be written: {fault.strerror}") from None


def write_truth(simulation: Simulation, folder: Path) -> None:
    """Write every table of the truth as one Parquet file into the folder.

    Raises SourceError when the folder holds something, or cannot be written.
    """
    try:
        _made_empty(folder)
        for name, parts in simulation.truth.items():
            write_parts(parts, folder / f"{name}.parquet")
    except OSError as fault:
        raise SourceError(f"{folder} cannot be written: {fault.strerror}") from None


def _made_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise SourceError(f"{folder} is not empty: give a new folder, or empty this one")
    folder.mkdir(parents=True, exist_ok=True)


def _metadata(name: str) -> dict:
    keys = {"_id_": "_id"} | ({"ref_1": "ref"} if name.endswith("_patches") else {})
    return {
        "options": {},
        "indexes": [
            {"v": {"$numberInt": "2"}, "key": {key: {"$numberInt": "1"}}, "name": index}
            for index, key in keys.items()
        ],
        "uuid": sha256(name.encode()).hexdigest()[:32],
        "collectionName": name,
        "type": "collection",
    }
