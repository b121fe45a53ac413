"""A Dagster instance on PostgreSQL, as the commands open it, and the definitions of a source."""

import os
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from snu_analytics.definitions import build_defs
from snu_analytics.orchestration.resources import SourceResource
from snu_analytics.orchestration.runs import open_instance, prepare_home
from snu_analytics.settings import Settings, ensure_key, export, read_settings
from snu_analytics.warehouse import dagster_url
from snu_analytics_tests.fixtures.histories import write_dump

Definitions = Callable[[str], dg.Definitions]


@pytest.fixture
def settings(monkeypatch, warehouse_url) -> Settings:
    """The settings of the test's own database and key, and of an empty source."""
    home = Path(os.environ["SNU_HOME"])
    ensure_key(home)
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SNU_DAGSTER_URL", dagster_url(warehouse_url))
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(home / "empty"))
    return read_settings()


@pytest.fixture
def instance(settings, monkeypatch):
    """An instance whose storage is the schema `dagster` of the test's own database."""
    exported = ("SNU_STAGING_URL", "SNU_START_DATE", "SNU_SUPPRESSION_THRESHOLD", "DAGSTER_HOME")
    for name in (*exported, "SNU_PSEUDONYM_KEY", "SNU_PSEUDONYM_KEY_FILE"):
        monkeypatch.setenv(name, "")  # so that what is exported is taken back after the test
        monkeypatch.delenv(name)
    export(settings)
    prepare_home(settings)
    with open_instance() as opened:
        yield opened


@pytest.fixture
def definitions(settings) -> Definitions:
    """Called with a source's URL, the project's definitions that read this source."""

    def made(source_url: str) -> dg.Definitions:
        return build_defs(settings, source=SourceResource(source_url, settings.home))

    return made
