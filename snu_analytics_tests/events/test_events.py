"""From histories to event rows: names, values, ages, pseudonyms, quality."""

import json
from datetime import date
from typing import Any

import polars as pl
import pytest

from snu_analytics.warehouse import warehouse_metadata
from snu_analytics_tests.fixtures.histories import (
    CATALOGUE,
    OTHER_REF,
    PSEUDONYMS,
    REF,
    add,
    document,
    instant,
    patch,
    replace,
    young_event_rows,
    young_events,
)

BORN = instant("2007-03-04T11:00")
TABLES = warehouse_metadata(CATALOGUE).tables
COLUMNS = TABLES["analytics.young_event"].columns.keys()
MEMBERSHIP_COLUMNS = TABLES["analytics.young_membership"].columns.keys()


def names(events) -> list[tuple]:
    return events.select("event_name", "from_value", "to_value").rows()


def status_change(before, after):
    return [
        patch("2024-03-01T10:00", add("/gender", "male")),
        patch("2024-03-02T10:00", replace("/status", before, after)),
    ]


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("WAITING_CORRECTION", "WAITING_VALIDATION", "inscription_resubmitted"),
        ("IN_PROGRESS", "WAITING_VALIDATION", "inscription_completed"),
        ("REINSCRIPTION", "WAITING_VALIDATION", "inscription_completed"),
        ("NOT_AUTORISED", "WAITING_VALIDATION", "inscription_completed"),
        (None, "WAITING_VALIDATION", "inscription_completed"),
        ("", "WAITING_VALIDATION", "inscription_completed"),
        ("VALIDATED", "WAITING_VALIDATION", "inscription_reexamined"),
        ("WITHDRAWN", "WAITING_VALIDATION", "inscription_reexamined"),
        ("NOBODY KNOWS", "WAITING_VALIDATION", "inscription_reexamined"),
        ("WAITING_VALIDATION", "WAITING_CORRECTION", "inscription_correction_requested"),
        ("WAITING_VALIDATION", "VALIDATED", "inscription_validated"),
        ("WAITING_VALIDATION", "REFUSED", "inscription_refused"),
        ("WAITING_VALIDATION", "WAITING_LIST", "inscription_waitlisted"),
        ("VALIDATED", "WITHDRAWN", "inscription_withdrawn"),
        ("IN_PROGRESS", "ABANDONED", "inscription_abandoned"),
        ("IN_PROGRESS", "NOT_ELIGIBLE", "inscription_not_eligible"),
        ("IN_PROGRESS", "NOT_AUTORISED", "inscription_not_authorised"),
        ("VALIDATED", "REINSCRIPTION", "reinscription_started"),
        ("NOT_AUTORISED", "IN_PROGRESS", "inscription_reopened"),
        ("VALIDATED", "DELETED", "young_deleted"),
    ],
)
def test_a_status_change_has_the_name_of_its_rule(tmp_path, before, after, name):
    events = young_events(tmp_path, [document()], status_change(before, after))
    assert events["event_name"].to_list() == [name]


def test_a_status_outside_the_vocabulary_is_no_event_but_shows_in_the_next(tmp_path):
    patches = [
        patch("2024-03-02T10:00", replace("/status", "VALIDATED", "LIMBO")),
        patch("2024-03-03T10:00", replace("/status", "LIMBO", "WITHDRAWN")),
    ]
    events = young_events(tmp_path, [document()], patches)
    assert names(events) == [("inscription_withdrawn", "OTHER", "WITHDRAWN")]


def test_a_creation_emits_only_its_creation_event(tmp_path):
    patches = [
        patch(
            "2024-03-01T10:00",
            add("/status", "IN_PROGRESS"),
            add("/cohort", "Juillet 2024"),
            add("/department", "Ain"),
        )
    ]
    (event,) = young_events(tmp_path, [document()], patches).rows(named=True)
    assert (event["event_name"], event["field"], event["from_value"], event["to_value"]) == (
        "inscription_created",
        None,
        None,
        "IN_PROGRESS",
    )
    assert event["state_before"] == "{}"
    assert json.loads(event["state_after"]) == {
        "status": "IN_PROGRESS",
        "cohort": "Juillet 2024",
        "department": "Ain",
    }


def test_a_patch_of_several_fields_gives_one_event_each_with_the_same_states(tmp_path):
    patches = [
        patch(
            "2024-03-01T10:00",
            replace("/cohort", "Juin 2023", "Juillet 2024"),
            replace("/status", "VALIDATED", "WAITING_VALIDATION"),
            replace("/statusPhase1", "AFFECTED", "WAITING_AFFECTATION"),
        )
    ]
    events = young_events(tmp_path, [document()], patches)
    assert events.select("phase", "event_name").rows() == [
        ("inscription", "inscription_reexamined"),
        ("phase1", "phase1_status_changed"),
        ("inscription", "cohort_changed"),
    ]
    assert events["change_id"].n_unique() == 1
    assert events["event_id"].n_unique() == 3
    assert events["state_before"].n_unique() == events["state_after"].n_unique() == 1


def test_fields_that_the_rules_do_not_name_change_the_states_silently(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/situation", "EMPLOYEE", "NOTHING")),
        patch("2024-03-02T10:00", replace("/status", "VALIDATED", "WITHDRAWN")),
    ]
    (event,) = young_events(tmp_path, [document()], patches).rows(named=True)
    assert json.loads(event["state_before"])["situation"] == "NOTHING"
    assert event["situation"] == "NOTHING"


def test_an_event_whose_original_contradicts_is_marked(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
        patch(
            "2024-03-02T10:00",
            replace("/status", "REFUSED", "VALIDATED"),
            replace("/cohort", "Juin 2023", "Juillet 2023"),
        ),
    ]
    events = young_events(tmp_path, [document()], patches)
    assert events.select("event_name", "from_value", "quality").rows() == [
        ("inscription_created", None, "recorded"),
        ("inscription_validated", "IN_PROGRESS", "conflict"),
        ("cohort_changed", "Juin 2023", "recorded"),
    ]


def test_no_change_is_no_event(tmp_path):
    events = young_events(tmp_path, [document()], status_change("VALIDATED", "VALIDATED"))
    assert names(events) == []


def test_one_place_written_in_two_ways_is_no_move(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/gender", "male")),
        patch("2024-03-02T10:00", replace("/department", "21", "COTE-D'OR")),
        patch("2024-03-03T10:00", replace("/department", "Côte-d'Or", "Ain")),
    ]
    events = young_events(tmp_path, [document()], patches)
    assert names(events) == [("department_changed", "Côte-d'Or", "Ain")]


def test_null_absent_and_empty_are_told_apart_in_states(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "VALIDATED", "WITHDRAWN")),
    ]
    documents = [document(qpv="", grade=None)]
    (event,) = young_events(tmp_path, documents, patches).rows(named=True)
    assert json.loads(event["state_after"]) == {"status": "WITHDRAWN", "qpv": "", "grade": None}
    assert (event["qpv"], event["grade"], event["situation"]) == ("", None, None)


def test_dates_are_told_as_paris_days(tmp_path):
    patches = [
        patch("2024-03-01T10:00", add("/departSejourAt", "2024-02-29T23:30:00.000Z")),
        patch("2024-07-01T10:00", replace("/departSejourAt", "2024-02-29T23:30:00.000Z", None)),
    ]
    events = young_events(tmp_path, [document()], patches)
    assert names(events) == [
        ("stay_departure_recorded", None, "2024-03-01"),
        ("stay_departure_recorded", "2024-03-01", None),
    ]
    assert json.loads(events["state_after"][0])["departSejourAt"] == "2024-03-01"


def test_numbers_are_told_as_numbers(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/phase2NumberHoursDone", "", "84"))]
    (event,) = young_events(tmp_path, [document()], patches).rows(named=True)
    assert (event["from_value"], event["to_value"]) == ("", "84")
    assert json.loads(event["state_after"]) == {"phase2NumberHoursDone": 84}


@pytest.mark.parametrize(
    ("born", "at", "age"),
    [
        ("2007-03-04T11:00", "2024-03-03T12:00", 16),
        ("2007-03-04T11:00", "2024-03-04T12:00", 17),
        ("2007-03-04T11:00", "2024-03-03T23:30", 17),
        ("2007-12-31T11:00", "2024-01-01T12:00", 16),
        ("2007-01-01T11:00", "2024-12-31T12:00", 17),
        ("2007-05-01T11:00", "2024-03-01T12:00", 16),
        ("2007-03-01T11:00", "2024-05-01T12:00", 17),
        ("2008-02-29T11:00", "2023-02-28T12:00", 14),
        ("2008-02-29T11:00", "2023-03-01T12:00", 15),
        ("2008-02-29T11:00", "2024-02-29T12:00", 16),
    ],
)
def test_the_age_is_full_years_on_the_paris_day_of_the_event(tmp_path, born, at, age):
    patches = [patch(at, replace("/status", "IN_PROGRESS", "VALIDATED"))]
    (event,) = young_events(tmp_path, [document(birthdateAt=instant(born))], patches).rows(
        named=True
    )
    assert event["age"] == age
    assert json.loads(event["state_before"])["age"] == age
    assert "birthdateAt" not in event["state_after"]


def test_both_states_tell_the_age_on_the_day_of_the_event(tmp_path):
    patches = [
        patch("2023-03-01T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
        patch("2024-06-01T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    events = young_events(tmp_path, [document(birthdateAt=BORN)], patches)
    assert [json.loads(s)["age"] for s in events["state_before"]] == [15, 17]
    assert [json.loads(s)["age"] for s in events["state_after"]] == [15, 17]


def test_identifiers_are_pseudonyms_by_namespace(tmp_path):
    patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))]
    rows = young_event_rows(tmp_path, [document(classeId="65b0" * 6)], patches)
    classe = PSEUDONYMS.series("classe", pl.Series(["65b0" * 6]))[0]
    assert rows.memberships["classe_id"].to_list() == [classe]
    assert "65b0" * 6 not in str([frame.rows() for frame in rows])
    assert REF not in str([frame.rows() for frame in rows])


def test_a_small_group_stands_among_the_memberships_alone(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
        patch("2024-03-02T10:00", add("/sessionPhase1Id", "65c0" * 6)),
        patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ]
    rows = young_event_rows(tmp_path, [document()], patches)
    session = PSEUDONYMS.series("session_phase1", pl.Series(["65c0" * 6]))[0]
    events = rows.events.rows(named=True)
    assert rows.memberships.rows(named=True) == [
        {
            **{name: events[1][name] for name in ("event_id", "subject_id", "event_date")},
            "classe_id": None,
            "etablissement_id": None,
            "session_phase1_id": session,
            "key_id": PSEUDONYMS.fingerprint,
        }
    ]
    assert session not in str(events)
    assert "sessionPhase1Id" not in str(events)
    assert rows.memberships.columns == MEMBERSHIP_COLUMNS


def test_instants_that_the_event_date_shows_stand_in_no_state_and_no_doubt(tmp_path):
    written: dict[str, Any] = dict.fromkeys(
        ("lastStatusAt", "inscriptionDoneDate", "statusPhase2OpenedAt", "createdAt", "deletedAt"),
        instant("2024-03-01T10:00"),
    )
    patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))]
    documents = [document(gender="male", **written)]
    event = young_events(tmp_path, documents, patches).row(-1, named=True)
    assert json.loads(event["state_after"]) == {"status": "VALIDATED", "gender": "male"}
    assert json.loads(event["doubts_after"]) == {"gender": "inferred"}


def test_the_order_counts_a_subjects_changes_of_the_day(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
        patch("2024-03-01T10:30", replace("/situation", "EMPLOYEE", "NOTHING")),
        patch(
            "2024-03-01T11:00",
            replace("/status", "WAITING_VALIDATION", "VALIDATED"),
            replace("/cohort", "Juin 2023", "Juillet 2024"),
        ),
        patch("2024-03-01T11:00", replace("/status", "VALIDATED", "WITHDRAWN")),
        patch("2024-03-01T12:00", replace("/status", "WITHDRAWN", "VALIDATED"), ref=OTHER_REF),
        patch("2024-03-02T10:00", replace("/status", "WITHDRAWN", "VALIDATED")),
    ]
    events = young_events(tmp_path, [document(), document(OTHER_REF)], patches)
    (mine,) = PSEUDONYMS.series("young", pl.Series([REF]))
    assert events.filter(subject_id=mine).select(
        "event_date", "event_order", "to_value"
    ).rows() == [
        (date(2024, 3, 1), 1, "WAITING_VALIDATION"),
        (date(2024, 3, 1), 2, "VALIDATED"),
        (date(2024, 3, 1), 2, "Juillet 2024"),
        (date(2024, 3, 1), 3, "WITHDRAWN"),
        (date(2024, 3, 2), 1, "VALIDATED"),
    ]
    assert events.filter(pl.col("subject_id") != mine)["event_order"].to_list() == [1]


def test_rural_is_told_from_the_population_density(tmp_path):
    for density, rural in (("PEU DENSE", True), ("DENSE", False), ("", None)):
        patches = [patch("2024-03-01T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"))]
        events = young_events(tmp_path, [document(populationDensity=density)], patches)
        assert events["rural"].to_list() == [rural]


def test_only_a_listed_role_is_told(tmp_path):
    patches = [
        patch("2024-03-01T10:00", replace("/status", "A", "VALIDATED"), user={"role": "admin"}),
        patch(
            "2024-03-02T10:00", replace("/status", "VALIDATED", "WITHDRAWN"), user={"role": "Léa"}
        ),
    ]
    events = young_events(tmp_path, [document()], patches)
    assert events["actor_role"].to_list() == ["admin", None]


def test_an_event_belongs_to_the_paris_day_of_its_instant(tmp_path):
    patches = [
        patch("2024-03-01T22:59:59.999", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
        patch("2024-03-01T23:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
        patch("2024-07-01T22:00", replace("/status", "VALIDATED", "WITHDRAWN")),
    ]
    events = young_events(tmp_path, [document()], patches)
    assert events["event_date"].to_list() == [
        date(2024, 3, 1),
        date(2024, 3, 2),
        date(2024, 7, 2),
    ]


def test_the_columns_are_those_of_the_table_in_its_order(tmp_path):
    events = young_events(tmp_path, [document()], status_change("IN_PROGRESS", "VALIDATED"))
    assert events.columns == COLUMNS


def test_no_patches_give_no_events_with_the_same_columns(tmp_path):
    events = young_events(tmp_path, [document()], [])
    assert (len(events), events.columns) == (0, COLUMNS)
