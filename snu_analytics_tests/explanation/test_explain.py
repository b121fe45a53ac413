"""The chain of custody of single events: literal histories, a real PostgreSQL, what is printed."""

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.main import main
from snu_analytics.events import Pseudonymiser
from snu_analytics.explanation import (
    Carried,
    Explanation,
    ExplanationError,
    Operation,
    explain,
)
from snu_analytics.explanation.values import Difference
from snu_analytics.pipeline import PipelineContext, Staging
from snu_analytics.settings import ensure_key
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    PSEUDONYMS,
    REF,
    add,
    document,
    instant,
    patch,
    replace,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows, run_days
from snu_analytics_tests.fixtures.postgres import execute

KEY = bytes(range(7, 231, 7))
CREATED: dict[str, Any] = {"createdAt": instant("2024-02-01T09:00")}
BORN = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
SENT = patch(
    "2024-03-02T10:00",
    replace("/status", "IN_PROGRESS", "WAITING_VALIDATION"),
    replace("/lastName", "Durand", "Martin"),
    user={"role": "admin", "email": "a@b.fr"},
)


class Place:
    """A source and the warehouse made of it."""

    def __init__(self, folder: Path, warehouse_url: str) -> None:
        self.folder = folder
        self.warehouse_url = warehouse_url

    def hold(self, **collections) -> None:
        """Let the source hold these collections, and nothing else."""
        self.source_url = write_dump(self.folder / "dump", **collections)

    def materialise(self, first: str, last: str | None = None) -> None:
        run_days(self.folder, self.source_url, self.warehouse_url, first, last)

    def id_of(self, event_name: str, table: str = "young_event") -> str:
        query = f"SELECT event_id::text FROM analytics.{table} WHERE event_name = %s"
        ((event_id,),) = rows(self.warehouse_url, query, event_name)
        return event_id

    def explain(self, event_id: str, pseudonyms: Pseudonymiser = PSEUDONYMS) -> Explanation:
        context = PipelineContext(
            load_catalogue(), pseudonyms, Staging(str(self.folder / "staging"))
        )
        source = open_source(self.source_url, self.folder / "home")
        with connect(self.warehouse_url) as warehouse:
            return explain(context, source, warehouse, event_id)


@pytest.fixture
def place(tmp_path, warehouse_url) -> Place:
    return Place(tmp_path, warehouse_url)


def test_a_recorded_change_of_status(place):
    place.hold(youngs=[document(status="WAITING_VALIDATION")], young_patches=[BORN, SENT])
    place.materialise("2024-03-01", "2024-03-02")
    explanation = place.explain(place.id_of("inscription_completed"))
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
def test_the_figures_named_are_those_that_the_warehouse_counts(place, event_name):
    place.hold(
        young_patches=[
            BORN,
            SENT,
            patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
            patch("2024-03-04T10:00", add("/cohort", "Juillet 2024")),
        ]
    )
    place.materialise("2024-03-01", "2024-03-04")
    explanation = place.explain(place.id_of(event_name))
    counted = rows(
        place.warehouse_url,
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


def test_a_phantom_is_told_by_the_patch_that_gives_it_away(place):
    place.hold(youngs=[document(status="VALIDATED")], young_patches=PHANTOM)
    place.materialise("2024-03-01", "2024-03-04")
    explanation = place.explain(place.id_of("inscription_refused"))
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


def test_an_original_that_contradicts_the_carried_value_is_told_with_both(place):
    place.hold(youngs=[document(status="VALIDATED")], young_patches=PHANTOM)
    place.materialise("2024-03-01", "2024-03-04")
    explanation = place.explain(place.id_of("inscription_validated"))
    assert explanation.values[0].before == "REFUSED"
    assert explanation.contradictions == (
        (
            ("status",),
            "it starts from WAITING_VALIDATION where the history carries REFUSED, told on "
            "2024-03-03 11:00:00: that patch was never saved (a phantom), or this writer had not "
            "seen it",
        ),
    )


def test_a_last_patch_that_never_reached_the_document(place):
    place.hold(youngs=[document(status="IN_PROGRESS")], young_patches=[BORN, SENT])
    place.materialise("2024-03-01", "2024-03-02")
    ((fields, sentence),) = place.explain(place.id_of("inscription_completed")).contradictions
    assert fields == ("status",)
    assert "today's document still holds IN_PROGRESS, as before this patch" in sentence


def test_a_change_without_a_patch_in_between(place):
    validated = patch("2024-03-03T10:00", replace("/status", "WAITING_CORRECTION", "VALIDATED"))
    place.hold(youngs=[document(status="VALIDATED")], young_patches=[BORN, SENT, validated])
    place.materialise("2024-03-01", "2024-03-03")
    assert place.explain(place.id_of("inscription_validated")).contradictions == (
        (
            ("status",),
            "it starts from WAITING_CORRECTION where the history carries WAITING_VALIDATION: in "
            "between it changed without a patch",
        ),
    )


def test_a_field_in_doubt_that_the_patch_does_not_name(place):
    told_cohort = patch("2024-03-01T12:00", add("/cohort", "Juillet 2024"))
    young = document(status="WAITING_VALIDATION", cohort="Avril 2024 - A", gender="female")
    place.hold(youngs=[young], young_patches=[BORN, told_cohort, SENT])
    place.materialise("2024-03-01", "2024-03-02")
    explanation = place.explain(place.id_of("inscription_completed"))
    doubts = {value.field: value.rests_after for value in explanation.values if not value.named}
    assert doubts == {"cohort": "conflict", "gender": "inferred"}
    assert explanation.contradictions == (
        (
            ("cohort",),
            "today's document holds Avril 2024 - A where the history carries Juillet 2024",
        ),
    )


def test_an_inferred_creation_has_no_patch(place):
    place.hold(youngs=[document(status="VALIDATED", gender="male", **CREATED)])
    place.materialise("2024-02-01")
    explanation = place.explain(place.id_of("inscription_created"))
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


APPLICATION = [
    patch(
        "2024-03-02T10:00",
        add("/status", "WAITING_VALIDATION"),
        add("/youngId", REF),
        add("/filesType/0", "othersFiles"),
        ref=OTHER_REF,
    )
]


def test_an_application_with_its_young_and_pseudonyms_in_place_of_ids(place):
    young = document(birthdateAt=instant("2007-05-01T11:00"), region="Bretagne", gender="female")
    place.hold(youngs=[young], applications=[document(OTHER_REF)], application_patches=APPLICATION)
    place.materialise("2024-03-02")
    explanation = place.explain(place.id_of("application_created", "application_event"))
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


def test_the_other_events_of_the_same_patch_are_named(place):
    both = patch(
        "2024-03-02T10:00",
        replace("/status", "IN_PROGRESS", "ABANDONED"),
        add("/cohort", "Juillet 2024"),
    )
    place.hold(young_patches=[BORN, both])
    place.materialise("2024-03-02")
    assert place.explain(place.id_of("cohort_changed")).others == ("inscription_abandoned",)


def test_a_mended_source_that_gives_another_row_is_told(place):
    place.hold(youngs=[document(gender="male")], young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    place.hold(youngs=[document(gender="female")], young_patches=[BORN, SENT])
    explanation = place.explain(place.id_of("inscription_completed"))
    assert not explanation.gone
    assert explanation.differences == (
        Difference("state_before.gender", "male", "female"),
        Difference("state_after.gender", "male", "female"),
        Difference("gender", "male", "female"),
    )


def test_a_mended_source_that_gives_another_event_is_told(place):
    place.hold(young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    refused = SENT | {"ops": [replace("/status", "IN_PROGRESS", "REFUSED")]}
    place.hold(young_patches=[BORN, refused])
    explanation = place.explain(place.id_of("inscription_completed"))
    assert explanation.gone
    assert explanation.others == ("inscription_refused",)


def test_a_row_of_a_former_catalogue_has_no_rule_any_more(place):
    place.hold(young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    execute(place.warehouse_url, "UPDATE analytics.young_event SET event_name = 'file_sent'")
    explanation = place.explain(place.id_of("file_sent"))
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
def test_an_id_of_no_event_is_told(place, event_id, message):
    place.hold()
    with pytest.raises(ExplanationError, match=message):
        place.explain(event_id)


def test_another_key_is_told(place):
    place.hold(young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    with pytest.raises(ExplanationError, match="is not the key of the row:"):
        place.explain(place.id_of("inscription_completed"), Pseudonymiser(KEY))


def test_an_erased_patch_is_told(place):
    place.hold(young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    place.hold(young_patches=[BORN])
    with pytest.raises(ExplanationError, match="erased or purged since") as raised:
        place.explain(place.id_of("inscription_completed"))
    assert "snu-analytics materialize 2024-03-02 --entity young" in str(raised.value)


def test_a_patch_that_cannot_be_read_any_more_is_told(place):
    place.hold(young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    place.hold(young_patches=[BORN, SENT | {"ops": "none"}])
    with pytest.raises(ExplanationError, match="cannot be read any more"):
        place.explain(place.id_of("inscription_completed"))


def test_an_erased_document_whose_creation_was_inferred_is_told(place):
    place.hold(youngs=[document(status="VALIDATED", **CREATED)])
    place.materialise("2024-02-01")
    place.hold()
    with pytest.raises(ExplanationError, match="is no longer in youngs"):
        place.explain(place.id_of("inscription_created"))


def test_a_creation_that_a_patch_tells_by_now_is_told(place):
    young = document(status="VALIDATED", **CREATED)
    place.hold(youngs=[young])
    place.materialise("2024-02-01")
    created = patch("2024-02-01T09:00", add("/status", "IN_PROGRESS"))
    place.hold(youngs=[young], young_patches=[created])
    with pytest.raises(ExplanationError, match="no longer inferred"):
        place.explain(place.id_of("inscription_created"))


UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
SECRETS = ("Durand", "Martin", "a@b.fr", "secret", "2007", "05-01", REF, OTHER_REF)


@pytest.fixture
def command(place, monkeypatch):
    """Runs the command on the place's source and warehouse, as a person does."""
    monkeypatch.setenv("SNU_WAREHOUSE_URL", place.warehouse_url)
    # The key of these tests is a pattern, which settings refuse.
    monkeypatch.setattr("snu_analytics.cli.explain.Pseudonymiser", lambda _: PSEUDONYMS)
    ensure_key(place.folder / "home")

    def run(event_id: str, width: int = 100) -> Result:
        monkeypatch.setattr("snu_analytics.cli.main._out", Console(width=width))
        monkeypatch.setenv("SNU_SOURCE_URL", place.source_url)
        return CliRunner().invoke(main, ["explain", event_id])

    return run


def test_nothing_that_identifies_is_printed(place, command):
    made = patch(
        "2024-03-01T10:00",
        add("/status", "IN_PROGRESS"),
        add("/birthdateAt", "2007-05-01T11:00:00.000Z"),
        add("/lastName", "Durand"),
        add("/situation", "secret"),
        add("/classeId", OTHER_REF),
        add("/grade/secret", "secret"),
    )
    place.hold(
        youngs=[document(status="WAITING_VALIDATION", lastName="Martin")],
        young_patches=[made, SENT],
        applications=[document(OTHER_REF)],
        application_patches=APPLICATION,
    )
    place.materialise("2024-03-01", "2024-03-02")
    secrets = (*SECRETS, *(str(values["_id"]) for values in (made, SENT, *APPLICATION)))
    printed = ""
    for table in ("young_event", "application_event"):
        for (event_id,) in rows(
            place.warehouse_url, f"SELECT event_id::text FROM analytics.{table}"
        ):
            result = command(event_id, width=300)  # no word is broken
            assert result.exit_code == 0
            printed += UUID.sub("", result.output)
    assert [word for word in secrets if word in printed] == []
    assert not re.search(r"\b[0-9a-f]{24}\b", printed)
    assert "OTHER" in printed
    assert "16 years" in printed
    assert "Fields that are not in the catalogue are never read" in printed


def test_what_is_printed_of_a_change(place, command):
    place.hold(youngs=[document(status="WAITING_VALIDATION")], young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    event_id = place.id_of("inscription_completed")
    result = command(event_id)
    printed = " ".join(result.output.split())
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
        assert sentence in printed
    assert max(map(len, result.output.splitlines())) <= 100


def test_a_row_that_the_source_does_not_give_is_printed_with_the_mend(place, command):
    place.hold(youngs=[document(gender="male")], young_patches=[BORN, SENT])
    place.materialise("2024-03-02")
    place.hold(youngs=[document(gender="female")], young_patches=[BORN, SENT])
    result = command(place.id_of("inscription_completed"))
    printed = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "The row is not what the source gives today." in printed
    assert "state_after.gender male female" in printed
    assert "snu-analytics materialize 2024-03-02 --entity young" in printed


@pytest.mark.parametrize("event_id", ["[/]", "00000000-0000-0000-0000-000000000000"])
def test_an_event_that_cannot_be_explained_ends_with_2(place, command, event_id):
    place.hold()
    result = command(event_id)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
