"""An erasure reaches every copy: tables, figures, staged files; and what was erased stays out."""

from datetime import date

import polars as pl
import pytest

from snu_analytics.errors import ErasureError, WarehouseUnavailable
from snu_analytics.privacy import erase_absent, erase_requested, remnants
from snu_analytics.warehouse import expire_events, expire_figures
from snu_analytics.warehouse.erased import list_erased
from snu_analytics_tests.fixtures.histories import CATALOGUE, PSEUDONYMS, YOUNG
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.fixtures.world import World
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
def loaded(world) -> World:
    """The two days of Anna's and Boris's, loaded."""
    hold(world, ANNA, BORIS, HERS, HIS)
    world.load(FIRST, LAST)
    return world


def sweep(world: World, many: bool = False) -> list[tuple]:
    with world.source() as source, world.connect() as connection:
        done = erase_absent(world.context, source, connection, many)
    return [(e.entity, e.reason, e.subjects, e.events, len(e.days)) for e in done]


def test_nobody_is_erased_while_everybody_is_there(loaded):
    before = loaded.contents()
    assert sweep(loaded) == []
    assert loaded.contents() == before


def test_whoever_is_gone_is_erased_with_all_applications(loaded):
    hold(loaded, BORIS, HERS, HIS)
    done = sweep(loaded)
    assert done == [("young", "gone", 1, 2, 2), ("application", "gone", 1, 1, 1)]
    assert remaining(loaded) == OF_BORIS


def test_whoever_is_marked_deleted_is_erased(loaded):
    hold(loaded, ANNA, BORIS, HERS, HIS, **{ANNA: {"status": "DELETED"}})
    done = sweep(loaded)
    assert done == [("young", "deleted", 1, 2, 2), ("application", "deleted", 1, 1, 1)]
    assert remaining(loaded) == OF_BORIS


FIGURES = "SELECT day::text, figure, value FROM analytics.daily_figure ORDER BY 1, 2"
FIGURES_OF_BORIS = [
    ("2024-03-01", "created", 1),
    ("2024-03-02", "completed", 1),
    ("2024-03-02", "created", 1),
]


def test_the_figures_and_the_notes_of_the_days_follow(loaded):
    hold(loaded, BORIS, HIS)
    sweep(loaded)
    assert loaded.rows(FIGURES) == FIGURES_OF_BORIS
    loads = (
        "SELECT relation, day::text, row_count, patch_count FROM analytics.day_load "
        "WHERE relation IN ('young_event', 'application_event') ORDER BY 1, 2"
    )
    assert loaded.rows(loads) == [
        ("application_event", "2024-03-01", 0, 0),
        ("application_event", "2024-03-02", 1, 2),
        ("young_event", "2024-03-01", 1, 2),
        ("young_event", "2024-03-02", 0, 1),
    ]


@pytest.fixture
def cut_off(loaded) -> World:
    """An erasure of Anna was cut off after her rows were gone, before her days were counted."""
    hold(loaded, BORIS, HIS)
    with loaded.connect() as connection:
        connection.execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
        )
        connection.execute(
            "CREATE TRIGGER cut BEFORE DELETE ON analytics.daily_figure EXECUTE FUNCTION cut()"
        )
    with pytest.raises(WarehouseUnavailable):
        sweep(loaded)
    with loaded.connect() as connection:
        connection.execute("DROP TRIGGER cut ON analytics.daily_figure")
    return loaded


def test_an_erasure_that_was_cut_off_is_named_by_what_it_owes(cut_off):
    assert remaining(cut_off) == OF_BORIS
    with cut_off.connect() as connection:
        assert remnants(cut_off.context, connection) == [
            "the figures of application still count the erased (days: 1)",
            "the figures of young still count the erased (days: 2)",
        ]


def test_an_erasure_that_was_cut_off_is_finished_by_the_next(cut_off):
    assert sweep(cut_off) == []
    assert cut_off.rows(FIGURES) == FIGURES_OF_BORIS
    assert cut_off.rows("SELECT * FROM analytics.erasure_due") == []


def test_staged_files_that_hold_the_subject_are_deleted(loaded):
    hold(loaded, BORIS, HERS, HIS)
    sweep(loaded)
    for step in ("raw_patches", "user_snapshots"):
        assert loaded.staging.days(("young", step)) == []
        assert loaded.staging.days(("application", step)) == [date(2024, 3, 1)]
        assert len(loaded.staging.days(("mission", step))) == 2


def test_the_indexes_of_dumps_are_deleted_with_the_erased(loaded):
    sweep(loaded)
    assert sorted(path.name for path in loaded.home.glob("index/young*/")) == [
        "young_patches",
        "youngs",
    ]
    hold(loaded, BORIS, HERS, HIS)
    sweep(loaded)
    assert list(loaded.home.glob("index/*/")) == []


def test_a_day_that_runs_again_does_not_bring_the_erased_back(loaded):
    hold(loaded, BORIS, HERS, HIS)
    sweep(loaded)
    erased = loaded.contents()
    loaded.load(FIRST, LAST)
    assert loaded.contents() == erased
    for step in ("raw_patches", "user_snapshots"):
        for day in (date(2024, 3, 1), date(2024, 3, 2)):
            held = loaded.staging.read(("young", step), day)["subject_id"]
            assert subject_of(ANNA) not in held.to_list()


def subject_of(ref: str) -> str:
    return PSEUDONYMS.series("young", pl.Series([ref]))[0]


def test_a_second_erasure_finds_nobody(loaded):
    hold(loaded, BORIS, HERS, HIS)
    sweep(loaded)
    assert sweep(loaded) == []


def test_the_list_of_the_erased_holds_no_pseudonym(loaded):
    pseudonyms = {
        name
        for table in ("young_event", "application_event")
        for row in loaded.rows(f"SELECT subject_id::text, change_id::text FROM analytics.{table}")
        for name in row
    }
    hold(loaded, BORIS, HERS, HIS)
    sweep(loaded)
    listed = loaded.rows("SELECT digest::text FROM analytics.erased_subject ORDER BY entity")
    assert len(listed) == 2
    assert pseudonyms.isdisjoint(digest for (digest,) in listed)


def test_pseudonyms_that_a_former_version_listed_stay_out_and_become_digests(world):
    with world.connect() as connection:
        connection.execute("ALTER TABLE analytics.erased_subject DROP COLUMN is_digest")
        connection.execute("ALTER TABLE analytics.erased_subject RENAME digest TO subject_id")
        connection.execute(
            "INSERT INTO analytics.erased_subject VALUES "
            "('young', %s, %s, 'request', '2024-01-31')",
            [subject_of(ANNA), PSEUDONYMS.fingerprint],
        )
    migrate(world.url, CATALOGUE)
    hold(world, ANNA, BORIS, HERS, HIS)
    world.load(FIRST, LAST)
    assert remaining(world) == OF_BORIS
    assert world.rows("SELECT digest::text, since::text FROM analytics.erased_subject") == [
        (PSEUDONYMS.erased(pl.Series([subject_of(ANNA)]))[0], "2024-01-31")
    ]


def test_whoever_came_back_by_a_day_being_loaded_is_erased_again(loaded):
    with loaded.connect() as connection:
        list_erased(connection, "young", "request", pl.Series([subject_of(ANNA)]), PSEUDONYMS)
    ((entity, reason, subjects, *_), *_) = sweep(loaded)
    assert (entity, reason, subjects) == ("young", "again", 1)


def test_the_log_holds_counts_and_days_but_no_person(loaded):
    hold(loaded, BORIS, HERS, HIS)
    sweep(loaded)
    log = (
        "SELECT entity, reason, subjects, events, days, first_day::text, last_day::text "
        "FROM analytics.erasure_log ORDER BY entity DESC"
    )
    assert loaded.rows(log) == [
        ("young", "gone", 1, 2, 2, FIRST, LAST),
        ("application", "gone", 1, 1, 1, LAST, LAST),
    ]
    assert not any(subject_of(ANNA) in line for line in loaded.contents()["erasure_log"])


def test_an_empty_source_erases_nobody(loaded):
    before = loaded.contents()
    loaded.hold()
    with pytest.raises(ErasureError, match=r"2 of 2 subjects of young are gone .* --many"):
        sweep(loaded)
    assert loaded.contents() == before
    sweep(loaded, many=True)
    assert remaining(loaded) == []


def test_a_request_erases_whom_the_source_still_has_for_good(loaded):
    with loaded.connect() as connection:
        done = erase_requested(loaded.context, YOUNG, [ANNA], connection)
    assert [(e.entity, e.reason, e.subjects) for e in done] == [
        ("young", "request", 1),
        ("application", "request", 1),
    ]
    assert list(loaded.home.glob("index/*/")) == []
    loaded.load(FIRST, LAST)
    assert remaining(loaded) == OF_BORIS


def test_a_request_holds_for_days_that_were_never_loaded(world):
    with world.connect() as connection:
        erase_requested(world.context, YOUNG, [ANNA], connection)
    hold(world, ANNA, BORIS, HERS, HIS)
    world.load(FIRST, LAST)
    assert remaining(world) == OF_BORIS


def test_rows_older_than_their_time_are_deleted(loaded):
    with loaded.connect() as connection:
        expired = expire_events(connection, YOUNG, date(2024, 3, 2))
    assert (expired.reason, expired.events, expired.days) == ("expired", 2, (date(2024, 3, 1),))
    left = "SELECT event_date::text FROM analytics.young_event"
    assert loaded.rows(left) == [("2024-03-02",)]
    notes = "SELECT day::text FROM analytics.day_load WHERE relation = 'young_event'"
    assert loaded.rows(notes) == [("2024-03-02",)]


def test_fine_counts_expire_too(loaded):
    with loaded.connect() as connection:
        assert expire_figures(connection, date(2024, 3, 2)) == 1
    assert loaded.rows("SELECT DISTINCT day::text FROM analytics.daily_figure") == [(LAST,)]
