import os
import stat
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from snu_analytics.errors import StagingError
from snu_analytics.pipeline import Staging

ASSET = ("young", "raw_patches")
DAY = date(2024, 3, 4)
FRAME = pl.DataFrame({"ref": ["a", None], "n": [1, 2]})


def test_a_written_frame_is_read_back(tmp_path):
    staging = Staging(str(tmp_path / "staging"))
    staging.write(ASSET, DAY, FRAME)
    assert_frame_equal(staging.read(ASSET, DAY), FRAME)


def test_writing_again_replaces(tmp_path):
    staging = Staging(str(tmp_path))
    staging.write(ASSET, DAY, FRAME)
    staging.write(ASSET, DAY, FRAME.head(1))
    assert_frame_equal(staging.read(ASSET, DAY), FRAME.head(1))


def test_only_the_owner_reads_files_and_folders(tmp_path):
    staging = Staging(str(tmp_path / "staging"))
    staging.write(ASSET, DAY, FRAME)
    folder = tmp_path / "staging" / "young" / "raw_patches"
    assert stat.S_IMODE((folder / "2024-03-04.parquet").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_any_fsspec_file_system_will_do():
    staging = Staging("memory://staging")
    staging.write(ASSET, DAY, FRAME)
    assert_frame_equal(staging.read(ASSET, DAY), FRAME)


def test_a_missing_day_names_the_asset_to_run(tmp_path):
    with pytest.raises(StagingError, match="materialise young/raw_patches for that day first"):
        Staging(str(tmp_path)).read(ASSET, DAY)


def test_a_full_disk_is_told_and_leaves_the_former_file():
    staging = Staging("/dev/full/staging")
    with pytest.raises(StagingError, match="SNU_STAGING_URL cannot be used"):
        staging.write(ASSET, DAY, FRAME)


def test_an_unknown_file_system_is_told():
    with pytest.raises(StagingError, match="SNU_STAGING_URL cannot be opened"):
        Staging("nowhere://staging").write(ASSET, DAY, FRAME)


def test_old_files_are_pruned_and_recent_ones_stay(tmp_path):
    staging = Staging(str(tmp_path))
    staging.write(ASSET, DAY, FRAME)
    staging.write(ASSET, date(2024, 3, 5), FRAME)
    os.utime(tmp_path / "young" / "raw_patches" / "2024-03-04.parquet", (0, 0))
    assert staging.prune(older_than_days=14) == 1
    assert staging.count() == 1


def test_notes_stay_with_the_frame(tmp_path):
    staging = Staging(str(tmp_path))
    staging.write(ASSET, DAY, FRAME, {"patches": "2"})
    frame, notes = staging.read_noted(ASSET, DAY)
    assert frame.equals(FRAME)
    assert notes == {"patches": "2"}
