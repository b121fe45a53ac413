from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.orchestration.rotation import Stretch, begin, remaining, stretches
from snu_analytics.warehouse import known_keys
from snu_analytics_tests.fixtures.histories import CATALOGUE, PSEUDONYMS, add, patch

TABLES = [entity.table for entity in CATALOGUE.entities.values()]
NEW = Pseudonymiser(bytes.fromhex("5a17c3e90b4fd26881f07e9d3ac4b615" * 2))


def day(number: int) -> date:
    return date(2024, 3, number)


def days(first: int, last: int) -> DayRange:
    return DayRange(day(first), day(last))


def test_days_that_follow_each_other_are_one_backfill():
    loads = [(table, day(n)) for table in TABLES for n in (1, 2, 3)]
    assert stretches(loads, CATALOGUE) == [Stretch(days(1, 3), None)]


def test_a_day_that_was_never_loaded_is_left_out():
    loads = [(table, day(n)) for table in TABLES for n in (1, 2, 4)]
    assert stretches(loads, CATALOGUE) == [Stretch(days(1, 2), None), Stretch(days(4, 4), None)]


def test_an_entity_that_was_never_loaded_is_left_out():
    loads = [("young_event", day(1)), ("young_event", day(2)), ("mission_event", day(2))]
    assert stretches(loads, CATALOGUE) == [
        Stretch(days(1, 1), "young"),
        Stretch(days(2, 2), "mission"),
        Stretch(days(2, 2), "young"),
    ]


def test_nothing_remains_of_no_loads():
    assert stretches([], CATALOGUE) == []


def test_days_of_an_entity_no_longer_in_the_catalogue_are_refused():
    with pytest.raises(WarehouseError, match=r"analytics\.pony_event holds days of the old key"):
        stretches([("pony_event", day(1))], CATALOGUE)


def test_what_no_day_holds_is_carried_over_before_any_day_is_rebuilt(world):
    world.hold(young_patches=[patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))])
    world.load("2024-03-01", "2024-03-02")
    seen = []

    def carry_over(connection, old, new):
        seen.append((known_keys(connection)[NEW.fingerprint].state, old, new))

    begin(world.url, PSEUDONYMS, NEW, carry_over)
    assert seen == [("incoming", PSEUDONYMS, NEW)]
    assert remaining(world.url, NEW.fingerprint, CATALOGUE) == [Stretch(days(1, 2), None)]


def test_days_rebuilt_with_the_new_key_remain_no_more(world):
    world.hold(young_patches=[patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))])
    world.load("2024-03-01", "2024-03-03")
    begin(world.url, PSEUDONYMS, NEW)
    world.with_key(NEW).load("2024-03-01", "2024-03-02")
    assert remaining(world.url, NEW.fingerprint, CATALOGUE) == [Stretch(days(3, 3), None)]
    assert world.rows("SELECT DISTINCT key_id FROM analytics.young_event") == [(NEW.fingerprint,)]
