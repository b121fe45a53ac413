"""The resources of the assets: source, warehouse, and what the steps of the pipeline need.

They are plain objects, not `ConfigurableResource`s: Dagster stores the configuration of these with
every job and shows it in its UI, and addresses of databases hold passwords.
"""

from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from snu_analytics.pipeline import PipelineContext, pipeline_context
from snu_analytics.settings import Settings
from snu_analytics.source import Source, open_source
from snu_analytics.warehouse import connect, resolve_url


@dataclass(frozen=True)
class SourceResource:
    """MongoDB or a mongodump folder, opened for the time of a step."""

    url: str = field(repr=False)
    home: Path

    def open(self) -> AbstractContextManager[Source]:
        return closing(open_source(self.url, self.home))


@dataclass(frozen=True)
class WarehouseResource:
    """PostgreSQL, one connection for the time of a step."""

    url: str = field(repr=False)
    home: Path

    def connect(self) -> AbstractContextManager[psycopg.Connection]:
        return connect(resolve_url(self.url, self.home))


@dataclass(frozen=True)
class PipelineResource:
    """The settings, and what the pipeline's steps work with; the key is read when a step asks."""

    settings: Settings = field(repr=False)

    def context(self) -> PipelineContext:
        """Catalogue, pseudonyms and staging. Raises SettingsError for a key that cannot be used."""
        return pipeline_context(self.settings)


def resources(settings: Settings) -> dict[str, Any]:
    """The resources by the names that assets, ops and sensors ask for them."""
    return {
        "source": SourceResource(settings.source_url, settings.home),
        "warehouse": WarehouseResource(settings.warehouse_url, settings.home),
        "pipeline": PipelineResource(settings),
    }
