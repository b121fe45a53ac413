"""The chain of custody of single events: literal histories, a real PostgreSQL."""

from typing import Any

import pytest

from snu_analytics.events import Pseudonymiser
from snu_analytics.explanation import Carried, Difference, ExplanationError, Operation
from snu_analytics_tests.explanation.literal import APPLICATION, BORN, SENT, explained, id_of
from snu_analytics_tests.fixtures.histories import OTHER_REF, add, document, instant, patch, replace
from snu_analytics_tests.fixtures.postgres import execute

KEY = bytes(range(7, 231, 7))

CREATED: dict[str, Any] = {"createdAt": instant("2024-02-01T09:00")}


def test_a_recorded_change_of_status(world):
    world.hold(youngs=[document(status="WAITING_VALIDATION")], young_patches=[BORN, SENT])
    world.load("2024-03-01", "2024-03-02")
    explanation = explained(world, id_of(world, "inscription_completed"))
    assert (explanation.table, explanation.patch, explanation.patches) == ("young_event", 2, 2)
    assert explanation.row["actor_role"] == "admin"
    assert explanation.operations == (
        Operation("replace", "/status", "IN_PROGRESS", "WAITING_VALIDATION"),
    )
    assert explanation.values[0] == Carried(
        field="status",
        before="IN_PROGRESS",
        rests_before="recorded",
        after="WAITING_VALIDATION",
        rests_after="recorded",
        moved=True,
        named=True,
    )
    assert explanation.contradictions == ()
    assert explanation.rule == (
        "- {field: status, from: [IN_PROGRESS, REINSCRIPTION, NOT_AUTORISED, ~], "
        "to: WAITING_VALIDATION, event: inscription_completed, phase: inscription}"
    )
    assert list(explanation.figures) == ["inscription completed"]
    assert not explanation.gone
    assert explanation.differences == ()


@pytest.mark.parametrize(
    "event_name",
    ["inscription_created", "inscription_completed", "inscription_validated", "cohort_changed"],
)
def test_the_figures_named_are_those_that_the_warehouse_counts(world, event_name):
    world.hold(
        young_patches=[
            BORN,
            SENT,
            patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
            patch("2024-03-04T10:00", add("/cohort", "Juillet 2024")),
        ]
    )
    world.load("2024-03-01", "2024-03-04")
    explanation = explained(world, id_of(world, event_name))
    counted = world.rows(
        "SELECT phase || ' ' || figure FROM analytics.daily_figure WHERE day = %s ORDER BY 1",
        explanation.row["event_date"],
    )
    assert [(name,) for name in sorted(explanation.figures)] == counted


PHANTOM = [
    BORN,
    SENT,
    patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "REFUSED")),
    patch("2024-03-04T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
]


def test_a_phantom_is_told_by_the_patch_that_gives_it_away(world):
    world.hold(youngs=[document(status="VALIDATED")], young_patches=PHANTOM)
    world.load("2024-03-01", "2024-03-04")
    explanation = explained(world, id_of(world, "inscription_refused"))
    assert explanation.row["quality"] == "conflict"
    assert (explanation.values[0].rests_before, explanation.values[0].rests_after) == (
        "recorded",
        "conflict",
    )
    assert explanation.contradictions == (
        (
            ("status",),
            "the next patch that names it, on 2024-03-04 11:00:00, again starts from "
            "WAITING_VALIDATION, the value from before this one: it was never saved (a phantom "
            "patch), or written over by one who had not seen it",
        ),
    )


def test_an_original_that_contradicts_the_carried_value_is_told_with_both(world):
    world.hold(youngs=[document(status="VALIDATED")], young_patches=PHANTOM)
    world.load("2024-03-01", "2024-03-04")
    explanation = explained(world, id_of(world, "inscription_validated"))
    assert explanation.values[0].before == "REFUSED"
    assert explanation.contradictions == (
        (
            ("status",),
            "it starts from WAITING_VALIDATION where the history carries REFUSED, told on "
            "2024-03-03 11:00:00: that patch was never saved (a phantom), or this writer had not "
            "seen it",
        ),
    )


def test_a_last_patch_that_never_reached_the_document(world):
    world.hold(youngs=[document(status="IN_PROGRESS")], young_patches=[BORN, SENT])
    world.load("2024-03-01", "2024-03-02")
    ((fields, sentence),) = explained(world, id_of(world, "inscription_completed")).contradictions
    assert fields == ("status",)
    assert "today's document still holds IN_PROGRESS, as before this patch" in sentence


def test_a_change_without_a_patch_in_between(world):
    validated = patch("2024-03-03T10:00", replace("/status", "WAITING_CORRECTION", "VALIDATED"))
    world.hold(youngs=[document(status="VALIDATED")], young_patches=[BORN, SENT, validated])
    world.load("2024-03-01", "2024-03-03")
    assert explained(world, id_of(world, "inscription_validated")).contradictions == (
        (
            ("status",),
            "it starts from WAITING_CORRECTION where the history carries WAITING_VALIDATION: in "
            "between it changed without a patch",
        ),
    )


def test_a_field_in_doubt_that_the_patch_does_not_name(world):
    told_cohort = patch("2024-03-01T12:00", add("/cohort", "Juillet 2024"))
    young = document(status="WAITING_VALIDATION", cohort="Avril 2024 - A", gender="female")
    world.hold(youngs=[young], young_patches=[BORN, told_cohort, SENT])
    world.load("2024-03-01", "2024-03-02")
    explanation = explained(world, id_of(world, "inscription_completed"))
    doubts = {value.field: value.rests_after for value in explanation.values if not value.named}
    assert doubts == {"cohort": "conflict", "gender": "inferred"}
    assert explanation.contradictions == (
        (
            ("cohort",),
            "today's document holds Avril 2024 - A where the history carries Juillet 2024",
        ),
    )


def test_an_inferred_creation_has_no_patch(world):
    world.hold(youngs=[document(status="VALIDATED", gender="male", **CREATED)])
    world.load("2024-02-01")
    explanation = explained(world, id_of(world, "inscription_created"))
    assert (explanation.patch, explanation.patches, explanation.operations) == (None, 0, ())
    assert [
        (value.field, value.before, value.after, value.rests_after) for value in explanation.values
    ] == [
        ("status", "nothing", "VALIDATED", "inferred"),
        ("gender", "nothing", "male", "inferred"),
        ("createdAt", "nothing", "2024-02-01", "inferred"),
    ]
    assert explanation.rule == (
        "creation: {event: inscription_created, field: status, phase: inscription}"
    )
    assert not explanation.gone
    assert explanation.differences == ()


def test_an_application_with_its_young_and_pseudonyms_in_place_of_ids(world):
    young = document(birthdateAt=instant("2007-05-01T11:00"), region="Bretagne", gender="female")
    world.hold(youngs=[young], applications=[document(OTHER_REF)], application_patches=APPLICATION)
    world.load("2024-03-02")
    explanation = explained(world, id_of(world, "application_created", "application_event"))
    assert explanation.joined_entity == "young"
    assert explanation.joined == {
        "gender": "female",
        "age": "16",
        "region": "Bretagne",
        "department": "nothing",
    }
    assert explanation.operations[1:] == (
        Operation("add", "/youngId", None, str(explanation.row["young_id"])),
        Operation("add", "/filesType/0", None, "othersFiles"),
    )
    assert list(explanation.figures) == ["mission created", "mission completed"]
    assert explanation.differences == ()


def test_the_other_events_of_the_same_patch_are_named(world):
    both = patch(
        "2024-03-02T10:00",
        replace("/status", "IN_PROGRESS", "ABANDONED"),
        add("/cohort", "Juillet 2024"),
    )
    world.hold(young_patches=[BORN, both])
    world.load("2024-03-02")
    assert explained(world, id_of(world, "cohort_changed")).others == ("inscription_abandoned",)


def test_a_mended_source_that_gives_another_row_is_told(world):
    world.hold(youngs=[document(gender="male")], young_patches=[BORN, SENT])
    world.load("2024-03-02")
    world.hold(youngs=[document(gender="female")], young_patches=[BORN, SENT])
    explanation = explained(world, id_of(world, "inscription_completed"))
    assert not explanation.gone
    assert explanation.differences == (
        Difference("state_before.gender", "male", "female"),
        Difference("state_after.gender", "male", "female"),
        Difference("gender", "male", "female"),
    )


def test_a_mended_source_that_gives_another_event_is_told(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    refused = SENT | {"ops": [replace("/status", "IN_PROGRESS", "REFUSED")]}
    world.hold(young_patches=[BORN, refused])
    explanation = explained(world, id_of(world, "inscription_completed"))
    assert explanation.gone
    assert explanation.others == ("inscription_refused",)


def test_a_row_of_a_former_catalogue_has_no_rule_any_more(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    execute(world.url, "UPDATE analytics.young_event SET event_name = 'file_sent'")
    explanation = explained(world, id_of(world, "file_sent"))
    assert explanation.rule == ""
    assert explanation.differences == (
        Difference("event_name", "file_sent", "inscription_completed"),
    )


@pytest.mark.parametrize(
    ("event_id", "message"),
    [
        ("inscription", "that is no event id: give a uuid"),
        ("00000000-0000-0000-0000-000000000000", "no event table holds 00000000-0000-"),
    ],
)
def test_an_id_of_no_event_is_told(world, event_id, message):
    world.hold()
    with pytest.raises(ExplanationError, match=message):
        explained(world, event_id)


def test_another_key_is_told(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    with pytest.raises(ExplanationError, match="is not the key of the row:"):
        explained(world.with_key(Pseudonymiser(KEY)), id_of(world, "inscription_completed"))


def test_an_erased_patch_is_told(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    world.hold(young_patches=[BORN])
    with pytest.raises(ExplanationError, match="erased or purged since") as raised:
        explained(world, id_of(world, "inscription_completed"))
    assert "snu-analytics materialize 2024-03-02 --entity young" in str(raised.value)


def test_a_patch_that_cannot_be_read_any_more_is_told(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    world.hold(young_patches=[BORN, SENT | {"ops": "none"}])
    with pytest.raises(ExplanationError, match="cannot be read any more"):
        explained(world, id_of(world, "inscription_completed"))


def test_an_erased_document_whose_creation_was_inferred_is_told(world):
    world.hold(youngs=[document(status="VALIDATED", **CREATED)])
    world.load("2024-02-01")
    world.hold()
    with pytest.raises(ExplanationError, match="is no longer in youngs"):
        explained(world, id_of(world, "inscription_created"))


def test_a_creation_that_a_patch_tells_by_now_is_told(world):
    young = document(status="VALIDATED", **CREATED)
    world.hold(youngs=[young])
    world.load("2024-02-01")
    recorded = patch("2024-02-01T09:00", add("/status", "IN_PROGRESS"))
    world.hold(youngs=[young], young_patches=[recorded])
    with pytest.raises(ExplanationError, match="no longer inferred"):
        explained(world, id_of(world, "inscription_created"))
