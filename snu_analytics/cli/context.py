"""What commands work with: settings, source, warehouse, pipeline context and Dagster's instance."""

import os
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import date, timedelta
from functools import cached_property, wraps
from typing import TYPE_CHECKING

import psycopg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange, paris_today
from snu_analytics.errors import PartitionError, SourceError, WarehouseError
from snu_analytics.pipeline import PipelineContext, pipeline_context
from snu_analytics.questions import question_views
from snu_analytics.settings import Settings, export, read_settings
from snu_analytics.source import Source, open_source
from snu_analytics.warehouse import (
    Change,
    connect,
    dagster_url,
    is_made,
    pending_changes,
    resolve_url,
)

if TYPE_CHECKING:
    import dagster as dg


class CommandContext(ExitStack):
    """Each part is made at its first use; what was opened is closed at the end of the block.

    Faults of the warehouse that leave the block are mapped by `connect`, with its address. Dagster
    is imported by the parts that need it: that takes 2 s, and definitions read the environment.
    """

    creates = False
    database_port: int | None = None

    @cached_property
    def settings(self) -> Settings:
        return read_settings()

    @cached_property
    def source(self) -> Source:
        source = open_source(self.settings.source_url, self.settings.home)
        return self.enter_context(closing(source))

    @cached_property
    def warehouse_url(self) -> str:
        """The warehouse's URL; that of the embedded server, started if need be.

        Raises WarehouseError when there is none yet, but for a command that `creates` it.
        """
        url, home = self.settings.warehouse_url, self.settings.home
        if not self.creates and not is_made(url, home):
            raise WarehouseError(
                f"there is no database in {home} yet: run `snu-analytics demo`, or `snu-analytics "
                "migrate` for tables without rows; or set SNU_HOME or SNU_WAREHOUSE_URL to where "
                "it is"
            )
        return resolve_url(url, home, self.database_port)

    @cached_property
    def warehouse(self) -> psycopg.Connection:
        return self.enter_context(connect(self.warehouse_url))

    @cached_property
    def pipeline(self) -> PipelineContext:
        return pipeline_context(self.settings)

    @cached_property
    def instance(self) -> "dg.DagsterInstance":
        """Dagster's instance on the storage that `export` names."""
        from snu_analytics.orchestration.runs import open_instance

        self.export()
        return self.enter_context(open_instance())

    @cached_property
    def definitions(self) -> "dg.Definitions":
        self.export()
        return load_definitions()

    def export(self) -> None:
        """Write the settings into the environment, for Dagster and for child processes.

        The warehouse's URL is written in place of `embedded`, and DAGSTER_HOME is made if lacking.
        """
        from snu_analytics.orchestration.runs import prepare_home

        export(self.settings)
        os.environ["SNU_WAREHOUSE_URL"] = self.warehouse_url
        os.environ["SNU_DAGSTER_URL"] = dagster_url(self.warehouse_url, self.settings.dagster_url)
        prepare_home(self.settings)

    def days(self, first: date, last: date) -> DayRange:
        """The days from first to last; raises PartitionError when one of them is no partition."""
        yesterday = paris_today() - timedelta(days=1)
        if last < first:
            raise PartitionError(f"{first} is after {last}: give the earlier day first")
        if first < self.settings.start_date:
            raise PartitionError(
                f"{first} is before the first partition, {self.settings.start_date} "
                "(SNU_START_DATE)"
            )
        if last > yesterday:
            raise PartitionError(f"{last} is not over yet: the last partition is {yesterday}")
        return DayRange(first, last)

    def month(self, month: date) -> date:
        """The month itself; raises PartitionError when it is no partition."""
        first, last = self.settings.start_date.replace(day=1), paris_today().replace(day=1)
        if not first <= month <= last:
            raise PartitionError(
                f"{month:%Y-%m} is no partition: they run from {first:%Y-%m} (SNU_START_DATE) to "
                f"{last:%Y-%m}"
            )
        return month

    def require_ready(self, entity: str | None = None) -> None:
        """Raise the first fault that would stop every day, of all entities or one.

        SettingsError for the key, WarehouseError for the tables, SourceError for what the source
        lacks.
        """
        self.settings.key()
        self.require_schema()
        catalogue = load_catalogue()
        entities = [entity] if entity else catalogue.entities
        for name in sorted({source for entity in entities for source in catalogue.sources(entity)}):
            for check in self.source.checks(catalogue.entities[name]):
                if not check.ok and check.required:
                    raise SourceError(f"{check.subject}: {check.message}")

    def require_schema(self) -> None:
        """Raise WarehouseError when the tables are not those of the catalogue."""
        if self.pending_changes():
            raise WarehouseError(
                "the warehouse is not up to date: run `snu-analytics migrate` first"
            )

    def pending_changes(self) -> list[Change]:
        """What `snu-analytics migrate` would change."""
        changes = pending_changes(self.warehouse_url, load_catalogue(), question_views())
        return [change for change in changes if change.kind != "left"]


def pass_context(command: Callable) -> Callable:
    """The command with a CommandContext of its own as the first argument."""

    @wraps(command)
    def run(*args, **options):
        with CommandContext() as context:
            return command(context, *args, **options)

    return run


def load_definitions() -> "dg.Definitions":
    """Dagster's definitions of the project, made of the environment as it is now.

    A function of a module, so that child processes can be started with it.
    """
    from snu_analytics.definitions import build_defs

    return build_defs(read_settings())
