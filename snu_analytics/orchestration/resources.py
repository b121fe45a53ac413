"""What assets are given: the source, the warehouse, the staging folder and the pseudonym key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import PipelineContext, Staging
from snu_analytics.settings import read_settings
from snu_analytics.source import Source, open_source
from snu_analytics.warehouse import connect, resolve_url


class SourceResource(dg.ConfigurableResource):
    """MongoDB or a mongodump folder, opened for the time of a step."""

    url: str
    home: str

    @contextmanager
    def open(self) -> Iterator[Source]:
        source = open_source(self.url, Path(self.home))
        try:
            yield source
        finally:
            source.close()


class WarehouseResource(dg.ConfigurableResource):
    """PostgreSQL, one connection for the time of a step."""

    url: str
    home: str

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        with connect(resolve_url(self.url, Path(self.home))) as connection:
            yield connection


class PipelineResource(dg.ConfigurableResource):
    """The catalogue, the pseudonym key and the staging folder."""

    staging_url: str

    def context(self) -> PipelineContext:
        pseudonyms = Pseudonymiser(read_settings().key())
        return PipelineContext(load_catalogue(), pseudonyms, Staging(self.staging_url))


def resources() -> dict[str, dg.ConfigurableResource]:
    """The resources by name, configured by the environment."""
    home = dg.EnvVar("SNU_HOME")
    return {
        "source": SourceResource(url=dg.EnvVar("SNU_SOURCE_URL"), home=home),
        "warehouse": WarehouseResource(url=dg.EnvVar("SNU_WAREHOUSE_URL"), home=home),
        "pipeline": PipelineResource(staging_url=dg.EnvVar("SNU_STAGING_URL")),
    }
