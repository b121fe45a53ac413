"""Events of the warehouse to what readers see: totals by the day, breakdowns by the month."""

from datetime import date

import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.publication import close_month, months_to_close, publish_totals
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.publication.months import (
    APRIL,
    CATALOGUE,
    MARCH,
    MAY,
    TOTAL,
    USUAL,
    cells,
    close,
    load,
)


def test_a_total_of_each_figure_and_day_is_published_zeros_included(warehouse_url):
    load(warehouse_url, DayRange(date(2024, 4, 3), date(2024, 4, 4)), USUAL[0])
    with connect(warehouse_url) as connection:
        publish_totals(CATALOGUE, APRIL, connection)
    figures = sum(len(entity.figures) for entity in CATALOGUE.entities.values())
    assert rows(
        warehouse_url, "SELECT day, count(*), sum(value) FROM published.daily_total GROUP BY 1"
    ) == [(date(2024, 4, 3), figures, 30), (date(2024, 4, 4), figures, 0)]


def test_a_total_may_change_until_its_month_is_closed(warehouse_url):
    total = "SELECT sum(value)::int FROM published.daily_total WHERE figure = 'created'"
    load(warehouse_url, APRIL, *USUAL)
    with connect(warehouse_url) as connection:
        publish_totals(CATALOGUE, APRIL, connection)
        load(warehouse_url, APRIL, (20, "male", 16, "Normandie", "Orne", 1))
        close_month(CATALOGUE, APRIL.first, connection, 11)
        load(warehouse_url, APRIL, (21, "male", 16, "Normandie", "Orne", 1))
        publish_totals(CATALOGUE, APRIL, connection)
    assert rows(warehouse_url, total) == [(TOTAL + 1,)]


def test_a_month_has_a_row_for_every_category_and_masks_small_ones(warehouse_url):
    load(warehouse_url, APRIL, *USUAL)
    close(warehouse_url, APRIL)
    regions = cells(warehouse_url, "month", "region")
    assert len(regions) == 24
    assert regions["2024-04-01", "Corse"] is None
    assert regions["2024-04-01", "Mayotte"] is None  # a zero is small too
    shown = {region: value for (_, region), value in regions.items() if value is not None}
    assert len(shown) == 3  # a large one hides the small ones
    assert shown["Occitanie"] == 360


def test_a_week_is_published_with_the_last_of_its_months(warehouse_url):
    for month in (MARCH, APRIL, MAY):
        load(warehouse_url, month, *USUAL)
    first = close(warehouse_url, MAY)
    second = close(warehouse_url, APRIL)
    assert [period for kind, period in first.periods if kind == "week"] == [
        date(2024, 5, day) for day in (6, 13, 20)
    ]
    assert date(2024, 4, 29) in [period for kind, period in second.periods if kind == "week"]


def test_a_closed_month_is_left_as_it_is(warehouse_url):
    load(warehouse_url, APRIL, *USUAL)
    close(warehouse_url, APRIL)
    before = rows(warehouse_url, "SELECT xmin::text, b::text FROM published.breakdown b ORDER BY 2")
    load(warehouse_url, APRIL, (20, "male", 16, "Normandie", "Orne", 500))
    assert close(warehouse_url, APRIL).periods == []
    assert before == rows(
        warehouse_url, "SELECT xmin::text, b::text FROM published.breakdown b ORDER BY 2"
    )


def test_a_month_that_is_not_loaded_whole_is_refused(warehouse_url):
    load(warehouse_url, DayRange(APRIL.first, date(2024, 4, 29)), *USUAL)
    with pytest.raises(WarehouseError, match="no load of 2024-04-30"):
        close(warehouse_url, APRIL)
    with connect(warehouse_url) as connection:
        assert months_to_close(CATALOGUE, APRIL, connection) == []
    assert rows(warehouse_url, "SELECT FROM published.breakdown") == []


def test_the_note_of_a_month_tells_when_by_the_month(warehouse_url):
    load(warehouse_url, APRIL, *USUAL)
    close(warehouse_url, APRIL)
    ((month, closed_in),) = rows(
        warehouse_url, "SELECT month, closed_in FROM published.closed_month"
    )
    assert (month, closed_in.day) == (APRIL.first, 1)


def test_the_flow_has_the_course_of_the_totals(warehouse_url):
    load(warehouse_url, APRIL, *USUAL)
    with connect(warehouse_url) as connection:
        publish_totals(CATALOGUE, APRIL, connection)
    assert rows(
        warehouse_url,
        "SELECT value, mean_7, cumulated FROM published.flow WHERE figure = 'created' "
        "AND phase = 'inscription' AND day = '2024-04-10'",
    ) == [(40, 67.14, None)]
    assert rows(
        warehouse_url,
        "SELECT value, days FROM published.monthly_total WHERE figure = 'created' "
        "AND phase = 'inscription'",
    ) == [(TOTAL, 30)]
