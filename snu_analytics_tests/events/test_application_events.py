"""From histories of applications to event rows, with their young people's own states."""

import polars as pl

from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    PSEUDONYMS,
    REF,
    add,
    application_events,
    document,
    instant,
    patch,
    remove,
    replace,
)

BORN = instant("2007-03-04T11:00")

APPLIED = [
    patch(
        "2024-03-10T10:00",
        add("/status", "WAITING_VALIDATION"),
        add("/youngId", REF),
        add("/missionId", "65c000000000000000000001"),
        add("/youngCohort", "Juillet 2024"),
        ref=OTHER_REF,
    )
]


def test_an_application_tells_its_youngs_own_state_at_that_instant(tmp_path):
    moved = [
        patch("2024-03-10T10:00", replace("/department", "Ain", "Jura")),
        patch("2024-03-10T10:01", replace("/department", "Jura", "Doubs")),
    ]
    (event,) = application_events(
        tmp_path,
        applications=[document(OTHER_REF)],
        application_patches=APPLIED,
        youngs=[document(department="Doubs", gender="female", region="Inconnue", birthdateAt=BORN)],
        young_patches=moved,
    ).rows(named=True)
    assert (event["gender"], event["age"], event["region"], event["department"]) == (
        "female",
        17,
        "OTHER",
        "Jura",
    )
    assert event["young_id"] == PSEUDONYMS.series("young", pl.Series([REF]))[0]
    assert event["young_cohort"] == "Juillet 2024"


def test_the_young_is_known_by_its_document_alone_or_by_its_patches_alone(tmp_path):
    documents = {"youngs": [document(gender="male")], "young_patches": []}
    patches = {
        "youngs": [],
        "young_patches": [patch("2024-04-01T10:00", replace("/gender", "male", "female"))],
    }
    for number, known in enumerate((documents, patches)):
        events = application_events(
            tmp_path / str(number),
            applications=[document(OTHER_REF)],
            application_patches=APPLIED,
            **known,
        )
        assert events["gender"].to_list() == ["male"]


def test_the_application_of_an_unknown_young_tells_nothing_of_it(tmp_path):
    (event,) = application_events(
        tmp_path, applications=[], application_patches=APPLIED, youngs=[], young_patches=[]
    ).rows(named=True)
    assert (event["gender"], event["age"], event["department"]) == (None, None, None)


def test_refusing_an_offer_is_the_youngs_own_no(tmp_path):
    changes = [
        patch("2024-03-11T10:00", replace("/status", "WAITING_ACCEPTATION", "REFUSED"), ref=REF),
        patch("2024-03-12T10:00", replace("/status", "REFUSED", "VALIDATED"), ref=REF),
        patch("2024-03-13T10:00", replace("/status", "VALIDATED", "REFUSED"), ref=REF),
    ]
    events = application_events(
        tmp_path, applications=[], application_patches=changes, youngs=[], young_patches=[]
    )
    assert events["event_name"].to_list() == [
        "application_declined",
        "application_validated",
        "application_refused",
    ]


def test_a_removed_contract_status_is_a_change_to_nothing(tmp_path):
    changes = [patch("2024-03-11T10:00", remove("/contractStatus", "SENT"), ref=REF)]
    events = application_events(
        tmp_path, applications=[], application_patches=changes, youngs=[], young_patches=[]
    )
    named = events.select("event_name", "from_value", "to_value").rows()
    assert named == [("contract_status_changed", "SENT", None)]
