"""Where an invented history goes."""

import json
from datetime import date
from functools import cache

import bson
import polars as pl
import pytest

from snu_analytics.errors import SourceError, SourceUnavailable
from snu_analytics.simulation import (
    Simulation,
    load_into_mongo,
    mongo,
    simulate,
    write_dump,
    write_truth,
)

COLLECTIONS = ("youngs", "young_patches", "applications", "application_patches", "cohorts",
               "inscriptiongoals", "missions", "mission_patches", "structures",
               "structure_patches", "classes", "classe_patches", "missionequivalences",
               "missionequivalence_patches")  # fmt: skip


@cache
def simulated() -> Simulation:
    return simulate(20, date(2023, 10, 1), date(2024, 8, 31), seed=5)


def test_a_dump_holds_every_collection_as_it_was_inserted(tmp_path):
    write_dump(simulated(), tmp_path / "dump")
    assert {file.name for file in (tmp_path / "dump").iterdir()} == {
        f"{name}.{kind}" for name in COLLECTIONS for kind in ("bson", "metadata.json")
    }
    for name in COLLECTIONS:
        read = bson.decode_all((tmp_path / "dump" / f"{name}.bson").read_bytes())
        assert read == [bson.decode(document) for document in simulated().collections[name]]


def test_a_dump_tells_the_indexes_as_mongodump_does(tmp_path):
    write_dump(simulated(), tmp_path)
    metadata = json.loads((tmp_path / "young_patches.metadata.json").read_text())
    assert list(metadata) == ["options", "indexes", "uuid", "collectionName", "type"]
    assert metadata["indexes"] == [
        {"v": {"$numberInt": "2"}, "key": {"_id": {"$numberInt": "1"}}, "name": "_id_"},
        {"v": {"$numberInt": "2"}, "key": {"ref": {"$numberInt": "1"}}, "name": "ref_1"},
    ]
    assert (metadata["collectionName"], metadata["type"]) == ("young_patches", "collection")


def test_the_truth_is_one_file_for_each_table(tmp_path):
    write_dump(simulated(), tmp_path)
    write_truth(simulated(), tmp_path / "truth")
    for entity in ("young", "application"):
        for table in (f"{entity}_states", f"{entity}_events"):
            assert pl.read_parquet(tmp_path / "truth" / f"{table}.parquet").equals(
                simulated().frame(table)
            )
    schema = pl.read_parquet_schema(tmp_path / "truth" / "application_events.parquet")
    assert list(schema) == ["ref", "patch_id", "date", "event_name", "field", "from_value",
                            "to_value", "young_gender", "young_birthdateAt", "young_region",
                            "young_department"]  # fmt: skip
    assert schema["date"] == pl.Datetime("ms", "UTC")


@pytest.mark.parametrize("write", [write_dump, write_truth])
def test_a_folder_that_holds_something_is_refused(write, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SourceError, match="is not empty: give a new folder, or empty this one"):
        write(simulated(), tmp_path)


@pytest.mark.parametrize("write", [write_dump, write_truth])
def test_a_file_in_place_of_the_folder_is_told(write, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SourceError, match="cannot be written: "):
        write(simulated(), tmp_path / "file")


def test_a_mongodb_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(mongo, "_TIMEOUT_MS", 300)
    with pytest.raises(SourceUnavailable, match="does not answer"):
        load_into_mongo(simulated(), "mongodb://127.0.0.1:9/snu")
