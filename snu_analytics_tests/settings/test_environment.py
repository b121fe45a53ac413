import os
from datetime import date
from pathlib import Path

import pytest

from snu_analytics.errors import SettingsError
from snu_analytics.settings import ensure_key, export, new_key, read_settings, write_key


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """SNU_HOME, in an environment of the test's own, which `export` may write to."""
    monkeypatch.setattr(os, "environ", {"SNU_HOME": str(tmp_path)})
    return tmp_path


def test_every_variable_has_a_default_under_the_home(home):
    settings = read_settings()
    assert settings.source_url == f"bson://{home}/demo-source"
    assert settings.warehouse_url == "embedded"
    assert settings.staging_url == f"{home}/staging"
    assert settings.start_date == date(2021, 6, 18)
    assert settings.staging_days == 14
    assert settings.retention_years == 6
    assert settings.suppression_threshold == 11
    assert settings.objectives is None
    assert settings.dagster_url is None


def test_an_empty_variable_is_an_absent_one():
    os.environ |= {"SNU_START_DATE": "", "SNU_STAGING_DAYS": "", "SNU_PSEUDONYM_KEY": ""}
    assert read_settings().start_date == date(2021, 6, 18)
    assert read_settings().pseudonym_key is None


def test_a_folder_is_made_absolute():
    os.environ["SNU_HOME"] = "~/data"
    assert read_settings().home == Path.home() / "data"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SNU_START_DATE", "18/06/2021", "SNU_START_DATE is '18/06/2021': write it as YYYY-MM-DD"),
        ("SNU_START_DATE", "2999-01-01", "the first partition must be a past day"),
        ("SNU_STAGING_DAYS", "soon", "SNU_STAGING_DAYS is 'soon': write a number of days"),
        ("SNU_RETENTION_YEARS", "0", "SNU_RETENTION_YEARS is '0': write a number of years"),
        ("SNU_SUPPRESSION_THRESHOLD", "10", "is '10': it can only be raised"),
        ("SNU_SUPPRESSION_THRESHOLD", "few", "write a whole number of at least 11"),
    ],
)
def test_a_malformed_variable_is_named_in_one_sentence(variable, value, message):
    os.environ[variable] = value
    with pytest.raises(SettingsError, match=message) as raised:
        read_settings()
    assert "\n" not in str(raised.value)


def test_exported_settings_are_what_a_child_process_reads():
    settings = read_settings()
    export(settings)
    assert os.environ["SNU_STAGING_URL"] == settings.staging_url
    assert read_settings() == settings


def test_the_key_comes_from_the_variable_and_is_left_to_be_inherited():
    os.environ["SNU_PSEUDONYM_KEY"] = text = new_key()
    settings = read_settings()
    assert settings.key_text() == text
    assert len(settings.key()) == 32
    assert settings.key_origin == "SNU_PSEUDONYM_KEY"
    export(settings)
    assert "SNU_PSEUDONYM_KEY_FILE" not in os.environ
    assert read_settings() == settings


def test_a_key_in_the_variable_is_not_shown_with_the_settings():
    os.environ["SNU_PSEUDONYM_KEY"] = text = new_key()
    assert text not in repr(read_settings())


@pytest.mark.parametrize("name", ["SOURCE", "WAREHOUSE", "STAGING", "DAGSTER"])
def test_the_password_of_an_address_is_not_shown_with_the_settings(name):
    os.environ[f"SNU_{name}_URL"] = "postgresql://loader:hunter2@db/snu"
    assert "hunter2" not in repr(read_settings())


def test_the_key_comes_from_the_file_that_a_variable_names(home):
    write_key(home / "secret", text := new_key())
    os.environ["SNU_PSEUDONYM_KEY_FILE"] = str(home / "secret")
    settings = read_settings()
    assert (settings.key_text(), settings.key_origin) == (text, str(home / "secret"))


def test_the_key_comes_from_the_home_when_no_variable_is_set(home):
    text = ensure_key(home)
    assert read_settings().key_text() == text
    assert read_settings().key_file == home / "pseudonym.key"


def test_no_key_is_exported_but_the_path_of_its_file(home):
    text = ensure_key(home)
    export(read_settings())
    assert os.environ["SNU_PSEUDONYM_KEY_FILE"] == str(home / "pseudonym.key")
    assert text not in os.environ.values()


def test_a_key_file_that_is_lacking_is_named_when_the_key_is_needed(home):
    os.environ["SNU_PSEUDONYM_KEY_FILE"] = str(home / "lacking")
    settings = read_settings()
    with pytest.raises(SettingsError, match=f"{home}/lacking does not exist: make one with"):
        settings.key()


def test_a_key_in_both_variables_is_refused():
    os.environ |= {"SNU_PSEUDONYM_KEY": "a", "SNU_PSEUDONYM_KEY_FILE": "/b"}
    with pytest.raises(
        SettingsError, match="SNU_PSEUDONYM_KEY and SNU_PSEUDONYM_KEY_FILE are both set"
    ):
        read_settings()


def test_a_key_file_that_others_can_read_is_refused_when_the_key_is_needed(home):
    ensure_key(home)
    (home / "pseudonym.key").chmod(0o644)
    settings = read_settings()
    with pytest.raises(SettingsError, match="can be read by others"):
        settings.key()


def test_no_file_is_read_where_the_variable_holds_the_key(home):
    ensure_key(home)
    (home / "pseudonym.key").chmod(0o644)
    os.environ["SNU_PSEUDONYM_KEY"] = text = new_key()
    assert read_settings().key_text() == text


def test_what_systemd_hands_over_as_files_is_read_by_its_name(home):
    credentials = home / "credentials"
    credentials.mkdir()
    (credentials / "snu_source_url").write_text("mongodb://reader:secret@host/db\n")
    (credentials / "snu_pseudonym_key").write_text(new_key() + "\n")
    (credentials / "pgpass").write_text("host:5432:snu:snu_loader:secret\n")
    os.environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    settings = read_settings()
    assert settings.source_url == "mongodb://reader:secret@host/db"
    assert len(settings.key()) == 32


def test_the_first_partition_of_the_demo_is_the_first_day_of_its_history(home):
    settings = read_settings()
    settings.demo_source.mkdir(parents=True)
    settings.demo_start.write_text("2025-10-01\n")
    assert read_settings().start_date == date(2025, 10, 1)
    os.environ["SNU_SOURCE_URL"] = "bson:///elsewhere"
    assert read_settings().start_date == date(2021, 6, 18)
