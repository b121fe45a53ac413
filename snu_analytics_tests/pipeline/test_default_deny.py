"""What identifies a person is withheld or dropped, wherever in the source it hides."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import (
    PipelineContext,
    Staging,
    load_events,
    stage_patches,
    stage_snapshots,
)
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import (
    APPLICATION,
    CATALOGUE,
    OTHER_REF,
    PSEUDONYMS,
    REF,
    YOUNG,
    add,
    document,
    instant,
    patch,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows, run_days

DAY = "2024-03-01"
CREATED = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))
PERSON: dict[str, Any] = {
    "firstName": "Aurore",
    "lastName": "Le Goff",
    "email": "aurore.legoff@example.org",
    "address": "3 rue des Lilas",
    "birthdateAt": instant("2007-05-01T11:00"),
}


def run(tmp_path, warehouse_url, **young):
    source = write_dump(
        tmp_path / "d", youngs=[document(**PERSON, **young)], young_patches=[CREATED]
    )
    run_days(tmp_path, source, warehouse_url, DAY)


@pytest.mark.parametrize("field", ["domains", "statusPhase2Contract", "phase2ApplicationStatus"])
@pytest.mark.parametrize("text", ["AURORE", "chez les le goff", "3 rue des lilas", "0612345678"])
def test_an_element_that_no_list_knows_is_withheld_and_the_day_goes_on(
    tmp_path, warehouse_url, field, text
):
    run(tmp_path, warehouse_url, **{field: [text]})
    assert rows(warehouse_url, f"SELECT state_after->'{field}' FROM analytics.young_event") == [
        (["OTHER"],)
    ]


def test_what_looks_like_a_persons_is_counted_by_field_and_kind(tmp_path, warehouse_url):
    run(
        tmp_path,
        warehouse_url,
        domains=["06 12 34 56 78", "CULTURE", "06 98 76 54 32"],
        region="aurore@example.org",
        grade="une année à part",
        phase2NumberHoursDone="0612345678",
    )
    assert rows(
        warehouse_url, "SELECT day::text, entity, field, kind, count FROM analytics.withheld"
    ) == [
        (DAY, "young", "domains", "a telephone number", 1),
        (DAY, "young", "phase2NumberHoursDone", "a telephone number", 1),
        (DAY, "young", "region", "an e-mail address", 1),
    ]


def test_a_value_that_was_mended_is_no_longer_counted(tmp_path, warehouse_url):
    run(tmp_path, warehouse_url, region="aurore@example.org")
    run(tmp_path, warehouse_url, region="Bretagne")
    assert rows(warehouse_url, "SELECT FROM analytics.withheld") == []


def test_the_birth_date_in_a_field_of_days_is_withheld(tmp_path, warehouse_url):
    run(tmp_path, warehouse_url, departSejourAt=instant("2007-04-30T22:00"))
    assert rows(
        warehouse_url, "SELECT state_after->>'departSejourAt' FROM analytics.young_event"
    ) == [("OTHER",)]
    assert rows(warehouse_url, "SELECT field, kind FROM analytics.withheld") == [
        ("departSejourAt", "the date of birth of its person")
    ]


def test_a_listed_value_is_nobodys_name(tmp_path, warehouse_url):
    run(tmp_path, warehouse_url, birthCity="Paris", department="Paris")
    assert rows(warehouse_url, "SELECT department FROM analytics.young_event") == [("Paris",)]


def test_the_name_of_the_young_person_is_withheld_from_the_application(tmp_path, warehouse_url):
    source = write_dump(
        tmp_path / "d",
        youngs=[document(**PERSON)],
        applications=[document(OTHER_REF, filesType=["dossier Aurore"])],
        application_patches=[
            patch(f"{DAY}T10:00", add("/status", "VALIDATED"), add("/youngId", REF), ref=OTHER_REF)
        ],
    )
    run_days(tmp_path, source, warehouse_url, DAY)
    assert rows(
        warehouse_url, "SELECT state_after->'filesType' FROM analytics.application_event"
    ) == [(["OTHER"],)]


def context(tmp_path, pseudonyms=PSEUDONYMS) -> PipelineContext:
    return PipelineContext(CATALOGUE, pseudonyms, Staging(str(tmp_path / "staging")))


def test_a_field_of_no_catalogue_is_dropped_counted_and_named(tmp_path, warehouse_url):
    url = write_dump(
        tmp_path / "d",
        youngs=[document(shoeSize="41"), document(OTHER_REF, shoeSize="38", hat="x")],
        young_patches=[
            patch(f"{DAY}T10:00", add("/status", "IN_PROGRESS"), add("/shoeSize", "41")),
            patch(f"{DAY}T10:00", add("/status", "IN_PROGRESS"), ref=OTHER_REF),
        ],
    )
    source, day = open_source(url, tmp_path / "home"), DayRange(*[date.fromisoformat(DAY)] * 2)
    with connect(warehouse_url) as connection:
        patched = stage_patches(context(tmp_path), YOUNG, day, source, connection)
        staged = stage_snapshots(context(tmp_path), YOUNG, day, source, connection)
        load_events(context(tmp_path), YOUNG, day, connection)
    assert patched.unknown == {"shoeSize": 1}
    assert staged.unknown == {"hat": 1, "shoeSize": 3}
    states = rows(warehouse_url, "SELECT state_after::text FROM analytics.young_event")
    assert not any("shoeSize" in state or "41" in state for (state,) in states)


def test_nothing_that_is_staged_identifies_anybody(tmp_path, warehouse_url):
    source = write_dump(
        tmp_path / "d",
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
    run_days(tmp_path, source, warehouse_url, DAY)
    staged = [
        pl.read_parquet(path)
        for entity in (YOUNG, APPLICATION)
        for path in (tmp_path / "staging" / entity.name).rglob("*.parquet")
    ]
    assert [len(frame) for frame in staged if len(frame)] != []
    texts = "\n".join(frame.write_ndjson() for frame in staged).lower()
    for secret in ("aurore", "le goff", "lilas", "2007-05-01", REF, OTHER_REF, "5f5f5f5f5f5f"):
        assert secret not in texts


def test_what_was_staged_with_another_key_is_not_taken_further(tmp_path, warehouse_url):
    source = open_source(
        write_dump(tmp_path / "d", youngs=[document()], young_patches=[CREATED]), tmp_path / "home"
    )
    day = DayRange(*[date.fromisoformat(DAY)] * 2)
    other = context(tmp_path, Pseudonymiser(bytes(range(32))))
    with connect(warehouse_url) as connection:
        stage_patches(context(tmp_path), YOUNG, day, source, connection)
        with pytest.raises(StagingError, match="staged with another key: materialise young/raw_p"):
            stage_snapshots(other, YOUNG, day, source, connection)
        stage_snapshots(context(tmp_path), YOUNG, day, source, connection)
        with pytest.raises(StagingError, match="another pseudonym key: materialise young/raw_p"):
            load_events(other, YOUNG, day, connection)
