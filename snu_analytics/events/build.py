"""Snapshots to event rows, exactly as the event table holds them."""

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import (
    age_fragments,
    ages,
    column_values,
    plain_text,
    state_bodies,
    states,
    treated,
)
from snu_analytics.events.rules import found_events
from snu_analytics.history import JOINED


def build_events(
    snapshots: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """The events of the snapshots, in the order of the snapshots.

    Columns are those of the event table, in its order: ids as uuid texts, `event_date` Date,
    `event_at` Datetime(ms, UTC), states as JSON texts, key columns as String, Int16, Boolean or
    Float64.
    """
    found = found_events(snapshots, entity, pseudonyms)
    after = found["row"]
    # Every event needs two of the snapshots; those of patches that made none are never rendered.
    needed = pl.concat([after, after - 1]).unique().sort()
    rendered = snapshots[needed]
    bodies, values = state_bodies(rendered, entity, pseudonyms)
    at = needed.search_sorted(after)
    before = needed.search_sorted(after - 1)
    rows = rendered[at]
    days = rows["day"]

    birth = next((f for f, kept in entity.fields.items() if kept.treatment == "age"), None)
    births = rendered[birth] if birth else pl.repeat("", len(rendered), eager=True)
    state_after = states(age_fragments(births.gather(at), days), bodies.gather(at))
    state_before = states(age_fragments(births.gather(before), days), bodies.gather(before))

    role = catalogue.vocabularies["role"]
    changes = rows["patch_id"]
    table = {
        "event_id": pseudonyms.series("event", changes + "/" + found["event_name"]),
        "change_id": pseudonyms.series("change", changes),
        "subject_id": pseudonyms.series(entity.name, rows["ref"]),
        "event_date": days,
        "event_at": rows["date"],
        "phase": found["phase"],
        "event_name": found["event_name"],
        "field": found["field"],
        "from_value": plain_text(found["from_text"]),
        "to_value": plain_text(found["to_text"]),
        "state_before": pl.select(
            pl.when(rows["creation"]).then(pl.lit("{}")).otherwise(state_before)
        ).to_series(),
        "state_after": state_after,
    }
    for name, column in entity.columns.items():
        kept = catalogue.field(entity, column)
        kind = catalogue.column_type(entity, column)
        if kept.treatment == "age":
            table[name] = ages(
                rows[JOINED + column.field] if column.joined else rows[column.field], days
            )
        elif column.joined:
            told = treated(kept, rows[JOINED + column.field], pseudonyms)
            table[name] = column_values(told, kind, column.true_for)
        else:
            table[name] = column_values(values[column.field].gather(at), kind, column.true_for)
    table["actor_role"] = pl.select(
        pl.when(rows["role"].is_in(list(role.values))).then(rows["role"])
    ).to_series()
    table["quality"] = found["quality"]
    table["doubts_before"] = _objects(
        pl.select(pl.when(~rows["creation"]).then(rendered["doubts"].gather(before))).to_series()
    )
    table["doubts_after"] = _objects(rows["doubts"])
    return pl.DataFrame(table)


def _objects(members: pl.Series) -> pl.Series:
    """JSON objects of these members; null where there are none."""
    return pl.select(pl.when(members != "").then("{" + members + "}")).to_series()
