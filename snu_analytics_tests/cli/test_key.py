"""The commands of the pseudonym key, on a real PostgreSQL, as a person types them."""

import base64
import os
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.settings import decode_key, ensure_key, new_key, write_key
from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    REF,
    add,
    document,
    patch,
    replace,
)
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.world import World

# Two stretches, for a day without a load lies between them.
FIRST_STRETCH = DayRange(date(2024, 3, 1), date(2024, 3, 2))
SECOND_STRETCH = DayRange(date(2024, 3, 4), date(2024, 3, 4))
HISTORY = {
    "youngs": [document()],
    "young_patches": [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
        patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
        patch("2024-03-02T11:00", {"op": "move", "path": "/status"}),
        patch("2024-03-04T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
    ],
    "applications": [document(OTHER_REF)],
    "application_patches": [
        patch("2024-03-02T12:00", add("/status", "DONE"), add("/youngId", REF), ref=OTHER_REF)
    ],
}


REFUSE_THE_SECOND_STRETCH = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$",
    "CREATE TRIGGER refuse BEFORE INSERT ON analytics.young_event FOR EACH ROW "
    "WHEN (NEW.event_date = '2024-03-04') EXECUTE FUNCTION refuse()",
)


class Place:
    """A home with a key, a source, and a warehouse; runs commands and collects every key."""

    def __init__(self, monkeypatch, warehouse_url: str) -> None:
        self.monkeypatch = monkeypatch
        self.url = warehouse_url
        self.home = Path(os.environ["SNU_HOME"])
        self.file = self.home / "pseudonym.key"
        self.next = self.home / "pseudonym.key.next"
        self.world = World(self.home, warehouse_url)
        self.world.hold(**HISTORY)
        self.secrets: set[str] = set()

    def pseudonyms(self, file: Path) -> Pseudonymiser:
        return Pseudonymiser(decode_key(file.read_text()))

    def load(self, pseudonyms: Pseudonymiser, *stretches: DayRange) -> None:
        """The days of the stretches, of both if none are given."""
        for days in stretches or (FIRST_STRETCH, SECOND_STRETCH):
            first, last = str(days.first), str(days.last)
            self.world.with_key(pseudonyms).load(first, last)

    def run(self, *arguments: str, variable: str = "", file: str = "") -> Result:
        """The command with nothing left of what a former one exported; no key may be printed."""
        for name, value in (
            *((f"SNU_{n}", "") for n in ("STAGING_URL", "DAGSTER_URL", "START_DATE")),
            *(("DAGSTER_HOME", ""), ("DAGSTER_EVENT_BATCH_SIZE", "")),
            ("SNU_SOURCE_URL", self.world.source_url),
            ("SNU_WAREHOUSE_URL", self.url),
            ("SNU_PSEUDONYM_KEY", variable),
            ("SNU_PSEUDONYM_KEY_FILE", file),
        ):
            self.monkeypatch.setenv(name, value)
            if not value:
                self.monkeypatch.delenv(name)
        self.collect_secrets()
        result = CliRunner().invoke(main, ["key", *arguments])
        self.collect_secrets()
        for secret in self.secrets:
            assert secret not in result.output
        assert "Traceback" not in result.output
        return result

    def collect_secrets(self) -> None:
        for file in (self.file, self.next, self.home / "other.key"):
            if file.exists():
                self.secrets.add(file.read_text(errors="replace").strip())
        if variable := os.environ.get("SNU_PSEUDONYM_KEY"):
            self.secrets.add(variable)

    def keys(self) -> dict[str, str]:
        return dict(rows(self.url, "SELECT fingerprint, state FROM analytics.pseudonym_key"))

    def subjects(self) -> list[tuple]:
        return rows(
            self.url,
            "SELECT subject_id::text, key_id FROM analytics.young_event ORDER BY event_date",
        )


@pytest.fixture
def place(monkeypatch, warehouse_url):
    return Place(monkeypatch, warehouse_url)


def printed(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_new_key_is_kept_in_the_home_and_told_by_its_fingerprint(place):
    result = place.run("new")
    made = place.pseudonyms(place.file).fingerprint
    assert printed(result) == f"A new key is in {place.file}, fingerprint {made}."
    assert oct(place.file.stat().st_mode & 0o777) == "0o600"


def test_a_new_key_replaces_none(place):
    place.run("new")
    before = place.file.read_text()
    result = place.run("new")
    assert "stands already, and may hold the key of the rows" in printed(result)
    assert result.exit_code == 2
    assert place.file.read_text() == before


def test_a_new_key_goes_where_it_is_told(place):
    place.run("new", "--out", str(place.home / "other.key"))
    assert not place.file.exists()
    assert len(decode_key((place.home / "other.key").read_text())) == 32


def test_check_tells_the_key_in_force_and_the_rows_of_it(place):
    ensure_key(place.home)
    key = place.pseudonyms(place.file)
    place.load(key)
    result = place.run("check")
    assert printed(result).startswith(
        f"The key in force is {key.fingerprint}, from {place.file}, mode 0600. It has 32 bytes"
    )
    assert f"{key.fingerprint} current young_event 3 3" in printed(result)
    assert f"{key.fingerprint} current quarantine 1 1" in printed(result)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("", "SNU_PSEUDONYM_KEY is not set and"),
        ("c2hvcnQ=", "SNU_PSEUDONYM_KEY holds 5 bytes, 32 are needed"),
    ],
)
def test_check_ends_with_2_when_there_is_no_good_key(place, variable, message):
    result = place.run("check", variable=variable)
    assert message in printed(result)
    assert result.exit_code == 2


def test_check_ends_with_2_when_the_rows_are_of_another_key(place):
    ensure_key(place.home)
    place.load(place.pseudonyms(place.file))
    result = place.run("check", variable=new_key())
    assert "SNU_PSEUDONYM_KEY is not the key of the rows in" in printed(result)
    assert result.exit_code == 2


def test_a_rotation_is_resumed_until_no_day_is_left_and_the_old_key_is_gone(place):
    old_text = ensure_key(place.home)
    os.link(place.file, place.home / "same blocks")
    old = place.pseudonyms(place.file)
    place.load(old)
    before = place.subjects()
    for statement in REFUSE_THE_SECOND_STRETCH:
        execute(place.url, statement)

    result = place.run("rotate")
    assert result.exit_code == 1, result.output
    assert "2024-03-04 young__anonymized_events" in printed(result)
    assert "1 day to go, all others have the new key" in printed(result)
    new = place.pseudonyms(place.next)
    assert place.keys() == {old.fingerprint: "current", new.fingerprint: "incoming"}
    assert place.file.read_text().strip() == old_text
    assert [key_id for _, key_id in place.subjects()] == [
        new.fingerprint,
        new.fingerprint,
        old.fingerprint,
    ]
    remain = printed(place.run("check"))
    assert f"A rotation to the key {new.fingerprint} is under way, 1 day to go" in remain

    execute(place.url, "DROP TRIGGER refuse ON analytics.young_event")
    result = place.run("rotate")
    assert result.exit_code == 0, result.output
    assert place.pseudonyms(place.file).fingerprint == new.fingerprint
    assert not place.next.exists()
    assert old_text[:12].encode() not in (place.home / "same blocks").read_bytes()
    assert place.keys() == {old.fingerprint: "destroyed", new.fingerprint: "current"}
    assert f"The old key is destroyed, the new one is in {place.file}." in printed(result)

    after = place.subjects()
    assert [key_id for _, key_id in before] == [old.fingerprint] * 3
    assert [key_id for _, key_id in after] == [new.fingerprint] * 3
    assert {subject for subject, _ in before}.isdisjoint(subject for subject, _ in after)
    assert rows(
        place.url,
        "SELECT DISTINCT y.subject_id = a.young_id FROM analytics.young_event y, "
        "analytics.application_event a",
    ) == [(True,)]
    assert rows(place.url, "SELECT key_id FROM analytics.quarantine") == [(new.fingerprint,)]
    assert rows(place.url, "SELECT DISTINCT key_id FROM analytics.day_load") == [(new.fingerprint,)]
    with pytest.raises(WarehouseError, match=f"key {old.fingerprint} was destroyed"):
        place.load(old)
    assert place.run("check").exit_code == 0


def test_a_destroyed_key_leaves_the_rows_to_a_rotation_with_a_new_one(place):
    text = ensure_key(place.home)
    os.link(place.file, place.home / "same blocks")
    old = place.pseudonyms(place.file)
    place.load(old, SECOND_STRETCH)
    execute(
        place.url,
        "INSERT INTO analytics.erased_subject "
        f"VALUES ('young', gen_random_uuid(), '{old.fingerprint}', 'request')",
    )
    index = place.home / "index" / "youngs"
    index.mkdir(parents=True)
    result = place.run("destroy", old.fingerprint)
    assert f"Nothing is written with the key {old.fingerprint} again" in printed(result)
    assert f"{place.file} was overwritten and removed" in printed(result)
    assert not place.file.exists()
    assert text[:12].encode() not in (place.home / "same blocks").read_bytes()
    assert place.world.staging.count() == 0
    assert not index.exists()
    assert rows(place.url, "SELECT is_digest FROM analytics.erased_subject") == [(True,)]
    assert place.keys() == {old.fingerprint: "destroyed"}
    assert place.subjects() != []

    result = place.run("rotate")
    assert "the key of the rows is gone: make a new one with" in printed(result)
    assert result.exit_code == 2

    place.run("new")
    new = place.pseudonyms(place.file)
    with pytest.raises(WarehouseError, match="rebuild all rows with this one by"):
        place.load(new, SECOND_STRETCH)
    result = place.run("rotate")
    assert "Subjects erased under a key that is gone (1) cannot be told" in printed(result)
    assert result.exit_code == 0, result.output
    assert place.keys() == {old.fingerprint: "destroyed", new.fingerprint: "current"}
    assert {key_id for _, key_id in place.subjects()} == {new.fingerprint}
    assert place.pseudonyms(place.file).fingerprint == new.fingerprint


def test_only_the_key_in_force_is_destroyed(place):
    ensure_key(place.home)
    result = place.run("destroy", "0123456789abcdef")
    assert "that is not the fingerprint of the key in force" in printed(result)
    assert result.exit_code == 2
    assert place.file.exists()
    assert place.keys() == {}


def test_a_key_in_the_variable_is_the_persons_to_destroy(place):
    text = new_key()
    result = place.run("destroy", Pseudonymiser(decode_key(text)).fingerprint, variable=text)
    assert "take SNU_PSEUDONYM_KEY out of wherever it is kept" in printed(result)
    assert set(place.keys().values()) == {"destroyed"}


def test_a_key_in_the_variable_is_rotated_to_one_in_the_home(place):
    text = new_key()
    old = Pseudonymiser(decode_key(text)).fingerprint
    assert place.run("rotate", variable=text).exit_code == 0  # no row yet: it becomes the key
    result = place.run("rotate", variable=text)
    new = place.pseudonyms(place.file).fingerprint
    assert f"The new key is in {place.file}: take SNU_PSEUDONYM_KEY out" in printed(result)
    assert place.keys() == {old: "retired", new: "current"}
    result = place.run("check", variable=text)
    assert f"the pseudonym key {old} was retired" in printed(result)
    assert result.exit_code == 2
    assert place.run("check").exit_code == 0


def test_a_key_file_that_a_variable_names_is_replaced_in_its_place(place):
    file = place.home / "other.key"
    place.run("new", "--out", str(file))
    old = place.pseudonyms(file).fingerprint
    place.run("rotate", file=str(file))
    result = place.run("rotate", file=str(file))
    assert result.exit_code == 0, result.output
    new = place.pseudonyms(file).fingerprint
    assert place.keys() == {old: "destroyed", new: "current"}
    assert not place.next.exists()
    assert not place.file.exists()


def test_a_rotation_to_a_file_that_is_named(place):
    ensure_key(place.home)
    place.run("rotate")
    write_key(place.home / "other.key", new_key())
    new = place.pseudonyms(place.home / "other.key").fingerprint
    assert place.run("rotate", "--to", str(place.home / "other.key")).exit_code == 0
    assert place.pseudonyms(place.file).fingerprint == new
    assert not (place.home / "other.key").exists()


def test_a_rotation_to_a_weak_key_is_refused(place):
    ensure_key(place.home)
    weak = base64.b64encode(bytes(range(32))).decode()
    write_key(place.home / "other.key", weak)
    result = place.run("rotate", "--to", str(place.home / "other.key"))
    assert "other.key is not random" in printed(result)
    assert result.exit_code == 2


def test_a_key_that_is_not_that_of_the_rows_is_not_taken_without_being_named(place):
    ensure_key(place.home)
    place.load(place.pseudonyms(place.file))
    result = place.run("rotate", variable=new_key())
    assert "name the file of the key that is to replace it with --to" in printed(result)
    assert result.exit_code == 2


def test_a_rotation_stopped_between_the_warehouse_and_the_files_is_settled(place):
    ensure_key(place.home)
    place.run("rotate")
    old = place.pseudonyms(place.file).fingerprint
    write_key(place.next, new_key())
    new = place.pseudonyms(place.next).fingerprint
    for statement in (
        f"UPDATE analytics.pseudonym_key SET state = 'retired' WHERE fingerprint = '{old}'",
        f"INSERT INTO analytics.pseudonym_key VALUES ('{new}', now(), 'current')",
    ):
        execute(place.url, statement)
    assert place.run("rotate").exit_code == 0
    assert place.pseudonyms(place.file).fingerprint == new
    assert not place.next.exists()
    assert place.keys() == {old: "destroyed", new: "current"}


def test_a_rotation_stopped_while_the_old_file_was_overwritten_is_settled(place):
    ensure_key(place.home)
    place.run("rotate")
    write_key(place.next, new_key())
    new = place.pseudonyms(place.next).fingerprint
    execute(
        place.url, f"UPDATE analytics.pseudonym_key SET fingerprint = '{new}', state = 'current'"
    )
    place.file.write_bytes(bytes(range(200, 245)))
    assert place.run("rotate").exit_code == 0
    assert place.pseudonyms(place.file).fingerprint == new
    assert place.keys() == {new: "current"}
