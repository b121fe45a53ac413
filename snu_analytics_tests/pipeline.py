"""The four steps on real servers, for tests: what a run of days does, without Dagster."""

from datetime import date
from pathlib import Path

import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.days import DayRange
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import (
    DayCounts,
    Staging,
    Workbench,
    load_events,
    load_figures,
    stage_patches,
    stage_snapshots,
)
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect
from snu_analytics_tests.histories import CATALOGUE, PSEUDONYMS


def run_days(
    folder: Path,
    source_url: str,
    warehouse_url: str,
    first: str,
    last: str | None = None,
    pseudonyms: Pseudonymiser = PSEUDONYMS,
    catalogue: Catalogue = CATALOGUE,
) -> dict[str, DayCounts]:
    """Materialise the days for every entity; the patch counts by entity and day."""
    days = DayRange(date.fromisoformat(first), date.fromisoformat(last or first))
    bench = Workbench(catalogue, pseudonyms, Staging(str(folder / "staging")))
    source = open_source(source_url, folder / "home")
    counts = {}
    with connect(warehouse_url) as connection:
        for entity in catalogue.entities.values():
            counts[entity.name] = stage_patches(bench, entity, days, source, connection).counts
            stage_snapshots(bench, entity, days, source, connection)
            load_events(bench, entity, days, connection)
            load_figures(entity, days, connection)
    source.close()
    return counts


def rows(url: str, query: str, *parameters) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, parameters).fetchall()


def contents(url: str) -> dict[str, list[str]]:
    """Every table of the schema as sorted lines: equal contents are equal tables."""
    names = rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'analytics'")
    return {
        name: sorted(line for (line,) in rows(url, f"SELECT t::text FROM analytics.{name} t"))
        for (name,) in names
        if name != "pseudonym_key"
    }
