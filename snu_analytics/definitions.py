"""The one assembler: catalogue and resources to Dagster's definitions."""

import dagster as dg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.orchestration.assets import entity_assets
from snu_analytics.orchestration.audits import (
    audit_asset,
    audit_job,
    audit_schedule,
    changed_days_sensor,
    monthly_partitions,
)
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
_days = daily_partitions(_settings.start_date)
_months = monthly_partitions(_settings.start_date)
_daily = [a for e in _catalogue.entities.values() for a in entity_assets(_catalogue, e, _days)]
_audits = [audit_asset(entity, _months) for entity in _catalogue.entities.values()]
_nightly = nightly_job(_daily)
_audit = audit_job(_audits)

defs = dg.Definitions(
    assets=[*_daily, *_audits],
    jobs=[_nightly, _audit, staging_retention],
    schedules=[
        nightly_schedule(_nightly),
        audit_schedule(_audit, _settings.start_date),
        RETENTION_SCHEDULE,
    ],
    sensors=[changed_days_sensor(_nightly, _settings.start_date)],
    resources=resources(),
    executor=dg.in_process_executor,
)
