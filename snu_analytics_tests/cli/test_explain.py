"""What `snu-analytics explain` prints, and never prints."""

import re

import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics.settings import ensure_key
from snu_analytics_tests.explanation.literal import APPLICATION, BORN, SENT, id_of
from snu_analytics_tests.fixtures.histories import OTHER_REF, PSEUDONYMS, REF, add, document, patch

UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")

SECRETS = ("Durand", "Martin", "a@b.fr", "secret", "2007", "05-01", REF, OTHER_REF)


@pytest.fixture
def command(world, monkeypatch):
    """Runs the command on the world's source and warehouse, as a person does."""
    monkeypatch.setenv("SNU_WAREHOUSE_URL", world.url)
    # The key of these tests is a pattern, which settings refuse.
    monkeypatch.setattr("snu_analytics.pipeline.context.Pseudonymiser", lambda _: PSEUDONYMS)
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
    secrets = (*SECRETS, *(str(each["_id"]) for each in (made, SENT, *APPLICATION)))
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


def test_a_row_that_the_source_does_not_give_is_printed_with_the_mend(world, command):
    world.hold(youngs=[document(gender="male")], young_patches=[BORN, SENT])
    world.load("2024-03-02")
    world.hold(youngs=[document(gender="female")], young_patches=[BORN, SENT])
    result = command(id_of(world, "inscription_completed"))
    printed = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "The row is not what the source gives today." in printed
    assert "state_after.gender male female" in printed
    assert "snu-analytics materialize 2024-03-02 --entity young" in printed


@pytest.mark.parametrize("event_id", ["[/]", "00000000-0000-0000-0000-000000000000"])
def test_an_event_that_cannot_be_explained_ends_with_2(world, command, event_id):
    world.hold()
    result = command(event_id)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
