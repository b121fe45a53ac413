"""A Dagster instance on PostgreSQL, as the commands open it."""

import os
from pathlib import Path

import pytest

from snu_analytics.orchestration.runs import open_instance, prepare_home
from snu_analytics.settings import ensure_key, export, read_settings
from snu_analytics.warehouse import dagster_url
from snu_analytics_tests.fixtures.histories import write_dump


@pytest.fixture
def instance(tmp_path, monkeypatch, warehouse_url):
    """An instance whose storage is the schema `dagster` of the test's own database."""
    home = Path(os.environ["SNU_HOME"])
    ensure_key(home)
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SNU_DAGSTER_URL", dagster_url(warehouse_url))
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(home / "empty"))
    settings = read_settings()
    for name in ("SNU_STAGING_URL", "SNU_START_DATE", "SNU_PSEUDONYM_KEY_FILE", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")  # so that what is exported is taken back after the test
        monkeypatch.delenv(name)
    export(settings)
    prepare_home(settings)
    with open_instance() as opened:
        yield opened
