"""Months of inscriptions in the warehouse, closed, and what is published of them."""

from datetime import date
from itertools import cycle

import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange, month_of
from snu_analytics.publication import Closed, close_month
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import rows

CATALOGUE = load_catalogue()
MARCH, APRIL, MAY = (month_of(date(2024, month, 1)) for month in (3, 4, 5))

_CREATED = """
INSERT INTO analytics.young_event (event_id, change_id, subject_id, event_date, event_order, phase,
    event_name, state_before, state_after, gender, age, region, department, cohort, quality, key_id)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, 1, 'inscription',
    'inscription_created', '{}', '{}', %s, %s, %s, %s, 'Juillet 2024', 'recorded', 'test'
FROM generate_series(1, %s)
"""

_PLACES = (
    ("Normandie", "Orne", 30),
    ("Bretagne", "Finistère", 40),
    ("Corse", "Haute-Corse", 1),
    ("Grand Est", "Marne", 50),
    ("Occitanie", "Gard", 60),
)

# Day of the month, gender, age, region, department, created.
USUAL = tuple(
    (day, gender, age, *place)
    for day, (gender, age), place in zip(
        cycle(range(3, 28)),
        [(gender, age) for gender in ("female", "male") for age in (14, 15, 16)] * len(_PLACES),
        [place for place in _PLACES for _ in range(6)],
        strict=False,
    )
)
TOTAL = sum(group[-1] for group in USUAL)


def load(url: str, days: DayRange, *groups: tuple) -> None:
    """Load the days: a group is as in USUAL."""
    with psycopg.connect(url, autocommit=True) as connection:
        for entity in CATALOGUE.entities.values():
            for day in days if entity.figures else ():
                connection.execute(
                    "INSERT INTO analytics.day_load VALUES (%s, %s, 1) ON CONFLICT DO NOTHING",
                    [entity.table, day],
                )
        for number, *group, created in groups:
            day = days.first.replace(day=number)
            connection.execute(_CREATED, [day, *group, created])
            connection.execute(
                "INSERT INTO analytics.daily_figure (day, phase, figure, gender, age, region, "
                "department, cohort, value) VALUES "
                "(%s, 'inscription', 'created', %s, %s, %s, %s, 'Juillet 2024', %s) ON CONFLICT "
                "(day, phase, figure, gender, age, region, department, cohort) "
                "DO UPDATE SET value = daily_figure.value + excluded.value",
                [day, *group, created],
            )


def close(url: str, month: DayRange) -> Closed:
    with connect(url) as connection:
        return close_month(CATALOGUE, month.first, connection, 11)


def cells(url: str, kind: str, breakdown: str) -> dict[tuple, int | None]:
    """The inscriptions created: period and categories to value, None where masked."""
    groups = breakdown.split(",")
    return {
        (period.isoformat(), *categories): value
        for period, value, *categories in rows(
            url,
            f"SELECT period, value, {', '.join(groups)} FROM published.breakdown "
            "WHERE kind = %s AND breakdown = %s AND phase = 'inscription' AND figure = 'created'",
            *(kind, breakdown),
        )
    }
