"""A mongodump folder as a source, through an index on disk. No server, and no driver."""

from snu_analytics.source.dump.source import DumpSource
from snu_analytics.source.dump.versions import delete_indexes

__all__ = ["DumpSource", "delete_indexes"]
