"""Final numbers that late patches move: when they are revised, and when they stand."""

from datetime import date

import pytest

from snu_analytics.days import month_of
from snu_analytics.events import Pseudonymiser
from snu_analytics.publication import months_to_revise
from snu_analytics.warehouse import connect, erase_subjects
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.publication.months import (
    APRIL,
    CATALOGUE,
    MAY,
    TOTAL,
    USUAL,
    cells,
    close,
    load,
)

LATE = (4, "female", 14, "Occitanie", "Gard", 12)
CREATED = "SELECT sum(value)::int FROM published.daily_total WHERE figure = 'created'"
REVISED = (
    "SELECT kind, breakdown, gender, age_group, region, former, value "
    "FROM published.revised_cell ORDER BY kind, breakdown"
)


@pytest.fixture
def closed(warehouse_url):
    """The warehouse with April closed."""
    load(warehouse_url, APRIL, *USUAL)
    close(warehouse_url, APRIL)
    return warehouse_url


def published(url: str) -> list:
    tables = ("daily_total", "breakdown", "revised_cell")
    return [rows(url, f"SELECT t::text FROM published.{table} t ORDER BY 1") for table in tables]


def erase(url: str, where: str) -> None:
    """Erase the young people with such an event."""
    subjects = rows(url, f"SELECT subject_id::text FROM analytics.young_event WHERE {where}")
    key = Pseudonymiser(bytes(range(100, 132)))
    with connect(url) as connection:
        listed = {"request": [subject for (subject,) in subjects[:1]]}
        erase_subjects(connection, CATALOGUE.entities["young"], listed, {}, key)


def test_a_closed_month_is_revised_where_every_shown_cell_moves_by_the_threshold(closed):
    load(closed, APRIL, LATE)
    assert close(closed, APRIL).counts["revised"] == 8
    assert rows(closed, REVISED) == [
        ("day", "total", None, None, None, 90, 102),
        ("month", "age_group", None, "under 15", None, 362, 374),
        ("month", "gender", "female", None, None, 543, 555),
        ("month", "gender,age_group", "female", "under 15", None, 181, 193),
        ("month", "gender,region", "female", None, "Occitanie", 180, 192),
        ("month", "region", None, None, "Occitanie", 360, 372),
        ("week", "age_group", None, "under 15", None, 120, 132),
        ("week", "gender", "female", None, None, 210, 222),
    ]
    assert rows(closed, CREATED) == [(TOTAL + 12,)]
    assert cells(closed, "month", "gender")["2024-04-01", "female"] == 555


def test_a_revision_is_made_once(closed):
    load(closed, APRIL, LATE)
    close(closed, APRIL)
    before = published(closed)
    close(closed, APRIL)
    assert published(closed) == before


def test_no_mask_changes_in_a_revision(closed):
    masks = "SELECT (to_jsonb(b) - 'value')::text FROM published.breakdown b ORDER BY 1"
    before = rows(closed, masks)
    load(closed, APRIL, LATE)
    close(closed, APRIL)
    assert rows(closed, masks) == before


@pytest.mark.parametrize(
    "late",
    [
        ((4, "female", 14, "Occitanie", "Gard", 10),),
        ((4, "female", 14, "Occitanie", "Gard", 12), (4, "male", 14, "Occitanie", "Gard", 1)),
        ((4, "female", 14, "Occitanie", "Gard", 12), (5, "female", 14, "Occitanie", "Gard", 1)),
        ((16, "female", 14, "Occitanie", "Gard", 12),),
    ],
    ids=["a total", "a shown cell", "another day", "a cell masked for itself in its week"],
)
def test_a_closed_month_stands_where_anything_shown_would_move_by_less(closed, late):
    before = published(closed)
    load(closed, APRIL, *late)
    close(closed, APRIL)
    assert published(closed) == before


def test_a_month_that_events_are_gone_from_stands(closed):
    before = published(closed)
    load(closed, APRIL, LATE)
    execute(closed, "DELETE FROM analytics.young_event WHERE region = 'Corse' AND age = 15")
    close(closed, APRIL)
    assert published(closed) == before


def test_a_month_that_somebody_was_erased_from_stands_for_good(closed):
    before = published(closed)
    erase(closed, "region = 'Occitanie' AND age = 14 AND gender = 'female'")
    load(closed, APRIL, LATE, LATE)
    close(closed, APRIL)
    assert published(closed) == before
    assert rows(closed, "SELECT month FROM analytics.frozen_month") == [(APRIL.first,)]


def test_an_erasure_before_the_closing_keeps_nothing_from_being_revised(warehouse_url):
    load(warehouse_url, APRIL, *USUAL)
    erase(warehouse_url, "region = 'Corse'")
    close(warehouse_url, APRIL)
    load(warehouse_url, APRIL, LATE)
    assert close(warehouse_url, APRIL).counts["revised"] > 0


def test_a_week_closed_later_still_counts_who_was_erased_since(warehouse_url):
    last = (30, "female", 14, "Occitanie", "Gard", 60), (30, "male", 14, "Occitanie", "Gard", 60)
    first = (1, "female", 15, "Occitanie", "Gard", 60), (1, "male", 15, "Occitanie", "Gard", 60)
    load(warehouse_url, APRIL, *USUAL, *last)
    load(warehouse_url, MAY, *USUAL, *first)
    close(warehouse_url, APRIL)
    erase(warehouse_url, "event_date = '2024-04-30' AND gender = 'female'")
    close(warehouse_url, MAY)
    genders = cells(warehouse_url, "week", "gender")
    total = sum(group[-1] for group in USUAL if group[0] <= 5) + 240
    both = [genders["2024-04-29", gender] for gender in ("female", "male or unknown")]
    assert sum(value or 0 for value in both) == total


def test_only_months_whose_totals_move_by_the_threshold_are_asked_for(closed):
    def asked() -> dict[date, int]:
        with connect(closed) as connection:
            return months_to_revise(CATALOGUE, APRIL, connection, 11)

    assert asked() == {}
    load(closed, APRIL, (4, "female", 14, "Occitanie", "Gard", 10))
    assert asked() == {}
    load(closed, APRIL, LATE)
    assert asked() == {APRIL.first: 22}


SEPTEMBER = month_of(date(2024, 9, 1))
# The other months of the campaign, without an event, and a table of the campaign.
OTHER_MONTHS = """
INSERT INTO published.closed_month
SELECT month::date, '2024-09-01', 11
FROM generate_series(date '2023-09-01', '2024-08-01', '1 month') AS month ON CONFLICT DO NOTHING;
INSERT INTO published.breakdown
SELECT 'campaign', '2023-09-01', phase, figure, breakdown, gender, age_group, region, department,
    cohort, value, masked, mask
FROM published.breakdown WHERE kind = 'month' AND breakdown = 'gender'
"""


def test_a_campaign_has_one_revision_table_by_table(closed):
    load(closed, SEPTEMBER)
    execute(closed, OTHER_MONTHS)
    # Of each age fewer than 11.
    load(closed, APRIL, *[(4, "female", age, "Occitanie", "Gard", 6) for age in (14, 15, 16)])
    assert close(closed, APRIL).counts["revised"] == 0
    ages = cells(closed, "month", "age_group")
    made = close(closed, SEPTEMBER)
    assert cells(closed, "month", "gender")["2024-04-01", "female"] == 561
    assert cells(closed, "campaign", "gender")["2023-09-01", "female"] == 561
    assert cells(closed, "month", "age_group").items() >= ages.items()
    unrevised = ["inscription: age_group", "inscription: gender,age_group"]
    assert list(made.unrevised) == unrevised
    assert rows(closed, "SELECT campaign, unrevised FROM published.campaign_revision") == [
        (2024, "\n".join(unrevised))
    ]


def test_a_campaign_is_final_once_it_had_its_revision(closed):
    load(closed, SEPTEMBER)
    execute(closed, OTHER_MONTHS)
    close(closed, SEPTEMBER)
    before = published(closed)
    load(closed, APRIL, LATE)
    assert close(closed, APRIL).counts["revised"] == 0
    assert published(closed) == before
    assert rows(closed, "SELECT FROM analytics.closed_count") == []
