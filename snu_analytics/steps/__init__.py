"""The steps of an entity's days, each a function of what it is given: source, staging, tables.

Assets, tests and benchmarks call them; they know nothing of Dagster. Every step takes a range of
days, reads each history once for all of them, and commits day by day.
"""

from snu_analytics.steps.audit import Audited, audit_history
from snu_analytics.steps.bench import (
    EVENTS,
    FIGURES,
    PATCHES,
    SNAPSHOTS,
    STEPS,
    DayCounts,
    Workbench,
)
from snu_analytics.steps.events import Loaded, load_events
from snu_analytics.steps.figures import load_figures
from snu_analytics.steps.patches import stage_patches
from snu_analytics.steps.snapshots import Staged, stage_snapshots, with_joined

__all__ = [
    "EVENTS",
    "FIGURES",
    "PATCHES",
    "SNAPSHOTS",
    "STEPS",
    "Audited",
    "DayCounts",
    "Loaded",
    "Staged",
    "Workbench",
    "audit_history",
    "load_events",
    "load_figures",
    "stage_patches",
    "stage_snapshots",
    "with_joined",
]
