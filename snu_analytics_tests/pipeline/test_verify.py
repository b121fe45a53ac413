"""Days whose figures contradict their events are shown."""

from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.pipeline import days_with_wrong_figures
from snu_analytics_tests.fixtures.histories import CATALOGUE, add, patch
from snu_analytics_tests.fixtures.postgres import execute

YOUNG = CATALOGUE.entities["young"]
DAYS = DayRange(date(2024, 3, 1), date(2024, 3, 3))


@pytest.fixture
def contradicted(world):
    """Three days, loaded, the last one empty; called, the days at fault."""
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-02T10:00", add("/status", "IN_PROGRESS"), ref="60c000000000000000000001"),
    ]
    world.hold(young_patches=patches)
    world.load("2024-03-01", "2024-03-03")

    def days() -> list[date]:
        with world.connect() as connection:
            return days_with_wrong_figures(YOUNG, DAYS, connection)

    return days


def test_what_was_just_loaded_does_not_contradict_itself(contradicted):
    assert contradicted() == []


@pytest.mark.parametrize(
    ("statement", "day"),
    [
        ("UPDATE analytics.daily_figure SET value = 2 WHERE day = '2024-03-01'", 1),
        ("DELETE FROM analytics.daily_figure WHERE day = '2024-03-02'", 2),
        (
            "INSERT INTO analytics.daily_figure (day, phase, figure, value) "
            "VALUES ('2024-03-03', 'inscription', 'created', 1)",
            3,
        ),
    ],
    ids=["another count", "a figure lost", "a figure of no event"],
)
def test_figures_that_do_not_count_the_events_are_wrong(
    contradicted, warehouse_url, statement, day
):
    execute(warehouse_url, statement)
    assert contradicted() == [date(2024, 3, day)]
