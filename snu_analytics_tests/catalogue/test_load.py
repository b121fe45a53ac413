import shutil
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from snu_analytics.catalogue import load_catalogue
from snu_analytics.catalogue.load import read_catalogue
from snu_analytics.errors import CatalogueError


@pytest.fixture
def folder(tmp_path) -> Path:
    shutil.copytree(str(files("snu_analytics.catalogue")), tmp_path / "catalogue")
    return tmp_path / "catalogue"


def edit(file: Path, change) -> None:
    content = yaml.safe_load(file.read_text())
    change(content)
    file.write_text(yaml.safe_dump(content))


def test_an_entity_is_read_from_a_file_of_its_name():
    assert set(load_catalogue().entities) == {
        *("young", "application", "mission", "structure", "classe", "mission_equivalence")
    }


def test_what_joins_another_entity_comes_after_it():
    names = list(load_catalogue().entities)
    assert names[-2:] == ["application", "mission_equivalence"]


def test_a_new_file_is_a_new_entity(folder):
    shutil.copy(folder / "young.yaml", folder / "visitor.yaml")
    assert "visitor" in read_catalogue(folder).entities


def test_key_columns_have_the_type_of_their_field():
    catalogue = load_catalogue()
    young, application = catalogue.entities["young"], catalogue.entities["application"]
    assert catalogue.column_type(young, young.columns["age"]) == "smallint"
    assert catalogue.column_type(young, young.columns["rural"]) == "boolean"
    assert catalogue.column_type(application, application.columns["young_id"]) == "uuid"
    assert catalogue.column_type(application, application.columns["age"]) == "smallint"
    assert catalogue.column_type(application, application.columns["status"]) == "text"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda y: y["fields"]["status"].pop("vocabulary"),
            "fields.status: .*names its vocabulary",
        ),
        (
            lambda y: y["fields"]["status"].update(vocabulary="moods"),
            "fields.status: 'moods' is not in vocabularies.yaml",
        ),
        (lambda y: y["fields"]["status"].update(color="red"), "fields.status.color"),
        (
            lambda y: y["events"].append({"field": "shoe", "phase": "x", "event": "y"}),
            "'shoe'.* are used but are not among the fields",
        ),
        (
            lambda y: y["figures"][0].update(counts=[{"event": ["nothing_happened"]}]),
            "figures count .*nothing_happened",
        ),
        (lambda y: y["groups"].update(gender="sex"), "groups use .*sex"),
        (lambda y: y.update(join={"entity": "old", "field": "status"}), "there is no old.yaml"),
        (lambda y: y["fields"]["status"].pop("reason"), "fields.status.reason: Field required"),
        (lambda y: y["fields"]["status"].update(reason=""), "fields.status.reason"),
        (lambda y: y["fields"]["status"].pop("category"), "fields.status.category"),
        (lambda y: y["fields"]["status"].update(category="health"), "fields.status.category"),
        (
            lambda y: y["fields"]["classeId"].update(category="schooling"),
            "fields.classeId: .*an identifier.* is kept as a pseudonym",
        ),
        (
            lambda y: y["dropped"]["health"]["fields"].append("gender"),
            "'gender'.* among the fields and among the dropped",
        ),
        (
            lambda y: y["dropped"]["health"]["fields"].append("firstName"),
            "'firstName'.* are dropped twice",
        ),
        (
            lambda y: y["fields"]["grade"].update(treatment="keep", vocabulary=None),
            "fields.grade: .*only a number or a boolean is kept",
        ),
        (
            lambda y: y["fields"]["domains"].update(treatment="keep", vocabulary=None),
            "fields.domains: .*only a number or a boolean is kept",
        ),
        (
            lambda y: y["fields"]["status"].update(internal=True),
            "'status'.* are internal, and no event or column may show them",
        ),
        (
            lambda y: y["columns"].update(day={"field": "createdAt"}),
            "'createdAt'.* are internal, and no event or column may show them",
        ),
        (
            lambda y: y["columns"]["grade"].update(restricted=True, field="cohort"),
            "'cohort'.* are restricted, and no event or other column may show them",
        ),
        (
            lambda y: y["columns"]["gender"].update(restricted=True),
            "'gender'.* are restricted, and no event or other column may show them",
        ),
        (lambda y: y["dropped"]["health"].update(fields=[]), "dropped.health.fields"),
        (lambda y: y["dropped"]["health"].pop("reason"), "dropped.health.reason"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_by_name(folder, change, message):
    edit(folder / "young.yaml", change)
    with pytest.raises(CatalogueError, match=f"young.yaml.*{message}"):
        read_catalogue(folder)


def test_a_file_that_is_no_yaml_is_refused_by_name(folder):
    (folder / "young.yaml").write_text("{")
    with pytest.raises(CatalogueError, match=r"young\.yaml cannot be read as YAML"):
        read_catalogue(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda v: v["gender"]["values"].append("MALE"),
            "gender: 'male' would lead to both 'MALE' and 'male'",
        ),
        (
            lambda v: v["young_source"].update(aliases={"HTS": "ALONE"}),
            "young_source: 'HTS' leads to 'ALONE', which is no value",
        ),
        (lambda v: v["rank"].update(patterns=["("]), "rank: "),
        (lambda v: v["region"].update(places="town"), "region: 'town'"),
    ],
)
def test_a_vocabulary_that_contradicts_itself_is_refused_by_name(folder, change, message):
    edit(folder / "vocabularies.yaml", change)
    with pytest.raises(CatalogueError, match=f"vocabularies.yaml, {message}"):
        read_catalogue(folder)


def test_of_the_application_s_small_groups_none_is_in_a_state():
    young = load_catalogue().entities["young"]
    assert list(young.membership_columns) == ["classe_id", "etablissement_id", "session_phase1_id"]
    assert not {"classeId", "etablissementId", "sessionPhase1Id"} & set(young.state_fields)


def test_the_dates_of_a_state_are_no_instants_of_a_change():
    dates = {
        entity.name: [n for n, field in entity.state_fields.items() if field.treatment == "date"]
        for entity in load_catalogue().entities.values()
    }
    assert dates == {
        "young": ["departSejourAt"],
        "application": [],
        "mission": ["startAt", "endAt"],
        "structure": [],
        "classe": ["deletedAt"],
        "mission_equivalence": ["startDate", "endDate"],
    }


def test_every_kept_array_is_closed():
    arrays = {
        f"{entity.name}.{name}": field.vocabulary
        for entity in load_catalogue().entities.values()
        for name, field in entity.fields.items()
        if field.type == "array"
    }
    assert arrays == {
        "young.domains": "domain",
        "young.phase2ApplicationStatus": "application_status",
        "young.statusPhase2Contract": "phase2_contract",
        "application.filesType": "file_kind",
        "mission.domains": "domain",
        "mission.period": "mission_period",
        "structure.types": "structure_type",
        "classe.grades": "grade",
    }


def test_a_field_that_is_kept_as_it_is_is_a_number_or_a_boolean():
    types = {
        field.type
        for entity in load_catalogue().entities.values()
        for field in entity.fields.values()
        if field.treatment == "keep"
    }
    assert types == {"number", "boolean"}
