"""A range of days from the source to the tables, on a real PostgreSQL."""

import threading
from datetime import date

import polars as pl
import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError, WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import load_figures
from snu_analytics.warehouse import begin_rotation
from snu_analytics_tests.fixtures.histories import (
    OTHER_REF,
    PSEUDONYMS,
    REF,
    YOUNG,
    add,
    document,
    instant,
    patch,
    replace,
)
from snu_analytics_tests.fixtures.world import World

YOUNGS = [document(gender="female", birthdateAt=instant("2007-05-01T11:00"), region="Bretagne")]
HISTORY = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), add("/cohort", "Juillet 2024")),
    patch("2024-03-01T12:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
    patch("2024-03-02T09:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
]
APPLICATION = [
    patch(
        "2024-03-02T10:00",
        add("/status", "WAITING_VALIDATION"),
        add("/youngId", REF),
        ref=OTHER_REF,
    )
]
ALL = {
    "youngs": YOUNGS,
    "young_patches": HISTORY,
    "applications": [document(OTHER_REF)],
    "application_patches": APPLICATION,
}


def test_events_and_figures_of_the_days_are_written(world):
    world.hold(**ALL)
    world.load("2024-03-01", "2024-03-03")
    assert world.rows(
        "SELECT event_date::text, event_name, gender, age, cohort FROM analytics.young_event "
        "ORDER BY event_date, event_order",
    ) == [
        ("2024-03-01", "inscription_created", "female", 16, "Juillet 2024"),
        ("2024-03-01", "inscription_completed", "female", 16, "Juillet 2024"),
        ("2024-03-02", "inscription_validated", "female", 16, "Juillet 2024"),
    ]
    assert world.rows(
        "SELECT day::text, phase, figure, gender, age, region, department, cohort, value "
        "FROM analytics.daily_figure ORDER BY day, phase, figure",
    ) == [
        (
            "2024-03-01",
            "inscription",
            "completed",
            "female",
            16,
            "Bretagne",
            None,
            "Juillet 2024",
            1,
        ),
        ("2024-03-01", "inscription", "created", "female", 16, "Bretagne", None, "Juillet 2024", 1),
        (
            "2024-03-02",
            "inscription",
            "processed",
            "female",
            16,
            "Bretagne",
            None,
            "Juillet 2024",
            1,
        ),
        (
            "2024-03-02",
            "inscription",
            "validated",
            "female",
            16,
            "Bretagne",
            None,
            "Juillet 2024",
            1,
        ),
        ("2024-03-02", "mission", "completed", "female", 16, "Bretagne", None, None, 1),
        ("2024-03-02", "mission", "created", "female", 16, "Bretagne", None, None, 1),
    ]


def test_a_day_run_again_gives_identical_tables(world):
    world.hold(**ALL)
    world.load("2024-03-01", "2024-03-02")
    before = world.contents()
    world.load("2024-03-02")
    world.load("2024-03-01")
    assert world.contents() == before


def test_days_alone_and_in_one_range_give_identical_tables(world):
    world.hold(**ALL)
    world.load("2024-03-01", "2024-03-02")
    before = world.contents()
    with world.connect() as connection:
        connection.execute("TRUNCATE analytics.young_event, analytics.daily_figure")
    world.load("2024-03-02")
    world.load("2024-03-01")
    assert world.contents() == before


def test_an_emptied_source_empties_the_day_and_leaves_the_others(world):
    world.hold(**ALL)
    world.load("2024-03-01", "2024-03-02")
    world.hold()
    world.load("2024-03-02")
    assert world.rows(
        "SELECT event_date::text, count(*) FROM analytics.young_event GROUP BY 1"
    ) == [("2024-03-01", 2)]
    assert world.rows("SELECT DISTINCT day::text FROM analytics.daily_figure ORDER BY 1") == [
        ("2024-03-01",)
    ]
    assert world.rows(
        "SELECT row_count FROM analytics.day_load "
        "WHERE relation = 'young_event' AND day = '2024-03-02'",
    ) == [(0,)]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2024-03-31", "2024-03-30T23:00:00.000", "2024-03-31T21:59:59.999"),
        ("2024-10-27", "2024-10-26T22:00:00.000", "2024-10-27T22:59:59.999"),
        ("2024-06-01", "2024-05-31T22:00:00.000", "2024-06-01T21:59:59.999"),
    ],
)
def test_a_day_holds_its_paris_midnights_however_long_it_is(world, day, first, last):
    outside = (instant(first).timestamp() - 0.001, instant(last).timestamp() + 0.001)
    moments = [
        first,
        last,
        *(str(pl.Series([t * 1e3]).cast(pl.Datetime("ms"))[0]) for t in outside),
    ]
    patches = [
        patch(at, replace("/status", "REFUSED", "VALIDATED"), ref=f"65a{n:021x}")
        for n, at in enumerate(moments)
    ]
    world.hold(young_patches=patches)
    world.load(day)
    subjects = world.rows("SELECT subject_id::text FROM analytics.young_event")
    inside = pl.Series([str(change["ref"]) for change in patches[:2]])
    assert {subject for (subject,) in subjects} == {*PSEUDONYMS.series("young", inside)}


def test_two_runs_of_one_day_at_once_end_right(world):
    world.hold(**ALL)
    world.load("2024-03-01")
    before = world.contents()
    faults: list[BaseException] = []

    def run(name: str) -> None:
        try:
            World(world.folder / name, world.url, world.source_url).load("2024-03-01")
        except BaseException as fault:
            faults.append(fault)

    both = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert faults == []
    assert world.contents() == before


def test_defective_patches_are_quarantined_and_the_rest_goes_on(world):
    patches = [
        *HISTORY,
        patch("2024-03-01T10:01", {"op": "move", "path": "/status"}),
        patch("2024-03-01T10:02", {"path": "/status"}),
        patch("2024-03-01T10:03", add("/status", "VALIDATED")) | {"date": None},
        patch("2024-03-01T10:04", add("/status", "VALIDATED")) | {"date": "yesterday"},
        patch("2024-03-01T10:05", add("/status", "VALIDATED")) | {"ref": None},
        patch("2024-03-01T10:06") | {"ops": "status=VALIDATED"},
    ]
    world.hold(youngs=YOUNGS, young_patches=patches)
    counts = world.load("2024-03-01")
    assert world.rows(
        "SELECT entity, day::text, reason FROM analytics.quarantine ORDER BY reason",
    ) == [
        ("young", "2024-03-01", "malformed op"),
        ("young", "2024-03-01", "no date"),
        ("young", "2024-03-01", "no ref"),
        ("young", "2024-03-01", "ops is not an array"),
        ("young", "2024-03-01", "unknown op"),
        ("young", "2024-03-01", "unparsable date"),
    ]
    assert counts["young"][date(2024, 3, 1)]["quarantined"] == 6
    assert counts["young"][date(2024, 3, 1)]["patches"] == 8
    assert len(world.rows("SELECT FROM analytics.young_event")) == 2


def test_a_mended_patch_leaves_the_quarantine(world):
    broken = patch("2024-03-01T10:00", {"op": "move", "path": "/status"})
    mended = broken | {"ops": [add("/status", "IN_PROGRESS")]}
    for version in (broken, mended):
        world.hold(young_patches=[version])
        world.load("2024-03-01")
    assert world.rows("SELECT FROM analytics.quarantine") == []
    assert len(world.rows("SELECT FROM analytics.young_event")) == 1


@pytest.mark.parametrize(
    ("name", "cohort"),
    [
        ("Stage du 11/03/2024", "Stage du 11/03/2024"),
        ("2024-03-11T10:00", "OTHER"),
        ("stage 5f5f5f5f5f5f5f5f5f5f5f5f5f5f", "OTHER"),
        ("jean.dupont@example.org", "OTHER"),
    ],
)
def test_a_session_of_the_source_is_listed_unless_its_name_may_not_be_written(world, name, cohort):
    world.hold(
        youngs=[document(cohort=name)],
        young_patches=[patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))],
        cohorts=[document(name=name)],
    )
    world.load("2024-03-01")
    assert world.rows("SELECT cohort FROM analytics.young_event") == [(cohort,)]


def test_a_value_outside_its_vocabulary_is_other_and_counted(world):
    patches = [patch("2024-03-01T10:00", replace("/status", "REFUSED", "VALIDATED"))]
    world.hold(youngs=[document(gender="Léa")], young_patches=patches)
    world.load("2024-03-01")
    day = date(2024, 3, 1)
    staged = world.stage_snapshots(YOUNG, DayRange(day, day))
    assert staged.counts[day]["other"] == 1
    assert staged.unlisted == {"gender": 1}
    assert world.rows("SELECT gender, state_after->>'gender' FROM analytics.young_event") == [
        ("OTHER", "OTHER")
    ]


def test_a_cohort_of_the_cohorts_collection_is_listed(world):
    patches = [patch("2024-03-01T10:00", replace("/cohort", "Juin 2023", "Session pilote"))]
    for cohorts in ([{"name": "Session pilote"}], []):
        world.hold(young_patches=patches, cohorts=cohorts)
        world.load("2024-03-01")
        values = world.rows("SELECT to_value FROM analytics.young_event")
        assert values == [("Session pilote" if cohorts else "OTHER",)]


def test_another_key_is_refused_and_the_rows_stand(world):
    world.hold(**ALL)
    world.load("2024-03-01")
    before = world.contents()
    other = world.with_key(Pseudonymiser(b"another key, another fingerprint"))
    with pytest.raises(WarehouseError, match="SNU_PSEUDONYM_KEY is not the key of the rows"):
        other.load("2024-03-01")
    assert world.contents() == before


def test_a_missing_upstream_day_names_the_asset_to_run(world):
    day = DayRange(date(2024, 3, 1), date(2024, 3, 1))
    with pytest.raises(StagingError, match="materialise young/raw_patches for that day first"):
        world.stage_snapshots(YOUNG, day)
    with pytest.raises(StagingError, match="materialise young/user_snapshots"):
        world.load_events(YOUNG, day)
    with (
        world.connect() as connection,
        pytest.raises(WarehouseError, match="materialise young/anonymized_events"),
    ):
        load_figures(YOUNG, day, connection)


def test_snapshots_staged_by_an_older_version_are_named(world):
    day = date(2024, 3, 1)
    world.staging.write(("young", "user_snapshots"), day, pl.DataFrame({"ref": ["a"]}))
    with pytest.raises(StagingError, match="2024-03-01 is of an older version: materialise young/"):
        world.load_events(YOUNG, DayRange(day, day))


def test_many_documents_at_once_or_few_give_identical_tables(world, monkeypatch):
    world.hold(**ALL)
    world.load("2024-03-01", "2024-03-02")
    before = world.contents()
    monkeypatch.setattr("snu_analytics.pipeline.snapshots._DOCUMENTS_AT_ONCE", 1)
    world.load("2024-03-01", "2024-03-02")
    assert world.contents() == before


def test_snapshots_staged_with_another_key_are_named(world):
    world.hold(**ALL)
    world.load("2024-03-01")
    day = date(2024, 3, 1)
    other = Pseudonymiser(b"another key, another fingerprint")
    with world.connect() as connection:
        begin_rotation(connection, other.fingerprint)
    with pytest.raises(
        StagingError, match="2024-03-01 is of another pseudonym key: materialise young/raw"
    ):
        world.with_key(other).load_events(YOUNG, DayRange(day, day))


def test_every_row_tells_its_key(world):
    broken = patch("2024-03-01T11:00", {"op": "move", "path": "/status"})
    world.hold(youngs=YOUNGS, young_patches=[*HISTORY, broken])
    world.load("2024-03-01")
    for table in ("young_event", "quarantine", "day_load"):
        assert world.rows(f"SELECT DISTINCT key_id FROM analytics.{table}") == [
            (PSEUDONYMS.fingerprint,)
        ]
