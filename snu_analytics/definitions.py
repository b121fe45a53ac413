"""The one assembler: catalogue and resources to Dagster's definitions."""

import dagster as dg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.orchestration.assets import entity_assets
from snu_analytics.orchestration.jobs import (
    RETENTION_SCHEDULE,
    nightly_job,
    nightly_schedule,
    staging_retention,
)
from snu_analytics.orchestration.partitions import daily_partitions
from snu_analytics.orchestration.resources import resources
from snu_analytics.settings import export, read_settings

_settings = read_settings()
export(_settings)
_catalogue = load_catalogue()
_partitions = daily_partitions(_settings.start_date)
_nightly = nightly_job()

defs = dg.Definitions(
    assets=[
        asset
        for entity in _catalogue.entities.values()
        for asset in entity_assets(_catalogue, entity, _partitions)
    ],
    jobs=[_nightly, staging_retention],
    schedules=[nightly_schedule(_nightly), RETENTION_SCHEDULE],
    resources=resources(),
    executor=dg.in_process_executor,
)
