"""PostgreSQL: the connection, the schema, the replacing of a day, the pseudonym keys.

Knows the catalogue, the errors and the embedded server. Knows neither the source, nor how histories
and events are made, nor Dagster: what comes in is COPY text, what goes out are counts and, to be
explained, a row. Whatever PostgreSQL says of a fault is told without row content and without a
password.
"""

from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.connection import address, connect, resolve_url
from snu_analytics.warehouse.copy_text import copy_blocks, copy_text
from snu_analytics.warehouse.erase import (
    Erased,
    erase_subjects,
    erased_subjects,
    expire_events,
    expire_figures,
    subjects_of,
)
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.keys import (
    Key,
    KeyedRows,
    begin_rotation,
    carry_erased,
    claim_key,
    days_of_other_keys,
    erased_with_other_keys,
    finish_rotation,
    forget_key,
    key_matches,
    known_keys,
    require_key,
    rows_by_key,
)
from snu_analytics.warehouse.migrate import migrate, pending_changes
from snu_analytics.warehouse.notes import replace_notes
from snu_analytics.warehouse.published import (
    BREAKDOWN_COLUMNS,
    closed_months,
    fine_counts,
    published_cells,
    published_totals,
    publishing,
    replace_totals,
    write_closed_month,
    write_revision,
)
from snu_analytics.warehouse.read import (
    audit_lines,
    changed_days,
    day_origins,
    event_row,
    figures,
    last_loaded_day,
    loaded_days,
    server_clock,
    server_version,
    totals_by_campaign,
)
from snu_analytics.warehouse.replace import SourceFingerprint, lock_day, replace_day
from snu_analytics.warehouse.schema import event_columns, warehouse_metadata
from snu_analytics.warehouse.urls import dagster_url

__all__ = [
    "BREAKDOWN_COLUMNS",
    "Change",
    "Erased",
    "Key",
    "KeyedRows",
    "SourceFingerprint",
    "address",
    "audit_lines",
    "begin_rotation",
    "carry_erased",
    "changed_days",
    "claim_key",
    "closed_months",
    "connect",
    "copy_blocks",
    "copy_text",
    "dagster_url",
    "day_origins",
    "days_of_other_keys",
    "erase_subjects",
    "erased_subjects",
    "erased_with_other_keys",
    "event_columns",
    "event_row",
    "expire_events",
    "expire_figures",
    "figures",
    "fine_counts",
    "finish_rotation",
    "forget_key",
    "key_matches",
    "known_keys",
    "last_loaded_day",
    "loaded_days",
    "lock_day",
    "mapped_errors",
    "migrate",
    "pending_changes",
    "published_cells",
    "published_totals",
    "publishing",
    "replace_day",
    "replace_notes",
    "replace_totals",
    "require_key",
    "resolve_url",
    "rows_by_key",
    "server_clock",
    "server_version",
    "subjects_of",
    "totals_by_campaign",
    "warehouse_metadata",
    "write_closed_month",
    "write_revision",
]
