"""Achieved against objective, by department, region and year."""

import polars as pl

from snu_analytics.figures.objectives import ACHIEVED, OBJECTIVES, annual, progress

ILE, ARA = "Île-de-France", "Auvergne-Rhône-Alpes"


def goal(department, objective, cohort="Juin 2023", region=ILE, level="departemental", year=2023):
    return cohort, department, region, None, year, level, objective


def validated(department, count, cohort="Juin 2023", region=ILE, source="VOLONTAIRE"):
    return cohort, region, department, source, count


def progressed(goals, achieved, *columns):
    frame = progress(
        pl.DataFrame(goals, OBJECTIVES, orient="row"),
        None if achieved is None else pl.DataFrame(achieved, ACHIEVED, orient="row"),
    )
    chosen = frame[["department", *columns]].astype(object)
    return [tuple(row) for row in chosen.where(chosen.notna(), None).itertuples(index=False)]


def test_class_youngs_are_counted_and_shown_apart():
    achieved = [validated("Paris", 3), validated("Paris", 2, source="CLE")]
    assert progressed(
        [goal("Paris", 10)], achieved, "achieved", "achieved_cle", "objective", "rate"
    ) == [("Paris", 5, 2, 10, 0.5)]


def test_a_region_sums_its_departments_and_only_their_maxima():
    goals = [goal("Essonne", 10), goal("Paris", None), goal("Ain", 8, region=ARA)]
    achieved = [validated("Essonne", 4), validated("Paris", 6), validated("Yvelines", 2)]
    columns = ("region_achieved", "region_objective", "region_rate")
    assert progressed(goals, achieved, *columns) == [
        ("Ain", 0, 8, 0.0),
        ("Essonne", 12, 10, 1.2),
        ("Paris", 12, 10, 1.2),
        ("Yvelines", 12, 10, 1.2),
    ]


def test_a_cohort_by_department_is_reached_where_the_department_or_its_region_is():
    goals = [goal("Essonne", 2), goal("Paris", 8), goal("Ain", 4, region=ARA)]
    achieved = [
        validated("Essonne", 4),
        validated("Paris", 6),
        validated("Ain", 3, region=ARA),
    ]
    assert progressed(goals, achieved, "rate", "reached") == [
        ("Ain", 0.75, False),
        ("Essonne", 2.0, True),
        ("Paris", 0.75, True),
    ]


def test_a_cohort_by_region_is_reached_by_the_region_alone():
    goals = [goal("Essonne", 2, level="regional"), goal("Paris", 9, level="regional")]
    achieved = [validated("Essonne", 4), validated("Paris", 6)]
    assert progressed(goals, achieved, "rate", "region_rate", "reached") == [
        ("Essonne", 2.0, 10 / 11, False),
        ("Paris", 6 / 9, 10 / 11, False),
    ]


def test_without_a_maximum_nothing_is_reached_or_not():
    assert progressed(
        [goal("Paris", None)], [validated("Paris", 6)], "rate", "reached", "missing"
    ) == [("Paris", None, None, "the objective has no limit")]


def test_the_figure_says_what_is_missing_and_the_rest_stands():
    goals = [goal("Paris", 10), goal("Ain", 4, cohort="Juin 2024", region=ARA, year=2024)]
    achieved = [
        validated("Paris", 5),
        validated("Essonne", 1),
        validated("Paris", 2, cohort="Juin 2022"),
        validated("Paris", 1, cohort=None),
    ]
    assert progressed(goals, achieved, "cohort", "year", "achieved", "rate", "missing") == [
        ("Paris", "Juin 2022", 2022, 2, None, "no objective was set for this cohort"),
        ("Essonne", "Juin 2023", 2023, 1, None, "no objective was set for this department"),
        ("Paris", "Juin 2023", 2023, 5, 0.5, None),
        ("Ain", "Juin 2024", 2024, 0, 0.0, "nobody of this cohort is validated yet"),
        ("Paris", None, None, 1, None, "young people without a cohort"),
    ]


def test_an_objective_of_0_has_no_rate():
    assert progressed([goal("Paris", 0)], [validated("Paris", 1)], "rate", "missing") == [
        ("Paris", None, "the objective is zero")
    ]


def test_without_known_stocks_only_the_objectives_are_told():
    columns = ("achieved", "objective", "rate", "reached", "missing")
    assert progressed([goal("Paris", 10)], None, *columns) == [
        (
            *("Paris", None, 10, None, None),
            "not counted yet: some days since the first partition were never run",
        )
    ]


def test_a_year_is_the_sum_of_its_cohorts():
    goals = [
        goal("Paris", 10),
        goal("Essonne", 5),
        goal("Paris", 20, cohort="Juillet 2023"),
        goal("Paris", 7, cohort="Juin 2024", year=2024),
    ]
    achieved = [
        validated("Paris", 5),
        validated("Paris", 4, cohort="Juillet 2023", source="CLE"),
        validated("Paris", 1, cohort="CLE 22-23", source="CLE"),
    ]
    frame = progress(
        pl.DataFrame(goals, OBJECTIVES, orient="row"),
        pl.DataFrame(achieved, ACHIEVED, orient="row"),
    )
    years = annual(frame).astype(object)
    assert [tuple(r) for r in years.where(years.notna(), None).itertuples(index=False)] == [
        (*(2023, 10, 5, 35, 10 / 35), "1 of the year's 3 cohorts have no objective with a limit"),
        (2024, 0, 0, 7, 0.0, None),
    ]


def test_without_anything_there_is_no_row():
    assert progressed([], [], "missing") == []
