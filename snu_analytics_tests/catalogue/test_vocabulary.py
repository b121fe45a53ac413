"""Which texts stand for a listed value, and which for none."""

import pytest

from snu_analytics.catalogue import Vocabulary, load_catalogue
from snu_analytics.errors import CatalogueError

CATALOGUE = load_catalogue()
VOCABULARIES = CATALOGUE.vocabularies


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_listed_value_is_its_own_canonical_value(name):
    vocabulary = VOCABULARIES[name]
    assert {value: vocabulary.canonical(value) for value in vocabulary.values} == {
        value: value for value in vocabulary.values
    }


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_listed_value_is_known_in_capitals_between_blanks(name):
    vocabulary = VOCABULARIES[name]
    shouted = {value: f"  {value.upper()}\t" for value in vocabulary.values}
    assert {value: vocabulary.canonical(text) for value, text in shouted.items()} == {
        value: value for value in vocabulary.values
    }


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_further_name_leads_to_a_listed_value(name):
    vocabulary = VOCABULARIES[name]
    assert {*vocabulary.aliases.values(), *vocabulary.codes.values()} <= vocabulary.values


@pytest.mark.parametrize(
    ("vocabulary", "text", "canonical"),
    [
        ("department", "Côte-d'Or", "Côte-d'Or"),
        ("department", "COTE D'OR", "Côte-d'Or"),
        ("department", "COTE D OR", "Côte-d'Or"),
        ("department", "Côte d’Or", "Côte-d'Or"),
        ("department", "Cote_d_Or.", "Côte-d'Or"),
        ("department", "Co\u0302te-d'Or", "Côte-d'Or"),
        ("department", "Co\u200bte\u00add'Or", "Côte-d'Or"),
        ("department", "Val\u2011d\u2019Oise", "Val-d'Oise"),
        ("department", "Val\u00a0d'Oise\n", "Val-d'Oise"),
        ("department", "Ｐａｒｉｓ", "Paris"),
        ("department", "P\u0430ris", "Paris"),
        ("department", "P\u03b1ris", "Paris"),
        ("department", "(Paris)", "Paris"),
        ("department", "«\u00a0Paris\u00a0»", "Paris"),
        ("department", "territoire-de-belfort", "Territoire de Belfort"),
        ("department", "Réunion", "La Réunion"),
        ("department", "Côtes du Nord", "Côtes-d'Armor"),
        ("department", "Seine St Denis", "Seine-Saint-Denis"),
        ("department", "Etranger", "Etranger"),
        ("department", "Corse", "Corse"),
        ("region", "ILE DE FRANCE", "Île-de-France"),
        ("region", "\u0412retagne", "Bretagne"),
        ("region", "BRETAGN\u0415", "Bretagne"),
        ("region", "PROVENCE ALPES COTE D AZUR", "Provence-Alpes-Côte d'Azur"),
        ("region", "Centre/Val de Loire", "Centre-Val de Loire"),
        ("region", "Étranger", "Etranger"),
        ("academy", "ORLEANS-TOURS", "Orléans-Tours"),
        ("academy", "Corse", "Corse"),
        ("academy", "AIX–MARSEILLE", "Aix-Marseille"),
        ("academy", "Rouen", "Normandie"),
        ("gender", "Female", "female"),
        ("gender", " MALE", "male"),
        ("boolean", "True", "true"),
        ("boolean", "FALSE", "false"),
        ("young_status", "waiting validation", "WAITING_VALIDATION"),
        ("young_status", "Waiting-Validation", "WAITING_VALIDATION"),
        ("young_source", "hts", "VOLONTAIRE"),
        ("grade", "2NDEGT", "2ndeGT"),
        ("grade", "TERM GT", "TermGT"),
        ("population_density", "Très peu dense", "TRES PEU DENSE"),
        ("filiere", "generale et technologique", "Générale et technologique"),
        ("structure_type", "Service de l’État", "Service de l'Etat"),
        ("structure_subtype", "LYCEE", "Lycée"),
        ("equivalence_type", "certification union nationale du sport scolaire UNSS",
         "Certification Union Nationale du Sport scolaire (UNSS)"),
        ("equivalence_subtype", "Jeunes coachs/capitaines", "Jeunes coachs / capitaines"),
        ("file_kind", "JUSTIFICATIFSFILES", "justificatifsFiles"),
        ("withdrawn_reason", "non confirmation", "non-confirmation"),
        ("withdrawn_reason", "Perte d’intérêt pour le SNU", "no_interest"),
        ("cohort_change_reason", "L’affectation ne convient pas", "bad_affectation"),
        ("cohort", "JUIN 2023", "Juin 2023"),
        ("cohort", "fevrier 2023 C", "Février 2023 - C"),
        ("cohort", "Février 2023 – C", "Février 2023 - C"),
        ("cohort", "cle 23/24", "CLE 23-24"),
        ("cohort", "A VENIR", "à venir"),
        ("school_year", " 2024–2025", "2024-2025"),
    ],
)  # fmt: skip
def test_a_misspelling_leads_to_the_listed_value(vocabulary, text, canonical):
    assert VOCABULARIES[vocabulary].canonical(text) == canonical


@pytest.mark.parametrize(
    ("vocabulary", "text"),
    [
        ("region", "Breizh"),
        ("region", "Bretagne 🌊"),
        ("region", "Bretagne!"),
        ("region", "Bretagne Occitanie"),
        ("region", "0612345678"),
        ("region", "Narnia"),
        ("region", ""),
        ("region", "-"),
        ("department", "Narnia"),
        ("department", "Ile et Vilaine"),
        ("department", "0612345678"),
        ("department", "35000"),
        ("department", "96"),
        ("department", "3.5"),
        ("department", "3 5"),
        ("department", "-35"),
        ("department", "Paris@Paris"),
        ("academy", "35"),
        ("gender", "male female"),
        ("gender", "f"),
        ("boolean", "1"),
        ("rank", "0"),
        ("rank", "100"),
        ("rank", "1.5"),
        ("rank", "٣"),
        ("cohort", "20٢٤"),
        ("cohort", "2007"),
        ("cohort", "Mai 2007"),
        ("cohort", "CLE mai 2007"),
        ("school_year", "2007-2008"),
        ("cohort", "Juin 2023 ou Juillet 2023"),
        ("grade", "2nde GT Pro"),
        ("structure_type", "Association de Camille Martin"),
    ],
)
def test_a_text_that_is_not_plainly_a_value_leads_to_none(vocabulary, text):
    assert VOCABULARIES[vocabulary].canonical(text) is None


@pytest.mark.parametrize(
    ("code", "department"),
    [
        ("35", "Ille-et-Vilaine"),
        (" 35 ", "Ille-et-Vilaine"),
        ("３５", "Ille-et-Vilaine"),
        ("01", "Ain"),
        ("1", "Ain"),
        ("2A", "Corse-du-Sud"),
        ("2a", "Corse-du-Sud"),
        ("02B", "Haute-Corse"),
        ("20", "Corse"),
        ("974", "La Réunion"),
        ("Ille-et-Vilaine (35)", "Ille-et-Vilaine"),
        ("35 - Ille-et-Vilaine", "Ille-et-Vilaine"),
    ],
)
def test_a_department_is_known_by_its_code(code, department):
    assert VOCABULARIES["department"].canonical(code) == department


@pytest.mark.parametrize(
    ("code", "region"),
    [("53", "Bretagne"), ("93", "Provence-Alpes-Côte d'Azur"), ("01", "Guadeloupe"), ("1", None)],
)
def test_a_region_is_known_by_its_insee_code(code, region):
    assert VOCABULARIES["region"].canonical(code) == region


@pytest.mark.parametrize(
    ("former", "region"),
    [
        ("Alsace", "Grand Est"),
        ("Lorraine", "Grand Est"),
        ("Champagne-Ardenne", "Grand Est"),
        ("Aquitaine", "Nouvelle-Aquitaine"),
        ("Limousin", "Nouvelle-Aquitaine"),
        ("Poitou-Charentes", "Nouvelle-Aquitaine"),
        ("Auvergne", "Auvergne-Rhône-Alpes"),
        ("RHONE ALPES", "Auvergne-Rhône-Alpes"),
        ("Bourgogne", "Bourgogne-Franche-Comté"),
        ("Franche-Comté", "Bourgogne-Franche-Comté"),
        ("Centre", "Centre-Val de Loire"),
        ("Languedoc-Roussillon", "Occitanie"),
        ("Midi-Pyrénées", "Occitanie"),
        ("Nord-Pas-de-Calais", "Hauts-de-France"),
        ("Picardie", "Hauts-de-France"),
        ("Basse-Normandie", "Normandie"),
        ("Haute-Normandie", "Normandie"),
        ("PACA", "Provence-Alpes-Côte d'Azur"),
        ("Wallis-et-Futuna", "Nouvelle-Calédonie"),
    ],
)
def test_a_former_region_is_part_of_the_one_of_today(former, region):
    assert VOCABULARIES["region"].canonical(former) == region


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
        "2025 HTS 02 - Mai La Réunion",
        "Octobre 2023 - NC",
        "à venir",
        "Juillet 2027",
        "CLE avril 2026",
    ],
)
def test_every_known_form_of_a_cohort_is_listed(cohort):
    assert VOCABULARIES["cohort"].canonical(cohort) == cohort


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  Juillet   2027 ", "Juillet 2027"),
        ("Fe\u0301vrier 2027", "Février 2027"),
        ("2027 HTS 01 – Juillet", "2027 HTS 01 - Juillet"),
        ("CLE 26\u201127", "CLE 26-27"),
        ("juillet 2027", None),
    ],
)
def test_a_name_of_a_known_form_is_taken_in_its_plain_spelling(text, canonical):
    assert VOCABULARIES["cohort"].canonical(text) == canonical


def test_a_cohort_of_the_collection_is_listed():
    assert VOCABULARIES["cohort"].canonical("Session pilote") is None
    extended = VOCABULARIES["cohort"].extended({"Session pilote"})
    assert extended.canonical("Session pilote") == "Session pilote"


def test_a_cohort_of_the_collection_is_known_by_its_misspellings():
    extended = VOCABULARIES["cohort"].extended({"Session pilote"})
    assert extended.canonical("SESSION  PILOTE") == "Session pilote"


def test_of_two_cohorts_spelled_alike_each_is_known_by_its_exact_spelling_alone():
    extended = VOCABULARIES["cohort"].extended({"Session pilote", "SESSION PILOTE"})
    assert extended.canonical("Session pilote") == "Session pilote"
    assert extended.canonical("SESSION PILOTE") == "SESSION PILOTE"
    assert extended.canonical("session pilote") is None


def test_a_cohort_of_the_collection_takes_no_spelling_of_a_listed_one():
    extended = VOCABULARIES["cohort"].extended({"JUIN 2023"})
    assert extended.canonical("JUIN 2023") == "JUIN 2023"
    assert extended.canonical("juin 2023") == "Juin 2023"


def test_two_values_spelled_alike_are_refused():
    with pytest.raises(
        CatalogueError, match="moods: 'tres-gai' would lead to both 'Très gai' and 'tres-gai'"
    ):
        Vocabulary.listing("moods", ["Très gai", "tres-gai"])


def test_a_further_name_that_leads_to_two_values_is_refused():
    with pytest.raises(CatalogueError, match="moods: 'GAI' would lead to both 'Gai' and 'Triste'"):
        Vocabulary.listing("moods", ["Gai", "Triste"], spellings=[("GAI", "Triste")])


def test_a_code_that_leads_to_two_values_is_refused():
    with pytest.raises(CatalogueError, match="moods: '1' would lead to both 'Gai' and 'Triste'"):
        Vocabulary.listing("moods", ["Gai", "Triste"], codes=[("1", "Gai"), ("1", "Triste")])


def test_a_further_name_of_no_value_is_refused():
    with pytest.raises(CatalogueError, match="moods: 'Joyeux' leads to 'Gay', which is no value"):
        Vocabulary.listing("moods", ["Gai"], spellings=[("Joyeux", "Gay")])


def test_regions_academies_and_departments_are_those_of_the_application():
    assert len(VOCABULARIES["region"].values) == 24  # Outre-mer beside those of places.yaml
    assert len(VOCABULARIES["academy"].values) == 35
    assert len(VOCABULARIES["department"].values) == 110
    assert {"Paris", "Mayotte", "Wallis-et-Futuna"} <= VOCABULARIES["department"].values


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("VALIDATED", True),
        ("Bretagne", True),
        ("Juillet 2027", True),
        ("inscription_validated", True),
        ("OTHER", True),
        ("bretagne", False),
        ("Camille", False),
    ],
)
def test_words_of_the_catalogue_are_listed_in_their_own_spelling(text, listed):
    assert CATALOGUE.lists(text) is listed
