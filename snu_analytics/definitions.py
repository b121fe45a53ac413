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
from snu_analytics.orchestration.erasure import (
    ERASURE_SCHEDULE,
    RETENTION_SCHEDULE,
    erasure,
    retention,
)
from snu_analytics.orchestration.flows import flows_asset
from snu_analytics.orchestration.jobs import nightly_job, nightly_schedule
from snu_analytics.orchestration.objectives import objectives_asset
from snu_analytics.orchestration.partitions import daily_partitions
from snu_analytics.orchestration.pool import pool_asset
from snu_analytics.orchestration.projections import projections_asset
from snu_analytics.orchestration.published import published_asset
from snu_analytics.orchestration.resources import resources
from snu_analytics.orchestration.risk import risk_asset, risk_job, risk_schedule
from snu_analytics.settings import export, read_settings

_settings = read_settings()
export(_settings)
_catalogue = load_catalogue()
_days = daily_partitions(_settings.start_date)
_months = monthly_partitions(_settings.start_date)
_daily = [a for e in _catalogue.entities.values() for a in entity_assets(_catalogue, e, _days)]
_audits = [audit_asset(entity, _months) for entity in _catalogue.entities.values()]
_published = published_asset(_catalogue, _days)
_figures = [
    flows_asset(_catalogue, _days),
    pool_asset(_catalogue, _days),
    objectives_asset(_days),
    projections_asset(_days),
]
_nightly = nightly_job([*_daily, *_figures, _published])
_audit = audit_job(_audits)
_risk_report = risk_asset(_catalogue)
_risk = risk_job(_risk_report)

defs = dg.Definitions(
    assets=[*_daily, *_figures, _published, *_audits, _risk_report],
    jobs=[_nightly, _audit, _risk, erasure, retention],
    schedules=[
        nightly_schedule(_nightly),
        audit_schedule(_audit, _settings.start_date),
        risk_schedule(_risk),
        ERASURE_SCHEDULE,
        RETENTION_SCHEDULE,
    ],
    sensors=[changed_days_sensor(_nightly, _settings.start_date)],
    resources=resources(),
    executor=dg.in_process_executor,
)
