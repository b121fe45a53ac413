"""Copies of the source's data that a command or the night deletes after their time."""

import os
from contextlib import closing
from datetime import date

import polars as pl
import pytest

from snu_analytics.pipeline import Staging, delete_copies, prune_copies
from snu_analytics.settings import Settings
from snu_analytics.source import open_source
from snu_analytics_tests.fixtures.histories import REF, YOUNG, document, write_dump

ASSET = ("young", "raw_patches")
OLD, RECENT = date(2024, 3, 4), date(2024, 3, 5)


@pytest.fixture
def settings(tmp_path):
    """The settings of a home with two staged days and the index of a dump."""
    home, dump = tmp_path / "home", tmp_path / "dump"
    settings = Settings(home=home, source_url=write_dump(dump, youngs=[document(REF)]))
    for day in (OLD, RECENT):
        Staging(settings.staging_url).write(ASSET, day, pl.DataFrame({"ref": ["a"]}))
    with closing(open_source(settings.source_url, home)) as source:
        source.counts(YOUNG, "status")
    return settings


def age(path):
    """Make a file or folder one of 1970."""
    os.utime(path, (0, 0))


def test_recent_copies_stay(settings):
    assert prune_copies(settings) == 0


def test_old_staged_files_and_indexes_are_deleted(settings):
    age(settings.home / "staging" / "young" / "raw_patches" / f"{OLD}.parquet")
    age(settings.home / "index" / "youngs")
    assert prune_copies(settings) == 2
    assert Staging(settings.staging_url).days(ASSET) == [RECENT]
    assert not (settings.home / "index" / "youngs").exists()


def test_all_copies_are_deleted_at_once(settings):
    assert delete_copies(settings) == 3
