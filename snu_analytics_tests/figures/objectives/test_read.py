"""Objectives as they are given, and what is said of a row that cannot be read."""

from snu_analytics.figures.objectives import (
    CohortFacts,
    GivenObjective,
    cohort_facts,
    from_records,
    read_objectives,
)
from snu_analytics_tests.fixtures.histories import CATALOGUE

COHORTS = {"Juillet 2023": CohortFacts("departemental", 2023)}


def read(*given: GivenObjective, facts=None):
    return read_objectives(given, facts or COHORTS, CATALOGUE.vocabularies)


def given(cohort="Juillet 2023", department="Paris", maximum=10, **more) -> GivenObjective:
    return GivenObjective("line 2", cohort, department, maximum, **more)


def test_an_objective_has_the_region_and_academy_of_its_department():
    assert read(given()).frame.rows() == [
        ("Juillet 2023", "Paris", "Île-de-France", "Paris", 2023, "departemental", 10)
    ]


def test_codes_and_capitals_become_the_departments_name():
    objectives = read(given(department="01"), given(department="COTE D'OR"), given(department="2A"))
    assert objectives.frame["department"].to_list() == ["Ain", "Côte-d'Or", "Corse-du-Sud"]
    assert objectives.problems == ()


def test_an_objective_without_a_cohort_is_of_2021():
    assert read(given(cohort=None)).frame.row(0, named=True) == {
        "cohort": "2021",
        "department": "Paris",
        "region": "Île-de-France",
        "academy": "Paris",
        "year": 2021,
        "level": "departemental",
        "objective": 10,
    }


def test_no_max_is_an_objective_without_limit():
    objectives = read(given(maximum=None), given(department="Ain", maximum=" "))
    assert (objectives.frame["objective"].to_list(), objectives.problems) == ([None, None], ())


def test_a_max_is_a_whole_number_of_people():
    objectives = read(
        given(maximum="12.0"),
        given(department="Ain", maximum=-1),
        given(department="Ain", maximum="many"),
        given(department="Ain", maximum=1.5),
        given(department="Ain", maximum=True),
        given(department="Ain", maximum="1e12"),
        given(department="Ain", maximum="nan"),
    )
    assert objectives.frame.select("department", "objective").rows() == [("Paris", 12)]
    assert (
        objectives.problems
        == (
            "line 2 (cohort Juillet 2023, department Ain): its max is not a whole number of people",
        )
        * 6
    )


def test_unknown_cohorts_and_departments_are_told_and_the_rest_stands():
    objectives = read(
        given(cohort="Pâques 1988"),
        given(department="Atlantide"),
        given(department=None),
        given(department="Ain"),
    )
    assert objectives.frame["department"].to_list() == ["Ain"]
    assert objectives.problems == (
        "line 2 (cohort Pâques 1988, department Paris): the cohort is not known",
        "line 2 (cohort Juillet 2023, department Atlantide): the department is not known",
        "line 2 (cohort Juillet 2023, department None): there is no department",
    )


def test_of_two_objectives_for_one_department_the_first_stands():
    objectives = read(given(maximum=10), given(department="75", maximum=20))
    assert objectives.frame["objective"].to_list() == [10]
    assert objectives.problems == (
        "line 2 (cohort Juillet 2023, department 75): a second objective, the first one stands",
    )


def test_a_region_that_is_not_the_departments_is_told():
    objectives = read(given(region="BRETAGNE", academy="PARIS"))
    assert objectives.frame["region"].to_list() == ["Île-de-France"]
    assert objectives.problems == (
        "line 2 (cohort Juillet 2023, department Paris): its region is Île-de-France, not BRETAGNE",
    )


def test_a_document_is_named_by_its_place_in_the_collection():
    objectives = read(
        *from_records([{"cohort": "Juillet 2023", "department": "Nulle part", "max": 1}])
    )
    assert objectives.problems == (
        "inscriptiongoals, document 1 (cohort Juillet 2023, department Nulle part): "
        "the department is not known",
    )


def test_level_and_year_are_told_by_the_cohorts_collection():
    facts = cohort_facts(
        [
            {"name": "2024 CLE 06 - Novembre", "dateStart": "2023-11-18T00:00:00.000Z"},
            {"name": "CLE 23-24", "objectifLevel": "regional"},
            {"name": "Pilote", "objectifLevel": "planetary", "dateStart": "2019-06-16T00:00:00Z"},
            {"name": "à venir", "dateStart": None},
            {"name": None},
        ]
    )
    assert facts == {
        "2024 CLE 06 - Novembre": CohortFacts("departemental", 2024),
        "CLE 23-24": CohortFacts("regional", 2024),
        "Pilote": CohortFacts("departemental", 2019),
        "à venir": CohortFacts("departemental", None),
    }


def test_a_cohort_of_the_collection_is_known_whatever_its_name():
    objectives = read(given(cohort="Pilote"), facts={"Pilote": CohortFacts("regional", 2019)})
    assert objectives.frame.select("year", "level").rows() == [(2019, "regional")]


def test_without_objectives_there_are_none():
    objectives = read()
    assert (len(objectives.frame), objectives.problems) == (0, ())
