"""Which source a url tells of, and what is said of one that cannot be used."""

import pytest

from snu_analytics.errors import SettingsError
from snu_analytics.source import open_source
from snu_analytics.source.dump.source import DumpSource
from snu_analytics.source.mongo.source import MongoSource


def test_a_folder_is_a_dump(tmp_path):
    assert isinstance(open_source(f"bson://{tmp_path}", tmp_path), DumpSource)


def test_a_folder_may_hold_percent_signs(tmp_path):
    (tmp_path / "a b").mkdir()
    assert isinstance(open_source(f"bson://{tmp_path}/a%20b", tmp_path), DumpSource)


@pytest.mark.parametrize("scheme", ["mongodb", "mongodb+srv"])
def test_a_mongodb_url_is_opened_without_reading(tmp_path, scheme):
    source = open_source(f"{scheme}://db.example.org/snu", tmp_path)
    assert isinstance(source, MongoSource)
    source.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "of no known kind: write mongodb://"),
        ("/folder", "of no known kind"),
        ("https://u:hush@example.org/db", "of no known kind"),
        ("bson://folder", "names no whole path"),
        ("bson:///no/such/folder", "names the folder /no/such/folder, which does not exist"),
        ("mongodb://u:hush@example.org", "names no database: write mongodb://example.org/database"),
        ("mongodb+srv://u:hush@example.org/", "names no database"),
        ("mongodb://u:hush@example.org:port/db", "is not a MongoDB url"),
        ("mongodb://u:hu@sh@example.org/db", "is not a MongoDB url"),
        ("mongodb://u:hu/sh@example.org/db", "percent-encode the user and password"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(tmp_path, url, message):
    with pytest.raises(SettingsError) as raised:
        open_source(url, tmp_path)
    assert message in str(raised.value)
    assert "SNU_SOURCE_URL" in str(raised.value)
    assert "hu" not in str(raised.value)
