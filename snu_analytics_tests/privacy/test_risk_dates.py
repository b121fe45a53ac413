"""What days, groups and coarser values say of persons, on literal rows."""

from decimal import Decimal
from typing import Any

import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.privacy.risk import measure_risk
from snu_analytics.warehouse import connect
from snu_analytics_tests.privacy.risk_rows import insert_event


def values(url: str, unit: str, measure: str) -> dict[str, Decimal]:
    """The measures of young people whose names begin so, by what follows."""
    with connect(url) as connection:
        return {
            m.measure.removeprefix(measure): m.value
            for m in measure_risk(load_catalogue(), connection, "young")
            if m.unit == unit and m.column_name is None and m.measure.startswith(measure)
        }


@pytest.fixture
def dated(warehouse_url) -> str:
    """Four rows: what tells each from the row of another person."""
    here: dict[str, Any] = {
        "gender": "female",
        "age": 18,
        "department": "Finistère",
        "region": "Bretagne",
    }
    insert_event(warehouse_url, 1, "2024-03-04T10:00", **here)
    insert_event(warehouse_url, 2, "2024-03-04T10:00", **here | {"age": 19})
    insert_event(warehouse_url, 3, "2024-03-05T10:00", **here)
    insert_event(warehouse_url, 4, "2024-03-14T10:00", **here | {"department": "Morbihan"})
    return warehouse_url


def test_rows_of_one_person_by_day_department_age_and_gender(dated):
    assert values(dated, "event", "dated_one_person_share")[""] == 1
    insert_event(dated, 5, "2024-03-05T18:00", gender="female", age=18, department="Finistère")
    assert values(dated, "event", "dated_one_person_share")[""] == Decimal("0.6")


def test_many_rows_of_one_person_on_a_day_are_of_one_person(warehouse_url):
    for _ in range(3):
        insert_event(warehouse_url, 1, gender="male")
    insert_event(warehouse_url, 2, gender=None)
    assert values(warehouse_url, "event", "dated_one_person_share")[""] == 1


def test_what_coarser_values_would_leave_to_one_person(dated):
    assert values(dated, "event", "dated_one_person_share") == {
        "": 1,
        "_by_age_group": Decimal("0.5"),  # 18 and 19 are one group: 1 and 2 share a day
        "_by_region": 1,
        "_by_week": Decimal("0.5"),  # 1 and 3 share a week
        "_by_month": Decimal("0.5"),  # and 4 is of another department
        "_by_all": 0,
    }


def test_an_unknown_age_is_in_no_age_group(warehouse_url):
    insert_event(warehouse_url, 1, age=None)
    insert_event(warehouse_url, 2, age=14)
    assert values(warehouse_url, "event", "dated_one_person_share_by_age_group") == {"": 1}


def test_persons_whose_sequence_of_days_nobody_else_has(warehouse_url):
    for person, days in enumerate(
        (
            ("2024-03-04", "2024-03-14"),
            ("2024-03-04", "2024-03-14", "2024-03-14"),
            ("2024-03-04",),
            ("2024-03-05",),
            ("2024-03-28",),
        )
    ):
        for day in days:
            insert_event(warehouse_url, person, f"{day}T10:00")
    assert values(warehouse_url, "person", "days_unique_share") == {
        "": Decimal("0.6"),
        "_by_week": Decimal("0.2"),
        "_by_month": 0,
    }


def test_groups_of_several_persons_in_which_everybody_is_refused(warehouse_url):
    groups = {
        "a": ("REFUSED", "REFUSED", "REFUSED"),
        "b": ("REFUSED", "VALIDATED"),
        "c": ("REFUSED",),
        "d": ("VALIDATED", "VALIDATED"),
    }
    people = [(group, status) for group, held in groups.items() for status in held]
    for person, (group, status) in enumerate(people):
        insert_event(warehouse_url, person, region=group, status=status)
    assert values(warehouse_url, "person", "refused_") == {"classes": 1, "persons": 3}
    with connect(warehouse_url) as connection:
        report = measure_risk(load_catalogue(), connection, "young")
    assert [
        m.value
        for m in report
        if (m.unit, m.measure, m.column_name) == ("person", "same_outcome_classes", "status")
    ] == [2]


def test_persons_alone_with_coarser_values(warehouse_url):
    here: dict[str, Any] = {
        "age": 18,
        "department": "Finistère",
        "academy": "Rennes",
        "region": "Bretagne",
    }
    insert_event(warehouse_url, 1, **here)
    insert_event(warehouse_url, 2, **here | {"age": 19})
    insert_event(warehouse_url, 3, **here | {"age": 19, "department": "Morbihan"})
    insert_event(warehouse_url, 4, **here | {"age": 16, "department": "Morbihan"})
    assert values(warehouse_url, "person", "unique_share") == {
        "": 1,
        "_by_age_group": Decimal("0.5"),
        "_by_region": Decimal("0.5"),
        "_by_all": Decimal("0.25"),
    }
