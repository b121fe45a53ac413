"""The projections of a day in the warehouse: what they are made of, and that they are replaced."""

from datetime import date, timedelta

import psycopg
import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.figures import load_projections, project_again
from snu_analytics.questions import ask
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import CATALOGUE
from snu_analytics_tests.fixtures.pipeline import rows

DAY = DayRange(date(2024, 1, 31), date(2024, 1, 31))


@pytest.fixture
def loaded(warehouse_url) -> str:
    """Ten validated a day in Bretagne from October to May of three campaigns, one withdraws."""
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        for year in (2022, 2023, 2024):
            for number in range(243):
                day = date(year - 1, 10, 1) + timedelta(days=number)
                for figure, value in (("validated", 10), ("withdrawn_after_validation", 1)):
                    connection.execute(
                        "INSERT INTO analytics.daily_figure (day, phase, figure, region, value) "
                        "VALUES (%s, 'inscription', %s, 'Bretagne', %s)",
                        [day, figure, value],
                    )
                connection.execute(
                    "INSERT INTO analytics.day_load VALUES ('young_event', %s, 10)", [day]
                )
        connection.execute(
            "INSERT INTO analytics.objective VALUES "
            "('Juin 2024', 'Finistère', 'Bretagne', 'Rennes', 2024, 'departemental', 2000)"
        )
    return warehouse_url


METHOD = "bornhuetter-ferguson"
TOLD = (
    "SELECT as_of::text, campaign, region, achieved, round(projected), objective "
    "FROM analytics.projection ORDER BY region"
)


def test_a_day_is_projected_net_of_withdrawals_and_against_the_objective(loaded):
    with connect(loaded) as connection:
        made = load_projections(CATALOGUE, DAY, connection)
    assert rows(loaded, TOLD) == [
        ("2024-01-31", 2024, "Bretagne", 123 * 9, 243 * 9, 2000),
        ("2024-01-31", 2024, "France", 123 * 9, 243 * 9, 2000),
    ]
    assert list(made) == [DAY.first]


def test_a_projection_is_told_by_name_for_france_and_by_region(loaded):
    with connect(loaded) as connection:
        load_projections(CATALOGUE, DAY, connection)
        france = ask(connection, "projections")
        regions = ask(connection, "projections", DAY.first, DAY.last, ["region"])
    columns = ["horizon_day", "method", "achieved", "objective", "withheld", "reason"]
    reason = "tested on past campaigns with later ones known, these are few"
    assert france[columns].values.tolist() == [[123, METHOD, 123 * 9, 2000.0, False, reason]]
    assert france["projected"].round().tolist() == [243 * 9]
    assert regions["region"].tolist() == ["Bretagne"]
    assert regions["median_date"].tolist() == [date(2024, 5, 10)]


def test_a_day_projected_again_replaces_its_rows(loaded):
    with connect(loaded) as connection:
        load_projections(CATALOGUE, DAY, connection)
        load_projections(CATALOGUE, DAY, connection)
    assert len(rows(loaded, TOLD)) == 2


def test_a_later_day_follows_an_earlier_one_whose_figures_have_changed(loaded):
    earlier = DayRange(date(2024, 1, 30), date(2024, 1, 30))
    achieved = (
        "SELECT as_of::text, achieved, xmin::text FROM analytics.projection "
        "WHERE region = 'France' ORDER BY as_of"
    )
    with connect(loaded) as connection:
        load_projections(CATALOGUE, DAY, connection)
        load_projections(CATALOGUE, earlier, connection)
        before = rows(loaded, achieved)
        load_projections(CATALOGUE, earlier, connection)
        assert rows(loaded, achieved)[1] == before[1]
        connection.execute(
            "UPDATE analytics.daily_figure SET value = 20 "
            "WHERE day = '2024-01-30' AND figure = 'validated'"
        )
        load_projections(CATALOGUE, earlier, connection)
    assert [row[:2] for row in rows(loaded, achieved)] == [
        ("2024-01-30", 122 * 9 + 10),
        ("2024-01-31", 123 * 9 + 10),
    ]


def test_every_projection_from_a_day_on_is_made_again_of_the_figures_as_they_are(loaded):
    with connect(loaded) as connection:
        load_projections(CATALOGUE, DayRange(date(2024, 1, 30), DAY.last), connection)
        connection.execute("UPDATE analytics.daily_figure SET value = 9 WHERE figure = 'validated'")
        project_again(DAY.first, connection)
    assert rows(
        loaded,
        "SELECT as_of::text, achieved FROM analytics.projection "
        "WHERE region = 'France' ORDER BY as_of",
    ) == [("2024-01-30", 122 * 9), ("2024-01-31", 123 * 8)]


def test_nothing_validated_is_projected_as_nothing(warehouse_url):
    with connect(warehouse_url) as connection:
        connection.execute(
            "INSERT INTO analytics.day_load VALUES ('young_event', %s, 0)", [DAY.first]
        )
        made = load_projections(CATALOGUE, DAY, connection)
    assert [row.reason for row in made[DAY.first].itertuples()] != [None]
    assert rows(warehouse_url, "SELECT DISTINCT achieved FROM analytics.projection") in ([], [(0,)])


def test_a_day_that_was_never_loaded_is_not_projected(loaded):
    never = DayRange(date(2024, 8, 3), date(2024, 8, 3))
    with connect(loaded) as connection, pytest.raises(WarehouseError) as refused:
        load_projections(CATALOGUE, never, connection)
    assert str(refused.value) == (
        "analytics.young_event holds no load of 2024-08-03: materialise young/anonymized_events "
        "for that day first"
    )
    assert rows(loaded, TOLD) == []
