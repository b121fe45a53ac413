"""Objectives held against the stocks of literal histories."""

from snu_analytics.figures import load_objectives, load_progress, progress
from snu_analytics.privacy import erase_requested
from snu_analytics_tests.figures.pool.literal import (
    ANNA,
    BORIS,
    CLAIRE,
    OLD,
    answer,
    created,
    day,
    load,
)
from snu_analytics_tests.fixtures.histories import YOUNG
from snu_analytics_tests.fixtures.world import World

GOALS = [
    {"cohort": "Juin 2023", "department": "PARIS", "max": 2},
    {"cohort": "Juin 2023", "department": "77", "max": None},
    {"cohort": "Juin 2023", "department": "Atlantide", "max": 1},
]


def achieved(world: World, number: int) -> list[tuple]:
    with world.connect() as connection:
        frame = progress(connection, day(number)).astype(object)
    chosen = frame[["cohort", "department", "achieved", "achieved_cle", "objective", "missing"]]
    return [tuple(r) for r in chosen.where(chosen.notna(), None).itertuples(index=False)]


def test_objectives_are_held_against_the_stock_the_opening_stock_included(world):
    cle = created("2024-03-01T10:00", CLAIRE, "VALIDATED", cohort="Juin 2023", source="CLE")
    history = [*OLD, cle]
    load(world, 1, 2, young_patches=history)
    world.hold(inscriptiongoals=GOALS, young_patches=history)
    with world.source() as source, world.connect() as connection:
        read = load_objectives(world.context, source, None, connection)
    assert read.problems == (
        "inscriptiongoals, document 3 (cohort Juin 2023, department Atlantide): "
        "the department is not known",
    )
    no_maximum = "the objective has no limit"
    assert achieved(world, 1) == [
        ("Juin 2023", "Paris", 1, 1, 2, None),
        ("Juin 2023", "Seine-et-Marne", 0, 0, None, no_maximum),
    ]
    unknown = "not counted yet: some days since the first partition were never run"
    assert achieved(world, 3) == [
        ("Juin 2023", "Paris", None, None, 2, unknown),
        ("Juin 2023", "Seine-et-Marne", None, None, None, f"{unknown}; {no_maximum}"),
    ]


def test_progress_is_told_by_cohort_region_department_and_year(world):
    goals = [
        {"cohort": "Juin 2024", "department": "Paris", "max": 1},
        {"cohort": "Juin 2024", "department": "Ain", "max": 3},
        {"cohort": "Juillet 2024", "department": "Paris", "max": 4},
        {"cohort": "Juin 2023", "department": "Paris", "max": 4},
    ]
    alone = created("2024-03-01T10:00", ANNA, "VALIDATED", cohort="Juin 2024", source="VOLONTAIRE")
    cle = created("2024-03-01T11:00", BORIS, "VALIDATED", cohort="Juin 2024", source="CLE")
    load(world, 1, young_patches=[alone, cle])
    world.hold(inscriptiongoals=goals)
    with world.source() as source, world.connect() as connection:
        load_objectives(world.context, source, None, connection)
        load_progress(connection)
    nobody = "nobody of this cohort is validated yet"
    assert answer(world, "objectives")[0][1:3] == (2023, "Juin 2023")
    assert answer(world, "objectives")[1:] == [
        (day(1), 2024, "Juillet 2024", 0, 0, 4, 0.0, False, 1, 0, nobody),
        (day(1), 2024, "Juin 2024", 2, 1, 4, 0.5, False, 2, 1, None),
    ]
    assert answer(world, "objectives", "region", where={"region": ["Île-de-France"]})[1:] == [
        (day(1), "Île-de-France", 2024, "Juillet 2024", 0, 0, 4, 0.0, False, 1, 0, nobody),
        (day(1), "Île-de-France", 2024, "Juin 2024", 2, 1, 1, 2.0, True, 1, 1, None),
    ]
    assert answer(world, "objectives", "department", where={"department": ["Paris"]})[1:] == [
        (day(1), "Paris", 2024, "Juillet 2024", 0, 0, 4, 0.0, False, 1, 0, nobody),
        (day(1), "Paris", 2024, "Juin 2024", 2, 1, 1, 2.0, True, 1, 1, None),
    ]
    assert answer(world, "objectives", "year")[1:] == [
        (day(1), 2024, None, 2, 1, 8, 0.25, False, 3, 1, nobody)
    ]
    assert answer(world, "departments_reached") == [(day(1), "Juin 2024", 1)]


def test_progress_is_that_of_the_last_day_counted_whichever_day_ran(world):
    anna = created("2024-03-01T10:00", ANNA, "VALIDATED", cohort="Juin 2024")
    late = created("2024-03-01T11:00", BORIS, "VALIDATED", cohort="Juin 2024")
    world.hold(inscriptiongoals=[{"cohort": "Juin 2024", "department": "75", "max": 2}])
    with world.source() as source, world.connect() as connection:
        load_objectives(world.context, source, None, connection)
    with world.connect() as connection:
        assert load_progress(connection) is None
        load(world, 2, opening=False, young_patches=[anna])
        assert load_progress(connection, day(2)) == day(2)
        missing = answer(world, "objectives")[0][-1]
        assert missing == "not counted yet: some days since the first partition were never run"
        load(world, 1, 2, young_patches=[anna])
        assert load_progress(connection) == day(2)
        assert answer(world, "objectives")[0][:5] == (day(2), 2024, "Juin 2024", 1, 0)
        load(world, 1, opening=False, young_patches=[anna, late])
        load_progress(connection)
        assert answer(world, "objectives")[0][:5] == (day(2), 2024, "Juin 2024", 2, 0)
        erase_requested(world.context, YOUNG, [ANNA], connection)
    assert answer(world, "objectives")[0][:5] == (day(2), 2024, "Juin 2024", 1, 0)


def test_a_file_takes_the_place_of_the_collection(world, tmp_path):
    file = tmp_path / "objectives.csv"
    file.write_text("cohort;department;max\nJuin 2023;Ain;3\n", encoding="utf-8")
    world.hold(inscriptiongoals=GOALS, cohorts=[{"name": "Juin 2023", "objectifLevel": "regional"}])
    with world.source() as source, world.connect() as connection:
        load_objectives(world.context, source, None, connection)
        load_objectives(world.context, source, file, connection)
    held = "SELECT cohort, department, region, year, level, objective FROM analytics.objective"
    assert world.rows(held) == [("Juin 2023", "Ain", "Auvergne-Rhône-Alpes", 2023, "regional", 3)]
