"""The definitions that Dagster loads, made of the settings and the catalogue."""

from typing import Any

import dagster as dg

from snu_analytics.catalogue import load_catalogue
from snu_analytics.orchestration import jobs, reports, watch
from snu_analytics.orchestration.alerts import alert_sensors
from snu_analytics.orchestration.audits import audit_asset
from snu_analytics.orchestration.entities import entity_assets
from snu_analytics.orchestration.erasure import erasure, retention
from snu_analytics.orchestration.flows import flows_asset
from snu_analytics.orchestration.objectives import objectives_asset
from snu_analytics.orchestration.partitions import daily_partitions, monthly_partitions
from snu_analytics.orchestration.pool import pool_asset
from snu_analytics.orchestration.projections import projections_asset
from snu_analytics.orchestration.published import breakdowns_asset, totals_asset
from snu_analytics.orchestration.queued_backfills import queued_backfills_sensor
from snu_analytics.orchestration.resources import resources
from snu_analytics.orchestration.risk import risk_asset
from snu_analytics.orchestration.run_log import run_log
from snu_analytics.orchestration.runs import ACROSS
from snu_analytics.settings import RUNNING, Settings, read_settings


def build_defs(settings: Settings, **overrides: Any) -> dg.Definitions:
    """The project's definitions; `overrides` take the place of resources of the same name.

    Reads the catalogue, but neither the environment nor the key file, and connects to nothing.
    """
    catalogue = load_catalogue()
    entities = list(catalogue.entities.values())
    days = daily_partitions(settings.start_date)
    months = monthly_partitions(settings.start_date)
    daily = [
        *(asset for entity in entities for asset in entity_assets(entity, days)),
        flows_asset(catalogue, days),
        pool_asset(catalogue, days),
        objectives_asset(days),
        projections_asset(catalogue, days),
        totals_asset(catalogue, days),
    ]
    audits = [audit_asset(entity, months) for entity in entities]
    breakdowns = breakdowns_asset(catalogue, months)
    daily_report = reports.daily_report_asset(days)
    monthly_report = reports.monthly_report_asset(months)
    risk = risk_asset(catalogue)
    nightly_job = jobs.asset_job(
        jobs.NIGHTLY, daily, "Yesterday's patches to events and figures, for every entity."
    )
    audit_job = jobs.asset_job(
        jobs.AUDIT, audits, "How sound the histories of a month are, for every entity."
    )
    closing_job = jobs.asset_job(
        jobs.CLOSING, [breakdowns], "The breakdowns of a month that is loaded whole."
    )
    report_job = jobs.asset_job(
        reports.REPORT, [daily_report], "The report of a day, in both editions."
    )
    monthly_report_job = jobs.asset_job(
        reports.MONTHLY_REPORT, [monthly_report], "The report of a month, in both editions."
    )
    risk_job = jobs.asset_job(
        jobs.RISK, [risk], "How well persons are hidden in the tables as they stand."
    )
    yesterday = watch.yesterday_checks(catalogue)
    watch_job = watch.watch_job(yesterday)
    armed = settings.schedules == RUNNING
    return dg.Definitions(
        assets=[
            *daily,
            *audits,
            breakdowns,
            daily_report,
            monthly_report,
            risk,
            watch.night_asset(catalogue, settings.start_date),
        ],
        asset_checks=yesterday,
        jobs=[
            nightly_job,
            audit_job,
            closing_job,
            report_job,
            monthly_report_job,
            risk_job,
            watch_job,
            erasure,
            retention,
        ],
        schedules=[
            jobs.daily_schedule(
                nightly_job, jobs.NIGHTLY_AT, "Every night, for the day that ended.", armed
            ),
            jobs.daily_schedule(
                report_job, jobs.REPORT_AT, "Every morning, of the day that ended.", armed
            ),
            jobs.paris_schedule(
                erasure, "15 4 * * *", "Every night after the day that ended was loaded.", armed
            ),
            jobs.paris_schedule(
                retention, "45 4 * * *", "Every night, what is older than its set time.", armed
            ),
            jobs.audit_schedule(audit_job, settings.start_date, armed),
            jobs.closing_schedule(
                closing_job, catalogue, settings.start_date, settings.suppression_threshold, armed
            ),
            jobs.paris_schedule(
                risk_job,
                "0 6 * * 0",
                "Every Sunday morning, after the nightly run and audits.",
                armed,
            ),
        ],
        sensors=[
            jobs.changed_days_sensor(nightly_job, settings.start_date, armed),
            reports.month_closed_sensor(monthly_report_job, armed),
            watch.watch_sensor(catalogue, watch_job, nightly_job, armed),
            *alert_sensors(settings, armed),
            queued_backfills_sensor(
                nightly_job,
                closing_job,
                [asset.key for asset in daily if asset.key.path[0] in ACROSS],
                catalogue,
                settings.suppression_threshold,
            ),
        ],
        resources={**resources(settings), **overrides},
        loggers={"console": run_log},
        executor=dg.in_process_executor,
    )


defs = build_defs(read_settings())
