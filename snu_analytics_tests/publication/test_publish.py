"""Events of the warehouse to what readers see: totals by the day, breakdowns by the month."""

from datetime import date
from itertools import count

import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange, month_of

CATALOGUE = load_catalogue()
APRIL = month_of(date(2024, 4, 1))
_FIGURE = {"inscription_created": "created", "inscription_withdrawn": "withdrawn"}


def load(url: str, days: DayRange, *groups: tuple) -> None:
    """Load the days: a group is a day, gender, age, department with its region, and a count."""
    entities = [entity for entity in CATALOGUE.entities.values() if entity.figures]
    numbers = count()
    with psycopg.connect(url, autocommit=True) as connection:
        for entity in entities:
            for day in days:
                connection.execute(
                    "INSERT INTO analytics.day_load VALUES (%s, %s, 1) ON CONFLICT DO NOTHING",
                    [entity.table, day],
                )
        for day, gender, age, region, department, value in groups:
            for _ in range(value):
                connection.execute(
                    "INSERT INTO analytics.young_event (event_id, change_id, subject_id, "
                    "event_date, event_order, event_at, change_order, phase, event_name, "
                    "state_before, state_after, gender, age, region, department, cohort, quality) "
                    "VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, 1, now(), "
                    "%s, 'inscription', 'inscription_created', '{}', '{}', %s, %s, %s, %s, "
                    "'Juillet 2024', 'recorded')",
                    [day, next(numbers), gender, age, region, department],
                )
            connection.execute(
                "INSERT INTO analytics.daily_figure VALUES "
                "(%s, 'inscription', 'created', %s, %s, %s, %s, 'Juillet 2024', %s)",
                [day, gender, age, region, department, value],
            )
