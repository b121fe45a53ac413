"""De-identified snapshots to event rows, exactly as the event table holds them."""

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.events.leaks import refuse_raw_values
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import column_values, plain_text, states, treated
from snu_analytics.events.rules import named_changes
from snu_analytics.history import JOINED


def build_events(
    snapshots: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """The events of the snapshots (see `deidentified_states`), in their order.

    Columns are those of the event table, in its order: ids as uuid texts, `event_date` Date,
    `event_at` Datetime(ms, UTC), states as JSON texts, key columns as String, Int16, Boolean or
    Float64. Raises LeakError for a value that no treatment can make.
    """
    changes = named_changes(snapshots, entity)
    after = changes["row"]
    # Every event needs two of the snapshots; those of patches without an event are never rendered.
    needed = pl.concat([after, after - 1]).unique().sort()
    rendered = snapshots[needed]
    texts, values, distinct = states(rendered, entity)
    at = needed.search_sorted(after)
    before = needed.search_sorted(after - 1)
    rows = rendered[at]
    table = {
        "event_id": pseudonyms.series("event", rows["change_id"] + "/" + changes["event_name"]),
        "change_id": rows["change_id"],
        "subject_id": rows["subject_id"],
        "event_date": rows["day"],
        "event_at": rows["date"],
        "phase": changes["phase"],
        "event_name": changes["event_name"],
        "field": changes["field"],
        "from_value": plain_text(changes["from_text"]),
        "to_value": plain_text(changes["to_text"]),
        "state_before": pl.select(
            pl.when(rows["creation"]).then(pl.lit("{}")).otherwise(texts.gather(before))
        ).to_series(),
        "state_after": texts.gather(at),
    }
    for name, column in entity.columns.items():
        if column.joined:
            field = catalogue.field(entity, column)
            value = treated(field, rows[JOINED + column.field])
        else:
            value = values[column.field].gather(at)
        table[name] = column_values(value, catalogue.column_type(entity, column), column.true_for)
    table["actor_role"] = rows["role"]
    table["quality"] = changes["quality"]
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
