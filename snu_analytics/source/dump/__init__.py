"""A mongodump folder as a source, through an index on disk. No server, and no driver."""

from snu_analytics.source.dump.source import DumpSource

__all__ = ["DumpSource"]
