"""The chain of custody of single events: literal histories, a real PostgreSQL, what is printed."""

import re
from typing import Any

import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics.events import Pseudonymiser
from snu_analytics.explanation import (
    Carried,
    Explanation,
    ExplanationError,
    Operation,
    explain,
)
from snu_analytics.explanation.telling import Difference
from snu_analytics.settings import ensure_key
from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    PSEUDONYMS,
    REF,
    add,
    document,
    instant,
    patch,
    replace,
)
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.world import World

KEY = bytes(range(7, 231, 7))
CREATED: dict[str, Any] = {"createdAt": instant("2024-02-01T09:00")}
BORN = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
SENT = patch(
    "2024-03-02T10:00",
    replace("/status", "IN_PROGRESS", "WAITING_VALIDATION"),
    replace("/lastName", "Durand", "Martin"),
    user={"role": "admin", "email": "a@b.fr"},
)


def id_of(world: World, event_name: str, table: str = "young_event") -> str:
    query = f"SELECT event_id::text FROM analytics.{table} WHERE event_name = %s"
    ((event_id,),) = world.rows(query, event_name)
    return event_id


def explained(world: World, event_id: str) -> Explanation:
    with world.source() as source, world.connect() as connection:
        return explain(world.context, source, connection, event_id)


def test_a_recorded_change_of_status(world):
    world.hold(youngs=[document(status="WAITING_VALIDATION")], young_patches=[BORN, SENT])
    world.load("2024-03-01", "2024-03-02")
    told = explained(world, id_of(world, "inscription_completed"))
    assert (told.table, told.patch, told.patches) == ("young_event", 2, 2)
    assert told.row["actor_role"] == "admin"
    assert told.operations == (
        Operation("replace", "/status", "IN_PROGRESS", "WAITING_VALIDATION"),
    )
    assert told.values[0] == Carried(
        field="status",
        before="IN_PROGRESS",
        rests_before="recorded",
        after="WAITING_VALIDATION",
        rests_after="recorded",
        moved=True,
        named=True,
    )
    assert told.contradictions == ()
    assert told.rule == (
        "- {field: status, from: [IN_PROGRESS, REINSCRIPTION, NOT_AUTORISED, ~], "
        "to: WAITING_VALIDATION, event: inscription_completed, phase: inscription}"
    )
    assert list(told.figures) == ["inscription completed"]
    assert not told.gone
    assert told.differences == ()


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
    told = explained(world, id_of(world, event_name))
    counted = world.rows(
        "SELECT phase || ' ' || figure FROM analytics.daily_figure WHERE day = %s ORDER BY 1",
        told.row["event_date"],
    )
    assert [(name,) for name in sorted(told.figures)] == counted


PHANTOM = [
    BORN,
    SENT,
    patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "REFUSED")),
    patch("2024-03-04T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
]


def test_a_phantom_is_told_by_the_patch_that_gives_it_away(world):
    world.hold(youngs=[document(status="VALIDATED")], young_patches=PHANTOM)
    world.load("2024-03-01", "2024-03-04")
    told = explained(world, id_of(world, "inscription_refused"))
    assert told.row["quality"] == "conflict"
    assert (told.values[0].rests_before, told.values[0].rests_after) == ("recorded", "conflict")
    assert told.contradictions == (
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
    told = explained(world, id_of(world, "inscription_validated"))
    assert told.values[0].before == "REFUSED"
    assert told.contradictions == (
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
    told = explained(world, id_of(world, "inscription_completed"))
    doubts = {one.field: one.rests_after for one in told.values if not one.named}
    assert doubts == {"cohort": "conflict", "gender": "inferred"}
    assert told.contradictions == (
        (
            ("cohort",),
            "today's document holds Avril 2024 - A where the history carries Juillet 2024",
        ),
    )


def test_an_inferred_creation_has_no_patch(world):
    world.hold(youngs=[document(status="VALIDATED", gender="male", **CREATED)])
    world.load("2024-02-01")
    told = explained(world, id_of(world, "inscription_created"))
    assert (told.patch, told.patches, told.operations) == (None, 0, ())
    assert [(one.field, one.before, one.after, one.rests_after) for one in told.values] == [
        ("status", "nothing", "VALIDATED", "inferred"),
        ("gender", "nothing", "male", "inferred"),
        ("createdAt", "nothing", "2024-02-01", "inferred"),
    ]
    assert told.rule == (
        "creation: {event: inscription_created, field: status, phase: inscription}"
    )
    assert not told.gone
    assert told.differences == ()


APPLICATION = [
    patch(
        "2024-03-02T10:00",
        add("/status", "WAITING_VALIDATION"),
        add("/youngId", REF),
        add("/filesType/0", "othersFiles"),
        ref=OTHER_REF,
    )
]


def test_an_application_with_its_young_and_pseudonyms_in_place_of_ids(world):
    young = document(birthdateAt=instant("2007-05-01T11:00"), region="Bretagne", gender="female")
    world.hold(youngs=[young], applications=[document(OTHER_REF)], application_patches=APPLICATION)
    world.load("2024-03-02")
    told = explained(world, id_of(world, "application_created", "application_event"))
    assert told.joined_entity == "young"
    assert told.joined == {
        "gender": "female",
        "age": "16",
        "region": "Bretagne",
        "department": "nothing",
    }
    assert told.operations[1:] == (
        Operation("add", "/youngId", None, str(told.row["young_id"])),
        Operation("add", "/filesType/0", None, "othersFiles"),
    )
    assert list(told.figures) == ["mission created", "mission completed"]
    assert told.differences == ()


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
    told = explained(world, id_of(world, "inscription_completed"))
    assert not told.gone
    assert told.differences == (
        Difference("state_before.gender", "male", "female"),
        Difference("state_after.gender", "male", "female"),
        Difference("gender", "male", "female"),
    )


def test_a_mended_source_that_gives_another_event_is_told(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    refused = SENT | {"ops": [replace("/status", "IN_PROGRESS", "REFUSED")]}
    world.hold(young_patches=[BORN, refused])
    told = explained(world, id_of(world, "inscription_completed"))
    assert told.gone
    assert told.others == ("inscription_refused",)


def test_a_row_of_a_former_catalogue_has_no_rule_any_more(world):
    world.hold(young_patches=[BORN, SENT])
    world.load("2024-03-02")
    execute(world.url, "UPDATE analytics.young_event SET event_name = 'file_sent'")
    told = explained(world, id_of(world, "file_sent"))
    assert told.rule == ""
    assert told.differences == (Difference("event_name", "file_sent", "inscription_completed"),)


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
    with pytest.raises(ExplanationError, match="erased or purged since") as told:
        explained(world, id_of(world, "inscription_completed"))
    assert "snu-analytics materialize 2024-03-02 --entity young" in str(told.value)


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
    found = patch("2024-02-01T09:00", add("/status", "IN_PROGRESS"))
    world.hold(youngs=[young], young_patches=[found])
    with pytest.raises(ExplanationError, match="no longer inferred"):
        explained(world, id_of(world, "inscription_created"))


UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
SECRETS = ("Durand", "Martin", "a@b.fr", "secret", "2007", "05-01", REF, OTHER_REF)


@pytest.fixture
def command(world, monkeypatch):
    """Runs the command on the world's source and warehouse, as a person does."""
    monkeypatch.setenv("SNU_WAREHOUSE_URL", world.url)
    # The key of these tests is a pattern, which settings refuse.
    monkeypatch.setattr("snu_analytics.cli.context.Pseudonymiser", lambda _: PSEUDONYMS)
    ensure_key(world.folder / "home")

    def run(event_id: str, width: int = 100) -> Result:
        monkeypatch.setattr("snu_analytics.cli.console.out.width", width)
        monkeypatch.setenv("SNU_SOURCE_URL", world.source_url)
        return CliRunner().invoke(main, ["explain", event_id])

    return run


def test_nothing_that_identifies_is_printed(world, command):
    made = patch(
        "2024-03-01T10:00",
        add("/status", "IN_PROGRESS"),
        add("/birthdateAt", "2007-05-01T11:00:00.000Z"),
        add("/lastName", "Durand"),
        add("/situation", "secret"),
        add("/classeId", OTHER_REF),
        add("/grade/secret", "secret"),
    )
    world.hold(
        youngs=[document(status="WAITING_VALIDATION", lastName="Martin")],
        young_patches=[made, SENT],
        applications=[document(OTHER_REF)],
        application_patches=APPLICATION,
    )
    world.load("2024-03-01", "2024-03-02")
    secrets = (*SECRETS, *(str(one["_id"]) for one in (made, SENT, *APPLICATION)))
    printed = ""
    for table in ("young_event", "application_event"):
        for (event_id,) in world.rows(f"SELECT event_id::text FROM analytics.{table}"):
            result = command(event_id, width=300)  # no word is broken
            assert result.exit_code == 0
            printed += UUID.sub("", result.output)
    assert [word for word in secrets if word in printed] == []
    assert not re.search(r"\b[0-9a-f]{24}\b", printed)
    assert "OTHER" in printed
    assert "16 years" in printed
    assert "Fields that are not in the catalogue are never read" in printed


def test_what_is_printed_of_a_change(world, command):
    world.hold(youngs=[document(status="WAITING_VALIDATION")], young_patches=[BORN, SENT])
    world.load("2024-03-02")
    event_id = id_of(world, "inscription_completed")
    result = command(event_id)
    told = " ".join(result.output.split())
    assert result.exit_code == 0
    for sentence in (
        f"event_id {event_id} in analytics.young_event",
        "change status: IN_PROGRESS → WAITING_VALIDATION",
        "quality recorded: a patch tells it and nothing contradicts it",
        "instant 2024-03-02 11:00:00 (Paris)",
        "role admin",
        "patch number 2 of 2 of the document",
        "replace /status IN_PROGRESS WAITING_VALIDATION",
        "status IN_PROGRESS recorded WAITING_VALIDATION recorded",
        "The row is what the source gives today.",
    ):
        assert sentence in told
    assert max(map(len, result.output.splitlines())) <= 100


def test_a_row_that_the_source_does_not_give_is_printed_with_the_mend(world, command):
    world.hold(youngs=[document(gender="male")], young_patches=[BORN, SENT])
    world.load("2024-03-02")
    world.hold(youngs=[document(gender="female")], young_patches=[BORN, SENT])
    result = command(id_of(world, "inscription_completed"))
    told = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "The row is not what the source gives today." in told
    assert "state_after.gender male female" in told
    assert "snu-analytics materialize 2024-03-02 --entity young" in told


@pytest.mark.parametrize("event_id", ["[/]", "00000000-0000-0000-0000-000000000000"])
def test_an_event_that_cannot_be_explained_ends_with_2(world, command, event_id):
    world.hold()
    result = command(event_id)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
