"""Patches to states: what each document looked like before and after each of its changes.

Knows the catalogue and the tables of a source; neither Dagster nor a database, and it reads
nothing by itself.
"""

from snu_analytics.history.audit import AUDIT_SCHEMA, audit
from snu_analytics.history.canonical import (
    BIRTH_DATE_MARK,
    INSTANT,
    Canonicaliser,
    is_marked,
    plain,
)
from snu_analytics.history.creations import INFERRED_CREATION
from snu_analytics.history.provenance import CONFLICT, Break, Outcome
from snu_analytics.history.quarantine import paris_day, quarantined, split_by_day
from snu_analytics.history.rebuild import Timeline, rebuild
from snu_analytics.history.snapshots import JOINED, as_of, snapshots
from snu_analytics.history.tracks import Track

__all__ = [
    "AUDIT_SCHEMA",
    "BIRTH_DATE_MARK",
    "CONFLICT",
    "INFERRED_CREATION",
    "INSTANT",
    "JOINED",
    "Break",
    "Canonicaliser",
    "Outcome",
    "Timeline",
    "Track",
    "as_of",
    "audit",
    "is_marked",
    "paris_day",
    "plain",
    "quarantined",
    "rebuild",
    "snapshots",
    "split_by_day",
]
