"""Flows: a day's figures by one dimension at a time, their means, sums and earlier campaigns."""

from datetime import date, timedelta

import psycopg
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.figures import load_flows
from snu_analytics.questions import ask
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute

CATALOGUE = load_catalogue()
FIRST_OF_SEPTEMBER = date(2023, 9, 1)


def day(number: int, year: int = 2023) -> date:
    """The day of that number of the campaign that begins in the year."""
    return date(year, 9, 1) + timedelta(days=number - 1)


def load(url: str, days: DayRange, *created: tuple[date, int, str, str]) -> None:
    """Days as loaded, with so many inscriptions created by people of a gender in a department."""
    relations = [entity.table for entity in CATALOGUE.entities.values() if entity.figures]
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.day_load VALUES (%s, %s, 1) ON CONFLICT DO NOTHING",
            [(relation, loaded) for relation in relations for loaded in days],
        )
        cursor.executemany(
            "INSERT INTO analytics.daily_figure VALUES (%s, 'inscription', 'created', %s, 16, "
            "'Normandie', %s, 'Juin 2024', %s)",
            [(when, gender, department, value) for when, value, gender, department in created],
        )


def counted(url: str, days: DayRange) -> dict[date, dict[str, int]]:
    with connect(url) as connection:
        return load_flows(CATALOGUE, days, connection)


def course(url: str, *columns: str, by: str = "") -> list[tuple]:
    """Some columns of the inscriptions created, by day, in all or by one dimension."""
    view = f"analytics.q_flows_by_{by}" if by else "analytics.q_flows"
    return rows(
        url,
        f"SELECT campaign_day, {', '.join(columns)} FROM {view} "
        "WHERE phase = 'inscription' AND figure = 'created' ORDER BY 1, 2",
    )


WEEK = DayRange(day(1), day(8))
EIGHT_DAYS = [(day(n), n, "female", "Orne") for n in range(1, 9) if n != 4]


def test_every_figure_has_its_zeros_on_every_day(warehouse_url):
    load(warehouse_url, WEEK)
    days = counted(warehouse_url, WEEK)
    figures = [f for entity in CATALOGUE.entities.values() for f in entity.figures]
    assert (
        rows(
            warehouse_url,
            "SELECT count(*), max(value) FROM analytics.flow WHERE breakdown = 'total' "
            "GROUP BY day ORDER BY day",
        )
        == [(len(figures), 0)] * 8
    )
    assert [name for _, name in course(warehouse_url, "gender", by="gender")[:2]] == [
        "female",
        "male",
    ]
    assert len(course(warehouse_url, "region", by="region")) == 8 * 23
    assert course(warehouse_url, "department", by="department") == []
    assert days[day(1)]["events_counted"] == 0


def test_a_day_is_told_by_one_dimension_at_a_time(warehouse_url):
    load(
        warehouse_url,
        DayRange(day(1), day(1)),
        (day(1), 3, "female", "Orne"),
        (day(1), 4, "male", "Eure"),
    )
    days = counted(warehouse_url, DayRange(day(1), day(1)))
    assert course(warehouse_url, "value") == [(1, 7)]
    assert course(warehouse_url, "gender", "value", by="gender")[:2] == [
        (1, "female", 3),
        (1, "male", 4),
    ]
    assert course(warehouse_url, "department", "value", by="department") == [
        (1, "Eure", 4),
        (1, "Orne", 3),
    ]
    assert [r for r in course(warehouse_url, "age", "value", by="age") if r[2]] == [(1, "16", 7)]
    assert days[day(1)]["events_counted"] == 7


def test_the_mean_is_of_seven_days_and_the_sum_since_the_campaign_began(warehouse_url):
    load(warehouse_url, WEEK, *EIGHT_DAYS)
    counted(warehouse_url, WEEK)
    assert course(warehouse_url, "value", "mean_7", "cumulated") == [
        (1, 1, None, 1),
        (2, 2, None, 3),
        (3, 3, None, 6),
        (4, 0, None, 6),
        (5, 5, None, 11),
        (6, 6, None, 17),
        (7, 7, 3.43, 24),
        (8, 8, 4.43, 32),
    ]


def test_a_group_without_a_row_counts_as_zero_in_means_and_sums(warehouse_url):
    load(warehouse_url, WEEK, *EIGHT_DAYS)
    counted(warehouse_url, WEEK)
    rows = course(warehouse_url, "value", "mean_7", "cumulated", by="department")
    assert rows[-2:] == [(7, 7, 3.43, 24), (8, 8, 4.43, 32)]
    assert [number for number, *_ in rows] == [1, 2, 3, 5, 6, 7, 8]


def test_what_needs_a_day_that_was_not_counted_is_not_told(warehouse_url):
    load(warehouse_url, WEEK, *EIGHT_DAYS)
    counted(warehouse_url, DayRange(day(1), day(3)))
    counted(warehouse_url, DayRange(day(5), day(8)))
    assert course(warehouse_url, "mean_7", "cumulated")[-1] == (8, None, None)


def test_a_campaign_is_told_beside_the_same_days_of_the_two_before(warehouse_url):
    for year, value in ((2021, 5), (2022, 6), (2023, 7)):
        third = day(3, year)
        load(warehouse_url, DayRange(third, third), (third, value, "female", "Orne"))
        counted(warehouse_url, DayRange(third, third))
    rows = course(warehouse_url, "campaign", "value", "year_before", "two_years_before")
    assert rows == [(3, 2022, 5, None, None), (3, 2023, 6, 5, None), (3, 2024, 7, 6, 5)]


def test_a_group_that_is_new_had_zero_on_the_days_that_were_counted(warehouse_url):
    for year, department in ((2022, "Eure"), (2023, "Orne")):
        third = day(3, year)
        load(warehouse_url, DayRange(third, third), (third, 2, "female", department))
        counted(warehouse_url, DayRange(third, third))
    rows = course(warehouse_url, "department", "value", "year_before", by="department")
    assert rows == [(3, "Eure", 2, None), (3, "Orne", 2, 0)]


def test_the_sum_begins_anew_with_the_campaign(warehouse_url):
    days = DayRange(date(2023, 8, 31), FIRST_OF_SEPTEMBER)
    load(warehouse_url, days, *((each, 5, "female", "Orne") for each in days))
    counted(warehouse_url, days)
    assert course(warehouse_url, "campaign", "cumulated") == [(1, 2024, 5), (365, 2023, None)]


def test_a_day_counted_again_replaces_its_rows(warehouse_url):
    load(warehouse_url, WEEK, *EIGHT_DAYS)
    counted(warehouse_url, WEEK)
    execute(warehouse_url, "UPDATE analytics.daily_figure SET value = 9 WHERE day = '2023-09-02'")
    counted(warehouse_url, DayRange(day(2), day(2)))
    assert [r[2] for r in course(warehouse_url, "cumulated", "value")][:3] == [1, 9, 3]
    assert course(warehouse_url, "cumulated")[-1] == (8, 39)


def test_a_day_that_was_never_loaded_names_the_asset(warehouse_url):
    with pytest.raises(
        WarehouseError, match=r"holds no load of 2023-09-01: materialise \w+/anonymized_events"
    ):
        counted(warehouse_url, WEEK)


def test_a_flow_is_asked_for_by_name(warehouse_url):
    load(warehouse_url, WEEK, *EIGHT_DAYS)
    counted(warehouse_url, WEEK)
    with connect(warehouse_url) as connection:
        flows = ask(connection, "flows", day(8), day(8), ["gender"], {"figure": ["created"]})
    flows = flows[flows["phase"] == "inscription"]
    assert list(flows.columns) == [
        *("day", "gender", "phase", "figure"),
        *("value", "mean_7", "cumulated", "year_before", "two_years_before"),
    ]
    assert flows[["gender", "value", "cumulated"]].values.tolist() == [
        ["female", 8, 32],
        ["male", 0, 0],
    ]
