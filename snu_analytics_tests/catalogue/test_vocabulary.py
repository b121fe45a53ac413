import pytest

from snu_analytics.catalogue import load_catalogue

VOCABULARIES = load_catalogue().vocabularies


@pytest.mark.parametrize(
    ("vocabulary", "text", "canonical"),
    [
        ("department", "Côte-d'Or", "Côte-d'Or"),
        ("department", "COTE D'OR", "Côte-d'Or"),
        ("department", "21", "Côte-d'Or"),
        ("department", "2A", "Corse-du-Sud"),
        ("department", "01", "Ain"),
        ("department", "974", "La Réunion"),
        ("department", "Narnia", None),
        ("region", "ILE DE FRANCE", "Île-de-France"),
        ("region", "Bretagne", "Bretagne"),
        ("academy", "ORLEANS-TOURS", "Orléans-Tours"),
        ("academy", "Corse", "Corse"),
        ("gender", "female", "female"),
        ("gender", "Female", None),
    ],
)
def test_a_spelling_leads_to_the_listed_name(vocabulary, text, canonical):
    assert VOCABULARIES[vocabulary].canonical(text) == canonical


@pytest.mark.parametrize(
    "cohort",
    [
        "2019",
        "Février 2022",
        "Toussaint 2024",
        "Février 2023 - C",
        "CLE 23-24",
        "CLE mars 2024 1",
        "CLE mai 2024",
        "CLE GE1 2024",
        "2024 CLE 06 - Novembre",
        "2025 CLE 03 Fevrier",
        "2025 CLE Globale",
        "2025 HTS 04 - Juillet",
        "à venir",
    ],
)
def test_every_known_form_of_a_cohort_is_listed(cohort):
    assert VOCABULARIES["cohort"].canonical(cohort) == cohort


def test_a_cohort_of_the_collection_is_listed():
    assert VOCABULARIES["cohort"].canonical("Session pilote") is None
    extended = VOCABULARIES["cohort"].extended({"Session pilote"})
    assert extended.canonical("Session pilote") == "Session pilote"


def test_there_are_101_departments_and_the_overseas_ones_with_the_regions_of_metropolitan_france():
    assert len(VOCABULARIES["region"].values) == 23
    assert {"Paris", "Mayotte", "Wallis-et-Futuna"} <= VOCABULARIES["department"].values
