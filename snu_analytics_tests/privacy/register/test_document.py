"""What stands in the register of a catalogue, line by line."""

from importlib.resources import files

import pytest
import yaml

from snu_analytics.catalogue import load_catalogue
from snu_analytics.errors import RegisterError
from snu_analytics.privacy.register import read_processing, register_document
from snu_analytics.settings import read_settings
from snu_analytics_tests.privacy.register.literal import PONY, TABLES, ponies


@pytest.fixture
def text(tmp_path) -> str:
    return register_document(ponies(tmp_path / "catalogue"), read_processing(), TABLES)


@pytest.mark.parametrize(
    "line",
    [
        "| `status` | closed list `mood` | programme | Mood | Moods are counted |",
        "| `foaledAt` | full years of age on the day of the event, never the date | demography "
        "| Age | Age is enough |",
        "| `createdAt` | the day, without the hour | programme | First day | Waiting times |",
        "| `herdId` | keyed pseudonym, of the kind `herd` | identifier | Its herd "
        "| Herds are counted |",
        "| `weight` | the number (kg), of six digits and two decimals at the most | programme "
        "| Weight | Feed is foreseen |",
    ],
)
def test_a_kept_field_stands_with_treatment_category_and_reason(text, line):
    assert line in text.splitlines()


def test_dropped_fields_stand_by_group_with_the_reason(text):
    assert (
        "| identity (identifying) | A name names a pony. | `name`, `owner*` |" in text.splitlines()
    )
    assert "| free text | May tell anything. | `notes` |" in text.splitlines()


def test_kept_and_dropped_fields_are_counted(text):
    row = "| Ponies | `ponies`, `pony_patches` | `analytics.pony_event` | 5 | 3 |"
    assert row in text.splitlines()


def test_columns_are_named_as_quasi_identifiers_or_sensitive(text):
    assert "| `age` | smallint | Full years | quasi-identifier |" in text.splitlines()
    assert "| `status` | text | Mood after the event | sensitive |" in text.splitlines()
    assert "| `analytics.pony_event` | `age` | `status` |" in text.splitlines()


def test_a_column_of_every_event_table_is_listed_once(text):
    assert text.count("| `subject_id` | uuid | Pseudonym of the pony |") == 1


def test_other_tables_are_listed_with_their_columns(text):
    assert "| `published.daily` | Ponies a day | `value` |" in text.splitlines()


def test_closed_lists_stand_with_the_fields_they_close(text):
    assert "| `mood` | 2 values | `pony.status` |" in text.splitlines()


def test_fields_are_counted_by_category(text):
    holds = read_processing().categories["programme"].holds
    assert f"| programme | {holds} | pony 3 |" in text.splitlines()
    assert any(line.startswith("| consent |") and "none" in line for line in text.splitlines())


def test_what_the_controller_has_not_filled_in_is_a_blank(text):
    assert "| Controller (responsable de traitement) | [to be filled in] |" in text.splitlines()


def test_parts_and_sections_are_numbered(text):
    headings = [line for line in text.splitlines() if line.startswith(("# ", "## "))]
    assert headings == [
        "# Record of processing and inputs of the impact assessment",
        "## 1. Record of the processing activity (registre des activités de traitement)",
        "## 2. Inventory of the fields (inventaire des données)",
        "## 3. Inputs of the impact assessment (analyse d'impact, AIPD)",
    ]
    assert "### 2.1 Ponies (pony)" in text.splitlines()


def test_every_kept_field_of_the_real_catalogue_is_in_the_inventory():
    text = register_document(load_catalogue(), read_processing(), [])
    for entity in load_catalogue().entities.values():
        for name, field in entity.fields.items():
            cells = (f"| `{name}` | ", f" | {field.category} | {field.description} | ")
            assert any(
                line.startswith(cells[0]) and cells[1] in line for line in text.splitlines()
            ), name


def test_a_default_that_the_register_names_is_that_of_the_settings():
    (staging,) = [r for r in read_processing().retention if "SNU_STAGING_DAYS" in r.period]
    assert staging.period.startswith(f"{read_settings().staging_days} days, ")
    (rows,) = [r for r in read_processing().retention if "SNU_RETENTION_YEARS" in r.period]
    assert rows.period.startswith(f"{read_settings().retention_years} years, ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.pop("purposes"), "purposes: Field required"),
        (lambda p: p.update(colour="red"), "colour: "),
        (lambda p: p["measures"][0].pop("proof"), r"measures\.0\.proof: Field required"),
        (lambda p: p["categories"].pop("consent"), r"the categories \['consent'\] are lacking"),
    ],
)
def test_facts_that_are_incomplete_are_refused_by_name(tmp_path, change, message):
    content = yaml.safe_load(
        (files("snu_analytics.privacy.register") / "processing.yaml").read_text()
    )
    change(content)
    (tmp_path / "processing.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(RegisterError, match=f"processing.yaml, .*{message}"):
        read_processing(tmp_path)


def test_text_of_the_catalogue_is_no_markup(tmp_path):
    pony = PONY.replace("May tell anything.", "May hold <b> or a|b.")
    text = register_document(ponies(tmp_path / "catalogue", pony), read_processing(), [])
    assert r"| free text | May hold &lt;b> or a\|b. | `notes` |" in text.splitlines()
