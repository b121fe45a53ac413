"""The pool of simulated campaigns, recounted from the simulator's truth on every day and group."""

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import pytest

from snu_analytics.catalogue import Catalogue, Entity, places
from snu_analytics.days import PARIS, DayRange
from snu_analytics.figures.pool import (
    balance,
    closing_stock,
    load_opening,
    load_pool,
    pool,
    recount,
)
from snu_analytics.simulation import Simulation, simulate
from snu_analytics_tests.fixtures.histories import APPLICATION, CATALOGUE, YOUNG
from snu_analytics_tests.fixtures.world import World

FIRST, START, LAST = date(2022, 3, 1), date(2022, 6, 1), date(2023, 10, 31)
DAYS = DayRange(START, LAST)
BOTH = Catalogue({"young": YOUNG, "application": APPLICATION}, CATALOGUE.vocabularies)
GROUPS = ("gender", "region", "department", "cohort", "source")
REGIONS = {place.department: place.region for place in places()}


@pytest.fixture(scope="module")
def campaigns() -> Simulation:
    return simulate(300, FIRST, LAST, seed=7)


@pytest.fixture(scope="module")
def loaded(campaigns, shared_world) -> World:
    world = replace(shared_world, catalogue=BOTH)
    world.hold_simulated(campaigns)
    with world.source() as source, world.connect() as connection:
        for entity in BOTH.entities.values():
            for days in reversed(list(DAYS.chunks(200))):
                world.load_entity(entity, days)
                load_pool(entity, days, connection)
            load_opening(world.context, entity, START, source, connection)
    return world


def cell(entity: Entity, state: dict) -> tuple:
    if entity is YOUNG:
        return tuple(state.get(name) for name in ("status", *GROUPS))
    department = state.get("youngDepartment")
    return (
        state["status"],
        None,
        REGIONS.get(department or ""),
        department,
        state.get("youngCohort"),
        None,
    )


def recounted(simulation: Simulation, entity: Entity) -> dict[date, dict[tuple, tuple]]:
    """Opening, entries, exits and closing per day and cell, in plain Python from the truth."""
    states = simulation.frame(f"{entity.name}_states").sort("ref", "date", "patch_id")
    entries: dict[date, Counter] = defaultdict(Counter)
    exits: dict[date, Counter] = defaultdict(Counter)
    stock: Counter = Counter()
    last: dict[str, tuple] = {}
    for ref, _, instant, text in states.rows():
        day = instant.astimezone(PARIS).date()
        before, after = last.get(ref), cell(entity, json.loads(text))
        last[ref] = after
        if day < START:
            stock[after] += 1
            if before:
                stock[before] -= 1
        elif before != after:
            entries[day][after] += 1
            if before:
                exits[day][before] += 1
    days = {}
    for day in DAYS:
        opening = Counter(stock)
        stock.update(entries[day])
        stock.subtract(exits[day])
        days[day] = {
            group: counts
            for group in stock
            if any(counts := (opening[group], entries[day][group], exits[day][group], stock[group]))
        }
    return days


ENTITIES = pytest.mark.parametrize("entity", [YOUNG, APPLICATION], ids=lambda e: e.name)


@ENTITIES
def test_the_movements_of_every_day_and_cell_are_the_truth(campaigns, loaded, entity):
    query = (
        f"SELECT day, status, {', '.join(GROUPS)}, entries, exits FROM analytics.pool_movement "
        "WHERE entity = %s AND day >= %s"
    )
    movements: dict[date, dict[tuple, tuple]] = {day: {} for day in DAYS}
    with loaded.connect() as connection:
        for day, *group, entries, exits in connection.execute(query, [entity.name, START]):
            movements[day][tuple(group)] = (entries, exits)
    assert movements == {
        day: {group: counts[1:3] for group, counts in groups.items() if any(counts[1:3])}
        for day, groups in recounted(campaigns, entity).items()
    }


@ENTITIES
@pytest.mark.parametrize("by", [None, *GROUPS])
def test_opening_entries_exits_and_closing_are_the_truth_on_every_day(
    campaigns, loaded, entity, by
):
    expected: Counter = Counter()
    for day, groups in recounted(campaigns, entity).items():
        for (status, *group), counts in groups.items():
            key = (day, status, *([group[GROUPS.index(by)]] if by else []))
            for column, count in enumerate(counts):
                expected[*key, column] += count
    with loaded.connect() as connection:
        stocks = pool(connection, entity, DAYS, by).replace({float("nan"): None})
    assert len(stocks) == len({key[:-1] for key, count in expected.items() if count})
    for *key, opening, entries, exits, closing in stocks.itertuples(index=False, name=None):
        counts = (opening, entries, exits, closing)
        assert counts == tuple(expected[*key, column] for column in range(4)), key
        assert opening + entries - exits == closing


@ENTITIES
def test_the_pool_balances_and_no_cell_falls_below_nothing(loaded, entity):
    with loaded.connect() as connection:
        assert balance(entity, DAYS, connection) == ([], [], [], True)


@ENTITIES
def test_a_recount_by_the_latest_events_finds_the_same_stock(loaded, entity):
    with loaded.connect() as connection:
        for day in (START, date(2022, 12, 31), LAST):
            stock = dict(closing_stock(connection, entity.name, day))
            assert recount(entity, day, connection) == stock
