"""Copies of the source's data that lie on the disk for a while: staged files, indexes of dumps."""

import time
from math import inf

from snu_analytics.pipeline.staging import Staging
from snu_analytics.settings import Settings
from snu_analytics.source import delete_indexes

_DAY = 86_400


def prune_copies(settings: Settings) -> int:
    """The number of staged files and indexes deleted: those made over SNU_STAGING_DAYS ago."""
    return delete_copies(settings, time.time() - settings.staging_days * _DAY)


def delete_copies(settings: Settings, before: float = inf) -> int:
    """The number of staged files and indexes deleted: those made before then, or all.

    `before` is in seconds since 1970. Raises StagingError and SourceError when a folder refuses.
    """
    staged = Staging(settings.staging_url).clear(before)
    return staged + delete_indexes(settings.home, before)
