"""PostgreSQL: the connection, the schema, the replacing of a day, the pseudonym keys.

Imports the catalogue, days, errors and the embedded server; neither the source, nor what makes
histories and events, nor Dagster: what comes in are frames, what goes out are counts and, to be
explained, a row. What PostgreSQL says of a fault becomes an error without row content and without a
password, by `connect` alone.
"""

from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.closing import (
    closed_counts,
    drop_closed_counts,
    frozen_months,
    replace_closed_counts,
)
from snu_analytics.warehouse.connection import (
    address,
    connect,
    is_made,
    resolve_url,
)
from snu_analytics.warehouse.copy_text import copy_rows, copy_text
from snu_analytics.warehouse.erase import (
    Erased,
    days_due,
    erase_subjects,
    expire_events,
    expire_figures,
    settle_due,
    subjects_of,
)
from snu_analytics.warehouse.erased import carry_erased, erased_digests, erased_with_other_keys
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.keys import (
    Key,
    claimed_key,
    forget_key,
    key_matches,
    known_keys,
    require_key,
)
from snu_analytics.warehouse.migrate import migrate, pending_changes
from snu_analytics.warehouse.notes import replace_notes
from snu_analytics.warehouse.published import (
    BREAKDOWN_COLUMNS,
    closed_months,
    final_campaigns,
    fine_counts,
    published_cells,
    published_totals,
    publishing,
    replace_totals,
    write_closed_month,
    write_final_campaign,
    write_revision,
)
from snu_analytics.warehouse.read import (
    SOUND_LINES,
    audit_lines,
    changed_days,
    event_row,
    figures,
    last_loaded_day,
    loaded_days,
    server_clock,
    server_version,
    source_fingerprints,
    totals_by_campaign,
)
from snu_analytics.warehouse.replace import (
    SourceFingerprint,
    lock_day,
    replace_all,
    replace_days,
)
from snu_analytics.warehouse.rights import give_password
from snu_analytics.warehouse.rotation import (
    KeyedRows,
    begin_rotation,
    days_of_other_keys,
    finish_rotation,
    rows_by_key,
)
from snu_analytics.warehouse.schema import warehouse_metadata
from snu_analytics.warehouse.urls import dagster_url

__all__ = [
    "BREAKDOWN_COLUMNS",
    "SOUND_LINES",
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
    "claimed_key",
    "closed_counts",
    "closed_months",
    "connect",
    "copy_rows",
    "copy_text",
    "dagster_url",
    "days_due",
    "days_of_other_keys",
    "drop_closed_counts",
    "erase_subjects",
    "erased_digests",
    "erased_with_other_keys",
    "event_row",
    "expire_events",
    "expire_figures",
    "figures",
    "final_campaigns",
    "fine_counts",
    "finish_rotation",
    "forget_key",
    "frozen_months",
    "give_password",
    "is_made",
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
    "replace_all",
    "replace_closed_counts",
    "replace_days",
    "replace_notes",
    "replace_totals",
    "require_key",
    "resolve_url",
    "rows_by_key",
    "server_clock",
    "server_version",
    "settle_due",
    "source_fingerprints",
    "subjects_of",
    "totals_by_campaign",
    "warehouse_metadata",
    "write_closed_month",
    "write_final_campaign",
    "write_revision",
]
