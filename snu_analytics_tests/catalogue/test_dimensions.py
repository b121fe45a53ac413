"""Places, cohorts, statuses and figures agree with the catalogue."""

from datetime import date

from snu_analytics.catalogue import (
    cohorts,
    definitions,
    departments,
    load_catalogue,
    regions,
    statuses,
)

CATALOGUE = load_catalogue()


def test_a_region_has_its_insee_code_or_none():
    codes = dict(regions())
    assert len(codes) == 23
    assert (codes["Bretagne"], codes["Guadeloupe"], codes["Etranger"]) == ("53", "01", None)


def test_a_department_has_its_code_region_academy_and_zone():
    by_name = {d.department: d for d in departments()}
    assert len(by_name) == 110
    assert tuple(by_name["Paris"]) == ("Paris", "75", "Île-de-France", "Paris", "C")
    assert tuple(by_name["Ain"]) == ("Ain", "01", "Auvergne-Rhône-Alpes", "Lyon", "A")
    assert by_name["Haute-Corse"].school_zone is None
    assert by_name["Mayotte"].school_zone is None


def test_every_department_of_the_mainland_has_a_zone():
    without = {d.region for d in departments() if not d.school_zone}
    mainland = {d.region for d in departments() if d.school_zone}
    assert len(mainland) == 12
    assert not without & mainland


def test_a_cohort_has_its_kind_year_and_stay_as_far_as_known():
    by_name = {c.cohort: tuple(c) for c in cohorts()}
    assert by_name["Juin 2023"] == ("Juin 2023", "HTS", 2023, date(2023, 6, 11), date(2023, 6, 23))
    assert by_name["2025 CLE Globale"] == ("2025 CLE Globale", "CLE", 2025, None, None)
    assert by_name["à venir"] == ("à venir", None, None, None, None)


def test_every_cohort_is_one_of_the_vocabulary():
    assert [c.cohort for c in cohorts() if not CATALOGUE.lists(c.cohort)] == []


def test_every_status_of_the_vocabularies_has_its_label():
    labelled: dict[tuple[str, str], set[str]] = {}
    for status in statuses():
        labelled.setdefault((status.entity, status.field), set()).add(status.status)
    for entity in CATALOGUE.entities.values():
        for name in {entity.creation.field} | {
            f for f in entity.fields if f.startswith("statusPh")
        }:
            vocabulary = entity.fields[name].vocabulary
            if vocabulary and "status" in vocabulary:
                assert labelled[entity.name, name] == CATALOGUE.vocabularies[vocabulary].values


def test_statuses_stand_in_the_order_of_the_usual_course():
    mine = [s for s in statuses() if (s.entity, s.field) == ("mission", "status")]
    assert [(s.rank, s.status) for s in mine[:2]] == [(1, "DRAFT"), (2, "WAITING_VALIDATION")]
    assert mine[3].label == "Validée"


def test_every_figure_of_the_catalogue_has_its_definition():
    by_name = {(d.phase, d.figure): d.definition for d in definitions()}
    figures = [f for entity in CATALOGUE.entities.values() for f in entity.figures]
    assert list(by_name) == [(f.phase, f.figure) for f in figures]
    assert by_name["mission", "refused"].endswith(": application_refused")
