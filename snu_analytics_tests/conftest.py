"""Fixtures for all tests: real servers, and nothing of the machine's own environment."""

import os

import pytest

# A path that is wrapped at the edge of the screen would not be seen in the output of a command.
os.environ["COLUMNS"] = "160"

pytest_plugins = [
    "snu_analytics_tests.fixtures.mongo",
    "snu_analytics_tests.fixtures.postgres",
    "snu_analytics_tests.fixtures.s3",
    "snu_analytics_tests.fixtures.world",
]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch, tmp_path):
    """No variable of the machine reaches a test; SNU_HOME is a folder of its own."""
    for name in list(os.environ):
        if name.startswith(("SNU_", "DAGSTER_")) and name != "SNU_TEST_MONGO_URI":
            monkeypatch.delenv(name)
    monkeypatch.setenv("SNU_HOME", str(tmp_path / "home"))
