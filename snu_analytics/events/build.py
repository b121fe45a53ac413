"""De-identified snapshots to event rows, exactly as the event table holds them."""

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.events.leaks import refuse_raw_values
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import column_values, plain_text, states, treated
from snu_analytics.events.rules import found_events
from snu_analytics.history import JOINED


def build_events(
    snapshots: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """The events of the snapshots (see `deidentified_states`), in their order.

    Columns are those of the event table, in its order: ids as uuid texts, `event_date` Date,
    `event_at` Datetime(ms, UTC), states as JSON texts, key columns as String, Int16, Boolean or
    Float64. Raises LeakError when a value is none that a treatment makes.
    """
    found = found_events(snapshots, entity)
    after = found["row"]
    # Every event needs two of the snapshots; those of patches that made none are never rendered.
    needed = pl.concat([after, after - 1]).unique().sort()
    rendered = snapshots[needed]
    told_states, values, distinct = states(rendered, entity)
    at = needed.search_sorted(after)
    before = needed.search_sorted(after - 1)
    rows = rendered[at]
    table = {
        "event_id": pseudonyms.series("event", rows["change_id"] + "/" + found["event_name"]),
        "change_id": rows["change_id"],
        "subject_id": rows["subject_id"],
        "event_date": rows["day"],
        "event_at": rows["date"],
        "phase": found["phase"],
        "event_name": found["event_name"],
        "field": found["field"],
        "from_value": plain_text(found["from_text"]),
        "to_value": plain_text(found["to_text"]),
        "state_before": pl.select(
            pl.when(rows["creation"]).then(pl.lit("{}")).otherwise(told_states.gather(before))
        ).to_series(),
        "state_after": told_states.gather(at),
    }
    for name, column in entity.columns.items():
        kept = catalogue.field(entity, column)
        kind = catalogue.column_type(entity, column)
        told = (
            treated(kept, rows[JOINED + column.field])
            if column.joined
            else values[column.field].gather(at)
        )
        table[name] = column_values(told, kind, column.true_for)
    table["actor_role"] = rows["role"]
    table["quality"] = found["quality"]
    table["doubts_before"] = _objects(
        pl.select(pl.when(~rows["creation"]).then(rendered["doubts"].gather(before))).to_series()
    )
    table["doubts_after"] = _objects(rows["doubts"])
    table["change_order"] = _place_of_changes(snapshots).gather(after)
    table["key_id"] = pl.repeat(pseudonyms.fingerprint, len(rows), dtype=pl.String, eager=True)
    events = pl.DataFrame(table)
    refuse_raw_values(events, distinct, entity)
    return events


def _place_of_changes(snapshots: pl.DataFrame) -> pl.Series:
    """The place of each row, from 1, among those of the same document and instant (Int16)."""
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over("subject_id", "date")
    return snapshots.select(place.alias("change_order"))["change_order"]


def _objects(members: pl.Series) -> pl.Series:
    """JSON objects of these members; null where there are none."""
    return pl.select(pl.when(members != "").then("{" + members + "}")).to_series()
