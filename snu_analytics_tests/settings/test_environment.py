from datetime import date

import pytest

from snu_analytics.errors import SettingsError
from snu_analytics.settings import ensure_key, export, read_settings, write_key


def test_every_variable_has_a_default_under_the_home(tmp_path):
    settings = read_settings({"SNU_HOME": str(tmp_path)})
    assert settings.source_url == f"bson://{tmp_path}/demo-source"
    assert settings.warehouse_url == "embedded"
    assert settings.staging_url == f"{tmp_path}/staging"
    assert settings.start_date == date(2021, 6, 18)
    assert settings.staging_days == 14
    assert settings.suppression_threshold == 11


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SNU_START_DATE", "18/06/2021", "SNU_START_DATE is '18/06/2021': write it as YYYY-MM-DD"),
        ("SNU_START_DATE", "2999-01-01", "the first partition must be a past day"),
        ("SNU_STAGING_DAYS", "soon", "SNU_STAGING_DAYS is 'soon'"),
        ("SNU_SUPPRESSION_THRESHOLD", "10", "is '10': it can only be raised"),
        ("SNU_SUPPRESSION_THRESHOLD", "few", "write a whole number of at least 11"),
    ],
)
def test_a_malformed_variable_is_named(variable, value, message):
    with pytest.raises(SettingsError, match=message):
        read_settings({variable: value})


def test_exported_settings_are_what_a_child_process_reads(tmp_path):
    settings = read_settings({"SNU_HOME": str(tmp_path)})
    environ: dict[str, str] = {}
    export(settings, environ)
    assert read_settings(environ) == settings


def test_the_key_comes_from_the_variable(tmp_path):
    settings = read_settings({"SNU_HOME": str(tmp_path), "SNU_PSEUDONYM_KEY": "text"})
    assert (settings.pseudonym_key, settings.key_file) == ("text", None)
    assert settings.key_origin == "SNU_PSEUDONYM_KEY"


def test_the_key_comes_from_the_file_that_a_variable_names(tmp_path):
    file = tmp_path / "secret"
    write_key(file, "text")
    environ = {"SNU_HOME": str(tmp_path), "SNU_PSEUDONYM_KEY_FILE": str(file)}
    settings = read_settings(environ)
    assert (settings.pseudonym_key, settings.key_file) == ("text", file)
    export(settings, environ)
    assert read_settings(environ).pseudonym_key == "text"


def test_the_key_comes_from_the_home_when_no_variable_is_set(tmp_path):
    made = ensure_key(tmp_path)
    settings = read_settings({"SNU_HOME": str(tmp_path)})
    assert (settings.pseudonym_key, settings.key_file) == (made, tmp_path / "pseudonym.key")


def test_a_key_file_that_is_lacking_is_told_when_the_key_is_needed(tmp_path):
    settings = read_settings({"SNU_PSEUDONYM_KEY_FILE": str(tmp_path / "lacking")})
    assert settings.pseudonym_key is None
    assert settings.key_origin == str(tmp_path / "lacking")


def test_a_key_in_both_variables_is_refused():
    with pytest.raises(
        SettingsError, match="SNU_PSEUDONYM_KEY and SNU_PSEUDONYM_KEY_FILE are both set"
    ):
        read_settings({"SNU_PSEUDONYM_KEY": "a", "SNU_PSEUDONYM_KEY_FILE": "/b"})


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    ensure_key(tmp_path)
    (tmp_path / "pseudonym.key").chmod(0o644)
    with pytest.raises(SettingsError, match="can be read by others"):
        read_settings({"SNU_HOME": str(tmp_path)})


def test_no_file_is_looked_at_where_the_variable_holds_the_key(tmp_path):
    ensure_key(tmp_path)
    (tmp_path / "pseudonym.key").chmod(0o644)
    environ = {"SNU_HOME": str(tmp_path), "SNU_PSEUDONYM_KEY": "text"}
    assert read_settings(environ).pseudonym_key == "text"
