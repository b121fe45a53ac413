"""Staging on S3, which runs on several machines share: what one stages another reads and erases."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from snu_analytics.errors import StagingError
from snu_analytics.pipeline import STEPS, Staging
from snu_analytics.privacy import erase_absent
from snu_analytics_tests.fixtures.histories import PSEUDONYMS
from snu_analytics_tests.privacy.literal import ANNA, BORIS, FIRST, HERS, HIS, LAST, hold

ASSET = ("young", "raw_patches")
DAY = date(2024, 3, 4)
FRAME = pl.DataFrame({"ref": ["a", None], "n": [1, 2]})


def test_a_frame_that_was_written_again_is_read_and_deleted(staging_url):
    staging = Staging(staging_url)
    staging.write(ASSET, DAY, FRAME)
    staging.write(ASSET, DAY, FRAME.head(1))
    assert_frame_equal(staging.read(ASSET, DAY), FRAME.head(1))
    staging.delete(ASSET, DAY)
    assert (staging.days(ASSET), staging.count()) == ([], 0)


def test_what_another_machine_staged_since_the_last_listing_is_listed(staging_url):
    staging = Staging(staging_url)
    staging.write(ASSET, DAY, FRAME)
    assert staging.days(ASSET) == [DAY]
    with_other_program(staging_url, DAY.replace(day=5))
    assert staging.days(ASSET) == [DAY, DAY.replace(day=5)]


def with_other_program(staging_url: str, day: date) -> None:
    """Stage a frame of the day past the file system that this process holds."""
    s3fs = pytest.importorskip("s3fs")
    files = s3fs.S3FileSystem(skip_instance_cache=True)
    files.pipe_file(f"{staging_url}/young/raw_patches/{day}.parquet", b"a frame")


def test_files_past_their_days_are_deleted_by_the_time_that_s3_tells(staging_url):
    staging = Staging(staging_url)
    staging.write(ASSET, DAY, FRAME)
    assert (staging.clear(before=0), staging.clear()) == (0, 1)


def test_an_erasure_leaves_nothing_of_the_erased(world, staging_url):
    world = replace(world, staging_url=staging_url)
    hold(world, ANNA, BORIS, HERS, HIS)
    world.load(FIRST, LAST)
    hold(world, BORIS, HIS)
    with world.source() as source, world.connect() as connection:
        erase_absent(world.context, source, connection, many=True)
    (anna,) = PSEUDONYMS.series("young", pl.Series([ANNA]))
    assert anna not in staged_subjects(world.staging)


def staged_subjects(staging: Staging) -> set[str]:
    """The young people's subjects in staging."""
    assets = [("young", step) for step in STEPS]
    return {
        subject
        for asset in assets
        for day in staging.days(asset)
        for subject in staging.read(asset, day, ["subject_id"])["subject_id"]
    }


def test_a_missing_bucket_is_told_with_the_mend(staging_url):
    with pytest.raises(StagingError, match="SNU_STAGING_URL cannot be used"):
        Staging("s3://no-such-bucket/restricted").write(ASSET, DAY, FRAME)


def test_an_endpoint_that_does_not_answer_is_told_with_the_mend(staging_url, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    pytest.importorskip("s3fs").S3FileSystem.clear_instance_cache()
    with pytest.raises(StagingError, match="see to the bucket's address"):
        Staging("s3://elsewhere/restricted").write(ASSET, DAY, FRAME)
