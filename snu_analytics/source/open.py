"""The source that a url names."""

from pathlib import Path
from urllib.parse import unquote

from snu_analytics.errors import SettingsError
from snu_analytics.source.contract import Source
from snu_analytics.source.dump import DumpSource

_ACCEPTED = "write mongodb://…/database, mongodb+srv://…/database or bson:///folder"


def open_source(url: str, home: Path) -> Source:
    """The source of SNU_SOURCE_URL; a dump's index is kept under `home/index`.

    Nothing is read yet. Raises SettingsError, without the url, when it cannot be used.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "bson":
        folder = Path(unquote(rest))
        if not folder.is_absolute():
            raise SettingsError(f"SNU_SOURCE_URL names no whole path: {_ACCEPTED}")
        if not folder.is_dir():
            raise SettingsError(f"SNU_SOURCE_URL names the folder {folder}, which does not exist")
        return DumpSource(folder, home)
    if separator and scheme in ("mongodb", "mongodb+srv"):
        from snu_analytics.source.mongo import MongoSource  # the driver takes 0.2 s to load

        return MongoSource(url)
    raise SettingsError(f"SNU_SOURCE_URL is of no known kind: {_ACCEPTED}")
