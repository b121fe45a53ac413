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
    file = tmp_path / "staging" / "young" / "raw_patches" / "2024-03-04.parquet"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in file.parents[:3]:
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


def test_folders_of_a_former_version_are_closed_and_a_shared_root_is_left_alone(tmp_path):
    for folder in (tmp_path, tmp_path / "young", tmp_path / "young" / "raw_patches"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    Staging(str(tmp_path)).write(ASSET, DAY, FRAME)
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path, *tmp_path.glob("**/*/"))]
    assert modes == [0o755, 0o700, 0o700]


def test_notes_stay_with_the_frame(tmp_path):
    staging = Staging(str(tmp_path))
    staging.write(ASSET, DAY, FRAME, {"patches": "2"})
    frame, notes = staging.read_noted(ASSET, DAY)
    assert frame.equals(FRAME)
    assert notes == {"patches": "2"}
