"""`snu-analytics erase`, as a person types it."""

import base64
import os

import pytest
from click.testing import CliRunner

from snu_analytics.cli.main import main
from snu_analytics.events import Pseudonymiser
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.privacy.literal import (
    ANNA,
    BORIS,
    FIRST,
    HERS,
    HIS,
    LAST,
    OF_BORIS,
    hold,
    remaining,
)


@pytest.fixture
def command(world, monkeypatch):
    """`snu-analytics erase`, on what was loaded with a key that commands take."""
    key = os.urandom(32)
    hold(world, ANNA, BORIS, HERS, HIS)
    world.with_key(Pseudonymiser(key)).load(FIRST, LAST)
    hold(world, BORIS, HERS, HIS)
    monkeypatch.setenv("SNU_WAREHOUSE_URL", world.url)
    monkeypatch.setenv("SNU_SOURCE_URL", world.source_url)
    monkeypatch.setenv("SNU_STAGING_URL", str(world.folder / "staging"))
    monkeypatch.setenv("SNU_PSEUDONYM_KEY", base64.b64encode(key).decode())
    for name in ("SNU_DAGSTER_URL", "SNU_START_DATE", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return lambda *arguments: CliRunner().invoke(main, ["erase", *arguments])


def test_the_command_follows_the_source(command, world):
    result = command()
    assert result.exit_code == 0, result.output
    assert "What is published stands" in result.output
    assert remaining(world) == OF_BORIS


def test_a_dry_run_tells_whom_and_erases_nobody(command, world):
    result = command("--dry-run")
    assert result.exit_code == 0, result.output
    assert "young gone 1 2 2" in " ".join(result.output.split())
    assert "nobody was erased" in result.output
    assert len(remaining(world)) == 5


def test_a_row_of_the_erased_that_stays_is_named_and_ends_with_1(command, world):
    execute(
        world.url,
        "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; "
        "CREATE TRIGGER stay BEFORE DELETE ON analytics.young_event FOR EACH ROW "
        "WHEN (OLD.event_date = '2024-03-02') EXECUTE FUNCTION stay()",
    )
    result = command()
    assert result.exit_code == 1
    assert "analytics.young_event still holds 1 of the erased" in result.output


def test_the_command_takes_a_file_of_documents(command, world, tmp_path):
    file = tmp_path / "requests.txt"
    file.write_text(f"{BORIS}\n\n{'f' * 24}\n")
    result = command("--ref-file", str(file))
    assert result.exit_code == 0, result.output
    assert "1 of the documents had no rows" in result.output
    assert BORIS not in result.output
    assert len(remaining(world)) == 3


def test_a_bad_line_is_named_by_its_number_alone(command, world, tmp_path):
    file = tmp_path / "requests.txt"
    file.write_text(f"{ANNA}\nanna@example.org\n")
    result = command("--ref-file", str(file))
    assert result.exit_code == 2
    assert "line 2 is not an ObjectId" in " ".join(result.output.split())
    assert "anna@" not in result.output
    assert len(remaining(world)) == 5
