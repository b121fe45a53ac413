"""Literal histories of a pool, loaded day by day, and what is asked of it."""

from collections.abc import Sequence
from datetime import date

from snu_analytics.catalogue import Entity
from snu_analytics.days import DayRange, consecutive
from snu_analytics.figures.pool import Balance, balance, load_opening, load_pool, pool
from snu_analytics.questions import ask
from snu_analytics_tests.fixtures.histories import APPLICATION, YOUNG, add, patch, replace
from snu_analytics_tests.fixtures.world import World

START = date(2024, 3, 1)

ANNA, BORIS, CLAIRE = (f"65e1000000000000000000{n}" for n in ("0a", "0b", "0c"))


def day(number: int) -> date:
    return date(2024, 3, number)


def created(at: str, ref: str, status: str = "IN_PROGRESS", **fields: str) -> dict:
    values = {"gender": "female", "department": "Paris", "region": "Île-de-France"} | fields
    ops = (add(f"/{name}", value) for name, value in {"status": status, **values}.items())
    return patch(at, *ops, ref=ref)


def moved(at: str, ref: str, before: str, after: str, field: str = "status") -> dict:
    return patch(at, replace(f"/{field}", before, after), ref=ref)


def answer(world: World, name: str, *by: str, **asked) -> list[tuple]:
    """The answer to a question, as rows."""
    with world.connect() as connection:
        frame = ask(connection, name, by=by, **asked).astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


def load(world: World, *numbers: int, opening: bool = True, **collections: Sequence[dict]) -> None:
    """Days in ascending order are ranges, as in a backfill; others come one by one."""
    world.hold(**collections)
    entity = APPLICATION if "application_patches" in collections else YOUNG
    ranges = [DayRange(day(number), day(number)) for number in numbers]
    if list(numbers) == sorted(numbers):
        ranges = consecutive(days.first for days in ranges)
    with world.source() as source, world.connect() as connection:
        if opening:
            load_opening(world.context, entity, START, source, connection)
        for days in ranges:
            world.load_entity(entity, days)
            load_pool(entity, days, connection)


def movements(world: World) -> list[tuple]:
    return world.rows(
        "SELECT extract(day FROM day)::int, status, department, entries, exits "
        "FROM analytics.pool_movement WHERE day >= %s ORDER BY day, status, department",
        START,
    )


def stock(
    world: World, first: int, last: int, by: str | None = None, entity: Entity = YOUNG
) -> list[tuple]:
    with world.connect() as connection:
        stocks = pool(connection, entity, DayRange(day(first), day(last)), by)
    stocks["day"] = [each.day for each in stocks["day"]]
    return list(stocks.itertuples(index=False, name=None))


def balanced(world: World, first: int, last: int, entity: Entity = YOUNG) -> Balance:
    with world.connect() as connection:
        return balance(entity, DayRange(day(first), day(last)), connection)


OLD = [
    created("2024-01-10T10:00", ANNA, cohort="Juin 2023"),
    moved("2024-02-29T22:59", ANNA, "IN_PROGRESS", "VALIDATED"),
    moved("2024-02-29T23:01", ANNA, "VALIDATED", "WITHDRAWN"),
]
