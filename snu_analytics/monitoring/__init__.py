"""What a bad night leaves behind: days that lack, counts out of the ordinary, alerts, metrics.

Reads the tables and what it is given of Dagster's runs, as data; knows neither Dagster nor how days
are loaded. Whatever it says names days, entities and counts, never a person or a value.
"""

from snu_analytics.monitoring.alerts import (
    alerts_due,
    close_failure,
    open_failure,
    raise_alert,
    send_alerts,
)
from snu_analytics.monitoring.backup import Backup, read_backup
from snu_analytics.monitoring.metrics import Engine, metrics_text
from snu_analytics.monitoring.missing import ASKED_AT_MOST, Gap, gaps, missing_days
from snu_analytics.monitoring.night import Night, Surroundings, newest_backup, watch_night
from snu_analytics.monitoring.outside import Signal, ping

__all__ = [
    "ASKED_AT_MOST",
    "Backup",
    "Engine",
    "Gap",
    "Night",
    "Signal",
    "Surroundings",
    "alerts_due",
    "close_failure",
    "gaps",
    "metrics_text",
    "missing_days",
    "newest_backup",
    "open_failure",
    "ping",
    "raise_alert",
    "read_backup",
    "send_alerts",
    "watch_night",
]
