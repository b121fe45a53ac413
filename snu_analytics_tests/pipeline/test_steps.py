"""A range of days from the source to the tables, on a real PostgreSQL."""

import threading
from datetime import date

import polars as pl
import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import StagingError, WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import (
    PipelineContext,
    Staging,
    load_events,
    load_figures,
    stage_snapshots,
)
from snu_analytics.warehouse import begin_rotation, connect
from snu_analytics_tests.fixtures.histories import (
    CATALOGUE,
    OTHER_REF,
    PSEUDONYMS,
    REF,
    YOUNG,
    add,
    document,
    instant,
    open_dump,
    patch,
    replace,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import contents, rows, run_days

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


def test_events_and_figures_of_the_days_are_written(tmp_path, warehouse_url):
    run_days(tmp_path, write_dump(tmp_path / "d", **ALL), warehouse_url, "2024-03-01", "2024-03-03")
    assert rows(
        warehouse_url,
        "SELECT event_date::text, event_name, gender, age, cohort FROM analytics.young_event "
        "ORDER BY event_at",
    ) == [
        ("2024-03-01", "inscription_created", "female", 16, "Juillet 2024"),
        ("2024-03-01", "inscription_completed", "female", 16, "Juillet 2024"),
        ("2024-03-02", "inscription_validated", "female", 16, "Juillet 2024"),
    ]
    assert rows(
        warehouse_url,
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


def test_a_day_run_again_gives_identical_tables(tmp_path, warehouse_url):
    source = write_dump(tmp_path / "d", **ALL)
    run_days(tmp_path, source, warehouse_url, "2024-03-01", "2024-03-02")
    before = contents(warehouse_url)
    run_days(tmp_path, source, warehouse_url, "2024-03-02")
    run_days(tmp_path, source, warehouse_url, "2024-03-01")
    assert contents(warehouse_url) == before


def test_days_alone_and_in_one_range_give_identical_tables(tmp_path, warehouse_url):
    source = write_dump(tmp_path / "d", **ALL)
    run_days(tmp_path, source, warehouse_url, "2024-03-01", "2024-03-02")
    before = contents(warehouse_url)
    with connect(warehouse_url) as connection:
        connection.execute("TRUNCATE analytics.young_event, analytics.daily_figure")
    run_days(tmp_path, source, warehouse_url, "2024-03-02")
    run_days(tmp_path, source, warehouse_url, "2024-03-01")
    assert contents(warehouse_url) == before


def test_an_emptied_source_empties_the_day_and_leaves_the_others(tmp_path, warehouse_url):
    run_days(tmp_path, write_dump(tmp_path / "d", **ALL), warehouse_url, "2024-03-01", "2024-03-02")
    run_days(tmp_path, write_dump(tmp_path / "empty"), warehouse_url, "2024-03-02")
    assert rows(
        warehouse_url, "SELECT event_date::text, count(*) FROM analytics.young_event GROUP BY 1"
    ) == [("2024-03-01", 2)]
    assert rows(
        warehouse_url, "SELECT DISTINCT day::text FROM analytics.daily_figure ORDER BY 1"
    ) == [("2024-03-01",)]
    assert rows(
        warehouse_url,
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
def test_a_day_holds_its_paris_midnights_however_long_it_is(
    tmp_path, warehouse_url, day, first, last
):
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
    run_days(tmp_path, write_dump(tmp_path / "d", young_patches=patches), warehouse_url, day)
    inside = rows(
        warehouse_url,
        "SELECT (event_at AT TIME ZONE 'UTC')::text FROM analytics.young_event ORDER BY 1",
    )
    assert [text for (text,) in inside] == [
        first.replace("T", " ").removesuffix(".000"),
        last.replace("T", " "),
    ]


def test_two_runs_of_one_day_at_once_end_right(tmp_path, warehouse_url):
    source = write_dump(tmp_path / "d", **ALL)
    run_days(tmp_path / "alone", source, warehouse_url, "2024-03-01")
    before = contents(warehouse_url)
    faults: list[BaseException] = []

    def run(name: str) -> None:
        try:
            run_days(tmp_path / name, source, warehouse_url, "2024-03-01")
        except BaseException as fault:
            faults.append(fault)

    both = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert faults == []
    assert contents(warehouse_url) == before


def test_defective_patches_are_quarantined_and_the_rest_goes_on(tmp_path, warehouse_url):
    patches = [
        *HISTORY,
        patch("2024-03-01T10:01", {"op": "move", "path": "/status"}),
        patch("2024-03-01T10:02", {"path": "/status"}),
        patch("2024-03-01T10:03", add("/status", "VALIDATED")) | {"date": None},
        patch("2024-03-01T10:04", add("/status", "VALIDATED")) | {"date": "yesterday"},
        patch("2024-03-01T10:05", add("/status", "VALIDATED")) | {"ref": None},
        patch("2024-03-01T10:06") | {"ops": "status=VALIDATED"},
    ]
    source = write_dump(tmp_path / "d", youngs=YOUNGS, young_patches=patches)
    counts = run_days(tmp_path, source, warehouse_url, "2024-03-01")
    assert rows(
        warehouse_url,
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
    assert len(rows(warehouse_url, "SELECT FROM analytics.young_event")) == 2


def test_a_mended_patch_leaves_the_quarantine(tmp_path, warehouse_url):
    broken = patch("2024-03-01T10:00", {"op": "move", "path": "/status"})
    mended = broken | {"ops": [add("/status", "IN_PROGRESS")]}
    for number, version in enumerate((broken, mended)):
        source = write_dump(tmp_path / str(number), young_patches=[version])
        run_days(tmp_path, source, warehouse_url, "2024-03-01")
    assert rows(warehouse_url, "SELECT FROM analytics.quarantine") == []
    assert len(rows(warehouse_url, "SELECT FROM analytics.young_event")) == 1


@pytest.mark.parametrize(
    ("name", "cohort"),
    [
        ("Stage du 11/03/2024", "Stage du 11/03/2024"),
        ("2024-03-11T10:00", "OTHER"),
        ("stage 5f5f5f5f5f5f5f5f5f5f5f5f5f5f", "OTHER"),
        ("jean.dupont@example.org", "OTHER"),
    ],
)
def test_a_session_of_the_source_is_listed_unless_its_name_may_not_be_written(
    tmp_path, warehouse_url, name, cohort
):
    source = write_dump(
        tmp_path / "d",
        youngs=[document(cohort=name)],
        young_patches=[patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))],
        cohorts=[document(name=name)],
    )
    run_days(tmp_path, source, warehouse_url, "2024-03-01")
    assert rows(warehouse_url, "SELECT cohort FROM analytics.young_event") == [(cohort,)]


def test_a_value_outside_its_vocabulary_is_other_and_counted(tmp_path, warehouse_url):
    patches = [patch("2024-03-01T10:00", replace("/status", "REFUSED", "VALIDATED"))]
    source = open_dump(tmp_path, youngs=[document(gender="Léa")], young_patches=patches)
    context = PipelineContext(CATALOGUE, PSEUDONYMS, Staging(str(tmp_path / "staging")))
    url = f"bson://{tmp_path}/dump"
    run_days(tmp_path, url, warehouse_url, "2024-03-01")
    day = date(2024, 3, 1)
    with connect(warehouse_url) as connection:
        staged = stage_snapshots(context, YOUNG, DayRange(day, day), source, connection)
    assert staged.counts[day]["other"] == 1
    assert staged.unlisted == {"gender": 1}
    assert rows(
        warehouse_url, "SELECT gender, state_after->>'gender' FROM analytics.young_event"
    ) == [("OTHER", "OTHER")]


def test_a_cohort_of_the_cohorts_collection_is_listed(tmp_path, warehouse_url):
    patches = [patch("2024-03-01T10:00", replace("/cohort", "Juin 2023", "Session pilote"))]
    for number, cohorts in enumerate(([{"name": "Session pilote"}], [])):
        source = write_dump(tmp_path / str(number), young_patches=patches, cohorts=cohorts)
        run_days(tmp_path, source, warehouse_url, "2024-03-01")
        values = rows(warehouse_url, "SELECT to_value FROM analytics.young_event")
        assert values == [("Session pilote" if cohorts else "OTHER",)]


def test_another_key_is_refused_and_the_rows_stand(tmp_path, warehouse_url):
    source = write_dump(tmp_path / "d", **ALL)
    run_days(tmp_path, source, warehouse_url, "2024-03-01")
    before = contents(warehouse_url)
    other = Pseudonymiser(b"another key, another fingerprint")
    with pytest.raises(WarehouseError, match="SNU_PSEUDONYM_KEY is not the key of the rows"):
        run_days(tmp_path, source, warehouse_url, "2024-03-01", pseudonyms=other)
    assert contents(warehouse_url) == before


def test_a_missing_upstream_day_names_the_asset_to_run(tmp_path, warehouse_url):
    day = DayRange(date(2024, 3, 1), date(2024, 3, 1))
    context = PipelineContext(CATALOGUE, PSEUDONYMS, Staging(str(tmp_path / "staging")))
    source = open_dump(tmp_path)
    with connect(warehouse_url) as connection:
        with pytest.raises(StagingError, match="materialise young/raw_patches for that day first"):
            stage_snapshots(context, YOUNG, day, source, connection)
        with pytest.raises(StagingError, match="materialise young/user_snapshots"):
            load_events(context, YOUNG, day, connection)
        with pytest.raises(WarehouseError, match="materialise young/anonymized_events"):
            load_figures(YOUNG, day, connection)


def test_snapshots_staged_by_an_older_version_are_told(tmp_path, warehouse_url):
    staging = Staging(str(tmp_path / "staging"))
    day = date(2024, 3, 1)
    staging.write(("young", "user_snapshots"), day, pl.DataFrame({"ref": ["a"]}))
    context = PipelineContext(CATALOGUE, PSEUDONYMS, staging)
    with (
        connect(warehouse_url) as connection,
        pytest.raises(StagingError, match="2024-03-01 is of an older version: materialise young/"),
    ):
        load_events(context, YOUNG, DayRange(day, day), connection)


def test_many_documents_at_once_or_few_give_identical_tables(tmp_path, warehouse_url, monkeypatch):
    source = write_dump(tmp_path / "d", **ALL)
    run_days(tmp_path, source, warehouse_url, "2024-03-01", "2024-03-02")
    before = contents(warehouse_url)
    monkeypatch.setattr("snu_analytics.pipeline.snapshots._DOCUMENTS_AT_ONCE", 1)
    run_days(tmp_path, source, warehouse_url, "2024-03-01", "2024-03-02")
    assert contents(warehouse_url) == before


def test_snapshots_staged_with_another_key_are_told(tmp_path, warehouse_url):
    run_days(tmp_path, write_dump(tmp_path / "d", **ALL), warehouse_url, "2024-03-01")
    day = date(2024, 3, 1)
    other = Pseudonymiser(b"another key, another fingerprint")
    context = PipelineContext(CATALOGUE, other, Staging(str(tmp_path / "staging")))
    with connect(warehouse_url) as connection:
        begin_rotation(connection, other.fingerprint)
        with pytest.raises(
            StagingError, match="2024-03-01 is of another pseudonym key: materialise young/raw"
        ):
            load_events(context, YOUNG, DayRange(day, day), connection)


def test_every_row_tells_its_key(tmp_path, warehouse_url):
    broken = patch("2024-03-01T11:00", {"op": "move", "path": "/status"})
    source = write_dump(tmp_path / "d", youngs=YOUNGS, young_patches=[*HISTORY, broken])
    run_days(tmp_path, source, warehouse_url, "2024-03-01")
    for table in ("young_event", "quarantine", "day_load"):
        assert rows(warehouse_url, f"SELECT DISTINCT key_id FROM analytics.{table}") == [
            (PSEUDONYMS.fingerprint,)
        ]
