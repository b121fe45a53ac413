"""A MongoDB database as a source. Reads only; the one place of the driver in this room."""

from snu_analytics.source.mongo.source import MongoSource

__all__ = ["MongoSource"]
