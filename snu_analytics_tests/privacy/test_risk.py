"""The risk report on literal rows, and against pyCANON on random ones."""

import random
import uuid
from datetime import date
from decimal import Decimal

import pandas as pd
import psycopg
import pytest
from pycanon.anonymity import k_anonymity, l_diversity

from snu_analytics.catalogue import load_catalogue
from snu_analytics.privacy import Measure, exposed, report_risk, small_cells
from snu_analytics.privacy.risk import measure_risk
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.privacy.risk_rows import insert_event, insert_events

CATALOGUE = load_catalogue()
YOUNG = CATALOGUE.entities["young"]
KNOWN = [name for name, column in YOUNG.columns.items() if column.quasi_identifier]
SENSITIVE = [name for name, column in YOUNG.columns.items() if column.sensitive]
SUNDAY = date(2024, 3, 3)


def measured(url: str, entity: str | None = None) -> list[Measure]:
    with connect(url) as connection:
        return measure_risk(CATALOGUE, connection, entity)


def values(
    url: str, unit: str = "person", relation: str = "analytics.young_event"
) -> dict[str, Decimal]:
    """The measures of a table as `measure` or `measure of column`."""
    return {
        f"{m.measure} of {m.column_name}" if m.column_name else m.measure: m.value
        for m in measured(url)
        if (m.relation, m.unit) == (relation, unit)
    }


@pytest.fixture
def seven(warehouse_url) -> str:
    """Seven persons in three classes of 4, 2 and 1; one of the pair has two events."""
    for person in range(4):
        insert_event(warehouse_url, person, gender="female", age=16, status="VALIDATED")
    insert_event(warehouse_url, 4, "2024-03-01", gender="male", age=17, status="REFUSED")
    insert_event(warehouse_url, 5, "2024-03-01", gender="male", age=16, status="REFUSED")
    insert_event(warehouse_url, 5, "2024-03-02", gender="male", age=17, status="VALIDATED")
    insert_event(warehouse_url, 6, gender="male", age=None, status=None)
    return warehouse_url


def test_classes_are_those_of_all_quasi_identifiers_by_the_latest_row_of_a_person(seven):
    measures = values(seven)
    assert {name: measures[name] for name in ("rows", "classes", "k", "unique_rows")} == {
        "rows": 7,
        "classes": 3,
        "k": 1,
        "unique_rows": 1,
    }


def test_shares_are_fractions_of_the_persons(seven):
    measures = values(seven)
    assert measures["unique_share"] == Decimal("0.142857")
    assert measures["below_5_share"] == 1
    assert measures["below_11_share"] == 1


def test_sizes_are_counted_by_bands(seven):
    measures = values(seven)
    assert [measures[f"classes_of_{band}"] for band in ("1", "2_4", "5_10", "11_49", "50_up")] == [
        1,
        2,
        0,
        0,
        0,
    ]
    assert [measures[f"rows_in_classes_of_{band}"] for band in ("1", "2_4", "5_10")] == [1, 6, 0]


def test_a_band_ends_where_the_next_begins(warehouse_url):
    sizes = {"a": 4, "b": 5, "c": 10, "d": 11, "e": 49, "f": 50}
    people = [{"region": region} for region, size in sizes.items() for _ in range(size)]
    insert_events(warehouse_url, enumerate(people))
    measures = values(warehouse_url)
    assert [measures[f"classes_of_{band}"] for band in ("1", "2_4", "5_10", "11_49", "50_up")] == [
        0,
        1,
        2,
        2,
        1,
    ]
    assert measures["k"] == 4
    assert measures["below_5_share"] == Decimal("0.031008")
    assert measures["below_11_share"] == Decimal("0.147287")


def test_a_quasi_identifier_adds_what_is_unique_with_it_and_not_without(seven):
    measures = values(seven)
    assert measures["unique_share_alone of age"] == Decimal("0.142857")
    assert measures["unique_share_without of age"] == 0
    assert measures["unique_share_added of age"] == Decimal("0.142857")
    assert measures["unique_share_alone of gender"] == 0
    assert measures["unique_share_without of gender"] == Decimal("0.142857")
    assert measures["unique_share_added of gender"] == 0


def test_l_counts_the_values_of_a_class_a_null_among_them(seven):
    measures = values(seven)
    assert measures["l of status"] == 1
    assert measures["l1_classes_share of status"] == Decimal("0.666667")
    assert measures["l1_rows_share of status"] == Decimal("0.714286")


def test_a_null_and_a_value_are_two_values(warehouse_url):
    insert_event(warehouse_url, 1, status="VALIDATED")
    insert_event(warehouse_url, 2, status=None)
    assert values(warehouse_url)["l of status"] == 2


def test_unknown_values_of_quasi_identifiers_are_one_value(warehouse_url):
    insert_event(warehouse_url, 1, gender=None, region="Bretagne")
    insert_event(warehouse_url, 2, gender=None, region="Bretagne")
    insert_event(warehouse_url, 3, gender="male", region="Bretagne")
    measures = values(warehouse_url)
    assert (measures["classes"], measures["unique_rows"]) == (2, 1)


def test_every_row_counts_in_the_event_rows_and_the_persons_behind_are_counted(seven):
    measures = values(seven, "event")
    assert {
        name: measures[name] for name in ("rows", "classes", "k", "unique_rows", "k_persons")
    } == {
        "rows": 8,
        "classes": 4,
        "k": 1,
        "unique_rows": 2,
        "k_persons": 1,
    }


def test_many_rows_of_one_person_hide_nobody(warehouse_url):
    for _ in range(3):
        insert_event(warehouse_url, 1, "2024-03-01", gender="male")
    measures = values(warehouse_url, "event")
    assert (measures["k"], measures["k_persons"], measures["one_person_share"]) == (3, 1, 1)
    assert "k_persons" not in values(warehouse_url, "person")


def test_the_person_of_an_application_is_the_young_who_applies(warehouse_url):
    for application in (1, 2, 3):
        insert_event(
            warehouse_url,
            application,
            f"2024-03-0{application}T10:00",
            "application_event",
            young_id=uuid.UUID(int=50),
            gender="male",
        )
    insert_event(warehouse_url, 4, table="application_event", young_id=None, gender="male")
    measures = values(warehouse_url, "person", "analytics.application_event")
    assert (measures["rows"], measures["k"]) == (2, 2)
    assert values(warehouse_url, "event", "analytics.application_event")["rows"] == 4


def test_an_empty_table_has_no_measure_but_its_0_rows(warehouse_url):
    assert measured(warehouse_url, "young") == [
        Measure("analytics.young_event", "person", "rows", None, Decimal(0)),
        Measure("analytics.young_event", "event", "rows", None, Decimal(0)),
    ]


def test_entities_without_quasi_identifiers_are_not_about_persons():
    assert [e.name for e in exposed(CATALOGUE)] == ["young", "application", "mission_equivalence"]


def test_pycanon_finds_the_same_k_and_l(warehouse_url):
    chance = random.Random(5)
    people = [
        {
            "gender": chance.choice(["female", "male", None]),
            "age": chance.choice([15, 16]),
            "region": chance.choice(["Bretagne", "Corse"]),
            "status": chance.choice(["VALIDATED", "REFUSED", "WAITING_LIST"]),
            "status_phase1": chance.choice(["DONE", "NOT_DONE", None]),
        }
        for _ in range(400)
    ]
    insert_events(warehouse_url, enumerate(people))
    columns = [*KNOWN, *SENSITIVE]
    frame = pd.DataFrame(
        rows(warehouse_url, f"SELECT {', '.join(columns)} FROM analytics.young_event"),
        columns=columns,
    )
    frame = frame.astype("object").where(frame.notna(), "unknown").astype(str)
    measures = values(warehouse_url)
    assert measures["k"] == k_anonymity(frame, KNOWN) > 1
    for column in ("status", "status_phase1"):
        assert measures[f"l of {column}"] == l_diversity(frame, KNOWN, [column]) > 1


@pytest.fixture
def published(warehouse_url) -> str:
    """A published table of counts, one that is empty, and one that holds none."""
    execute(
        warehouse_url,
        "CREATE TABLE published.counts (value integer); "
        "INSERT INTO published.counts VALUES (0), (11), (300), (NULL); "
        "CREATE TABLE published.nothing (value bigint); "
        "CREATE TABLE published.words (value text)",
    )
    return warehouse_url


def cells(url: str) -> dict[tuple[str, str], int]:
    """The least count and the number of small cells of the tables made here."""
    return {
        (m.relation, m.measure): int(m.value)
        for m in measured(url)
        if m.relation in ("published.counts", "published.nothing", "published.words")
    }


def test_the_k_of_a_published_table_is_the_least_count_it_shows(published):
    assert cells(published) == {
        ("published.counts", "k_shown"): 11,
        ("published.counts", "cells_shown"): 2,
        ("published.counts", "cells_below_11"): 0,
        ("published.nothing", "cells_shown"): 0,
        ("published.nothing", "cells_below_11"): 0,
    }
    assert small_cells(measured(published)) == []


def test_a_count_of_1_to_10_is_an_alarm(published):
    execute(published, "INSERT INTO published.counts VALUES (3), (10)")
    assert cells(published)["published.counts", "cells_below_11"] == 2
    assert small_cells(measured(published)) == [
        Measure("published.counts", "cell", "k_shown", None, Decimal(3))
    ]


def test_nothing_published_gives_no_measure_of_cells(warehouse_url):
    execute(warehouse_url, "DROP SCHEMA published CASCADE; CREATE SCHEMA published")
    assert [m for m in measured(warehouse_url) if m.unit == "cell"] == []


def report(url: str, day: date, entity: str | None = None) -> list[Measure]:
    with connect(url) as connection:
        return report_risk(CATALOGUE, connection, day, entity)


def test_a_report_is_stored_by_day(seven):
    measures = report(seven, SUNDAY)
    assert len(measures) == len(set(measures)) > 100
    assert rows(seven, "SELECT DISTINCT measured_on FROM analytics.risk_report") == [(SUNDAY,)]
    assert set(
        rows(seven, "SELECT relation, unit, measure, column_name, value FROM analytics.risk_report")
    ) == {tuple(m) for m in measures}


def test_a_report_of_the_same_day_is_replaced_and_that_of_another_stands(seven):
    report(seven, date(2024, 2, 25))
    report(seven, SUNDAY)
    execute(seven, "DELETE FROM analytics.young_event WHERE gender = 'male'")
    report(seven, SUNDAY, "young")
    assert rows(
        seven,
        "SELECT measured_on::text, value::int FROM analytics.risk_report WHERE unit = 'person' "
        "AND relation = 'analytics.young_event' AND measure = 'rows' ORDER BY 1",
    ) == [("2024-02-25", 7), ("2024-03-03", 4)]


def test_a_report_notes_no_day_as_loaded(seven):
    report(seven, SUNDAY)
    assert rows(seven, "SELECT * FROM analytics.day_load") == []


def test_the_loader_makes_the_report(seven):
    assert report(seven.replace("//postgres@", "//snu_loader@"), SUNDAY, "young")
    with psycopg.connect(seven) as connection:
        (stored,) = connection.execute("SELECT count(*) > 0 FROM analytics.risk_report")
    assert stored == (True,)
