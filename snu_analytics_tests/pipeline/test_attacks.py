"""What the attackers of `make attack` recover from a month: nothing, but where nothing protects."""

from datetime import date, datetime

import polars as pl
import pytest

from snu_analytics.days import DayRange
from snu_analytics.simulation import simulate
from snu_analytics_tests.fixtures import attackers
from snu_analytics_tests.fixtures.histories import PSEUDONYMS, YOUNG

DAYS = DayRange(date(2023, 10, 1), date(2023, 10, 31))
SCHEMAS = ("analytics", "published")
EVENTS = "analytics.young_event"


@pytest.fixture(scope="module")
def created(shared_world) -> dict[str, datetime]:
    """The young people's ids and when each was created; their month is loaded."""
    history = simulate(400, DAYS.first, DAYS.last, seed=5)
    shared_world.hold_simulated(history)
    shared_world.load_entity(YOUNG, DAYS)
    events = history.frame("young_events")
    creations = events.filter(pl.col("field").is_null(), pl.col("patch_id").is_not_null())
    return dict(creations.select("ref", "date").iter_rows())


@pytest.fixture(scope="module")
def subjects(created) -> dict[str, str]:
    refs = pl.Series(list(created))
    return dict(zip(refs, PSEUDONYMS.series("young", refs), strict=True))


@pytest.fixture(scope="module")
def bare(shared_world, created) -> str:
    """A table of the same creations in which nothing protects them."""
    return attackers.undefended(shared_world.url, created)


def test_the_month_holds_enough_to_attack(created):
    assert len(created) > 200


def test_the_second_of_an_id_finds_no_row(shared_world, subjects):
    for schema in SCHEMAS:
        assert attackers.by_instant(shared_world.url, schema, subjects) == 0


def test_the_second_of_an_id_finds_rows_that_hold_their_instant(shared_world, created, bare):
    digests = attackers.undefended_ids(created)
    recovered = attackers.by_instant(shared_world.url, attackers.UNDEFENDED, digests)
    assert recovered > 0.9 * len(created)


def test_the_order_of_ids_is_not_that_of_rows(shared_world, subjects):
    assert attackers.by_place(shared_world.url, EVENTS, subjects) == 0


def test_the_order_of_ids_finds_rows_that_lie_in_it(shared_world, created, bare):
    digests = attackers.undefended_ids(created)
    assert attackers.by_place(shared_world.url, bare, digests) > 0.5 * len(created)


def test_no_unkeyed_digest_of_an_id_is_stored(shared_world, created):
    assert attackers.by_hash(shared_world.url, SCHEMAS, created) == 0


def test_an_unkeyed_digest_is_recognised(shared_world, created, bare):
    assert attackers.by_hash(shared_world.url, [attackers.UNDEFENDED], created) == len(created)
