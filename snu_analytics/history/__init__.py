"""Patches to states: what each document looked like before and after each of its changes.

Knows the catalogue and the tables of a source; neither Dagster nor a database, and it reads
nothing by itself.
"""

from snu_analytics.history.audit import AUDIT_SCHEMA, audit
from snu_analytics.history.canonical import Canonicaliser
from snu_analytics.history.creations import BIRTH
from snu_analytics.history.quarantine import paris_day, quarantined, split_by_day
from snu_analytics.history.rebuild import Timeline, rebuild
from snu_analytics.history.snapshots import JOINED, as_of, snapshots

__all__ = [
    "AUDIT_SCHEMA",
    "BIRTH",
    "JOINED",
    "Canonicaliser",
    "Timeline",
    "as_of",
    "audit",
    "paris_day",
    "quarantined",
    "rebuild",
    "snapshots",
    "split_by_day",
]
