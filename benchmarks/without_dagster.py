"""The same backfill by the bare steps, in as many processes: what is left is Dagster's own cost."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange, parse_day
from snu_analytics.events import Pseudonymiser
from snu_analytics.orchestration.backfill import PROCESSES, work_chunks
from snu_analytics.pipeline import (
    PipelineContext,
    Staging,
    load_events,
    load_figures,
    stage_patches,
    stage_snapshots,
)
from snu_analytics.settings import read_settings
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect, resolve_url


def chunk(days: DayRange, entity: str | None) -> None:
    settings = read_settings()
    catalogue = load_catalogue()
    pseudonyms = Pseudonymiser(settings.key())
    staging = Staging(settings.staging_url)
    context = PipelineContext(catalogue, pseudonyms, staging, settings.home)
    source = open_source(settings.source_url, settings.home)
    url = resolve_url(settings.warehouse_url, settings.home)
    with connect(url) as connection:
        for name in [entity] if entity else catalogue.entities:
            chosen = catalogue.entities[name]
            stage_patches(context, chosen, days, source, connection)
            stage_snapshots(context, chosen, days, source, connection)
            load_events(context, chosen, days, connection)
            load_figures(chosen, days, connection)
    source.close()


def main(arguments: Sequence[str]) -> None:
    os.environ["POLARS_MAX_THREADS"] = str(max(1, (os.cpu_count() or 1) // PROCESSES))
    days = DayRange(parse_day(arguments[0]), parse_day(arguments[1]))
    entity = arguments[2] if len(arguments) > 2 else None
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        list(pool.map(partial(chunk, entity=entity), work_chunks(days, entity)))


if __name__ == "__main__":
    main(sys.argv[1:])
