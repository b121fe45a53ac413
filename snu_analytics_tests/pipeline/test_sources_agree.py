"""MongoDB and a dump of it are one source: the tables come out the same."""

from dataclasses import replace
from datetime import date
from typing import Any

import bson
import pytest
from bson import Decimal128

from snu_analytics.catalogue import load_catalogue
from snu_analytics.simulation import Simulation, load_into_mongo, simulate
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.fixtures.world import World


def _without_decimals(history: Simulation) -> Simulation:
    """The same numbers as doubles: FerretDB 1 ends the connection at a Decimal128."""

    def double(value: Any) -> Any:
        match value:
            case Decimal128():
                return float(value.to_decimal())
            case dict():
                return {key: double(nested) for key, nested in value.items()}
            case list():
                return [double(nested) for nested in value]
        return value

    collections = {
        name: [bson.encode(double(bson.decode(document))) for document in documents]
        for name, documents in history.collections.items()
    }
    return replace(history, collections=collections)


@pytest.mark.parametrize("messy", [0.0, 0.1])
def test_one_history_through_both_gives_identical_tables(
    world, mongo_url, empty_database_url, messy
):
    migrate(empty_database_url, load_catalogue())
    history = simulate(25, date(2023, 11, 1), date(2024, 8, 31), seed=3, messy=messy)
    world.hold_simulated(history)
    load_into_mongo(_without_decimals(history), mongo_url)
    other = World(world.folder / "mongo", empty_database_url, mongo_url)
    for each in (world, other):
        each.load("2024-03-01", "2024-05-31")
    tables = world.contents()
    assert other.contents() == tables
    assert tables["young_event"]
    assert tables["application_event"]
    assert bool(tables["withheld"]) == (messy > 0)
