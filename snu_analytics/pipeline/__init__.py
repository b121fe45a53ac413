"""The steps of an entity's days, each a function of its arguments: source, staging, tables.

Patches, snapshots, events, daily figures and the audit. Imports source, history, events and
warehouse; nothing of Dagster, nor of what is counted over days or published. Every step takes a
range of days, reads each history once for all of them, and commits day by day.
"""

from snu_analytics.pipeline.audit import Audited, audit_history
from snu_analytics.pipeline.context import (
    EVENTS,
    FIGURES,
    PATCHES,
    SNAPSHOTS,
    STEPS,
    DayCounts,
    PipelineContext,
    pipeline_context,
)
from snu_analytics.pipeline.copies import delete_copies, prune_copies
from snu_analytics.pipeline.erased import is_erased, without_erased
from snu_analytics.pipeline.events import Loaded, load_events
from snu_analytics.pipeline.figure_queries import FIGURE_COLUMNS, figure_query
from snu_analytics.pipeline.figures import load_figures
from snu_analytics.pipeline.kinds import kind_counts
from snu_analytics.pipeline.loaded import require_loaded
from snu_analytics.pipeline.patches import Patched, stage_patches
from snu_analytics.pipeline.snapshots import Staged, stage_snapshots, with_joined
from snu_analytics.pipeline.staging import Staging
from snu_analytics.pipeline.unlisted import unlisted_values
from snu_analytics.pipeline.verify import days_with_wrong_figures

__all__ = [
    "EVENTS",
    "FIGURES",
    "FIGURE_COLUMNS",
    "PATCHES",
    "SNAPSHOTS",
    "STEPS",
    "Audited",
    "DayCounts",
    "Loaded",
    "Patched",
    "PipelineContext",
    "Staged",
    "Staging",
    "audit_history",
    "days_with_wrong_figures",
    "delete_copies",
    "figure_query",
    "is_erased",
    "kind_counts",
    "load_events",
    "load_figures",
    "pipeline_context",
    "prune_copies",
    "require_loaded",
    "stage_patches",
    "stage_snapshots",
    "unlisted_values",
    "with_joined",
    "without_erased",
]
