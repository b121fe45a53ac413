"""What identifies a person is withheld or dropped, wherever in the source it hides."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError
from snu_analytics.events import Pseudonymiser
from snu_analytics_tests.fixtures.histories import (
    APPLICATION,
    OTHER_REF,
    REF,
    YOUNG,
    add,
    document,
    instant,
    patch,
)

DAY = "2024-03-01"
CREATED = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
PERSON: dict[str, Any] = {
    "firstName": "Aurore",
    "lastName": "Le Goff",
    "email": "aurore.legoff@example.org",
    "address": "3 rue des Lilas",
    "birthdateAt": instant("2007-05-01T11:00"),
}


def run(world, **young):
    world.hold(youngs=[document(**PERSON, **young)], young_patches=[CREATED])
    world.load(DAY)


@pytest.mark.parametrize("field", ["domains", "statusPhase2Contract", "phase2ApplicationStatus"])
@pytest.mark.parametrize("text", ["AURORE", "chez les le goff", "3 rue des lilas", "0612345678"])
def test_an_element_that_no_list_knows_is_withheld_and_the_day_goes_on(world, field, text):
    run(world, **{field: [text]})
    assert world.rows(f"SELECT state_after->'{field}' FROM analytics.young_event") == [(["OTHER"],)]


def test_what_looks_like_a_persons_is_counted_by_field_and_kind(world):
    run(
        world,
        domains=["06 12 34 56 78", "CULTURE", "06 98 76 54 32"],
        region="aurore@example.org",
        grade="une année à part",
        phase2NumberHoursDone="0612345678",
    )
    assert world.rows("SELECT day::text, entity, field, kind, count FROM analytics.withheld") == [
        (DAY, "young", "domains", "a telephone number", 1),
        (DAY, "young", "phase2NumberHoursDone", "a telephone number", 1),
        (DAY, "young", "region", "an e-mail address", 1),
    ]


def test_a_value_that_was_mended_is_no_longer_counted(world):
    run(world, region="aurore@example.org")
    run(world, region="Bretagne")
    assert world.rows("SELECT FROM analytics.withheld") == []


def test_the_birth_date_in_a_field_of_days_is_withheld(world):
    run(world, departSejourAt=instant("2007-04-30T22:00"))
    assert world.rows("SELECT state_after->>'departSejourAt' FROM analytics.young_event") == [
        ("OTHER",)
    ]
    assert world.rows("SELECT field, kind FROM analytics.withheld") == [
        ("departSejourAt", "the date of birth of its person")
    ]


@pytest.mark.parametrize(("day", "stands"), [("1979-02-03", "OTHER"), ("2018-01-01", "2018-01-01")])
def test_a_day_before_the_programme_is_withheld_whosever_birth_it_is(world, day, stands):
    run(world, departSejourAt=instant(f"{day}T11:00"))
    states = world.rows("SELECT state_after->>'departSejourAt' FROM analytics.young_event")
    assert states == [(stands,)]


def test_a_listed_value_is_nobodys_name(world):
    run(world, birthCity="Paris", department="Paris")
    assert world.rows("SELECT department FROM analytics.young_event") == [("Paris",)]


def test_the_name_of_the_young_person_is_withheld_from_the_application(world):
    world.hold(
        youngs=[document(**PERSON)],
        applications=[document(OTHER_REF, filesType=["dossier Aurore"])],
        application_patches=[
            patch(f"{DAY}T10:00", add("/status", "VALIDATED"), add("/youngId", REF), ref=OTHER_REF)
        ],
    )
    world.load(DAY)
    assert world.rows("SELECT state_after->'filesType' FROM analytics.application_event") == [
        (["OTHER"],)
    ]


def test_a_field_of_no_catalogue_is_dropped_counted_and_named(world):
    world.hold(
        youngs=[document(shoeSize="41"), document(OTHER_REF, shoeSize="38", hat="x")],
        young_patches=[
            patch(f"{DAY}T10:00", add("/status", "IN_PROGRESS"), add("/shoeSize", "41")),
            patch(f"{DAY}T10:00", add("/status", "IN_PROGRESS"), ref=OTHER_REF),
        ],
    )
    day = DayRange(*[date.fromisoformat(DAY)] * 2)
    patched = world.stage_patches(YOUNG, day)
    staged = world.stage_snapshots(YOUNG, day)
    world.load_events(YOUNG, day)
    assert patched.unknown == {"shoeSize": 1}
    assert staged.unknown == {"hat": 1, "shoeSize": 3}
    states = world.rows("SELECT state_after::text FROM analytics.young_event")
    assert not any("shoeSize" in state or "41" in state for (state,) in states)


def test_nothing_that_is_staged_identifies_anybody(world):
    world.hold(
        youngs=[document(**PERSON, classeId="5f5f5f5f5f5f5f5f5f5f5f5f")],
        young_patches=[
            patch(
                f"{DAY}T10:00",
                *(add(f"/{name}", value) for name, value in {**PERSON, "status": "A"}.items()),
                add("/classeId", "5f5f5f5f5f5f5f5f5f5f5f5f"),
                add("/domains", ["Aurore"]),
                add("/domains", []),
                user={"_id": REF, "role": "Aurore Le Goff", "firstName": "Aurore"},
            )
        ],
        applications=[document(OTHER_REF, youngId=REF)],
        application_patches=[
            patch(f"{DAY}T11:00", add("/status", "VALIDATED"), add("/youngId", REF), ref=OTHER_REF)
        ],
    )
    world.load(DAY)
    staged = [
        pl.read_parquet(path)
        for entity in (YOUNG, APPLICATION)
        for path in (world.folder / "staging" / entity.name).rglob("*.parquet")
    ]
    assert [len(frame) for frame in staged if len(frame)] != []
    texts = "\n".join(frame.write_ndjson() for frame in staged).lower()
    for secret in ("aurore", "le goff", "lilas", "2007-05-01", REF, OTHER_REF, "5f5f5f5f5f5f"):
        assert secret not in texts


def test_what_was_staged_with_another_key_is_not_taken_further(world):
    world.hold(youngs=[document()], young_patches=[CREATED])
    day = DayRange(*[date.fromisoformat(DAY)] * 2)
    other = world.with_key(Pseudonymiser(bytes(range(32))))
    world.stage_patches(YOUNG, day)
    with pytest.raises(StagingError, match="staged with another key: materialise young/raw_p"):
        other.stage_snapshots(YOUNG, day)
    world.stage_snapshots(YOUNG, day)
    with pytest.raises(StagingError, match="another pseudonym key: materialise young/raw_p"):
        other.load_events(YOUNG, day)
