"""De-identified snapshots to event rows, exactly as the event table holds them."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from snu_analytics.catalogue import Catalogue, Column, Entity
from snu_analytics.events.leaks import refuse_raw_values
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import column_values, plain_text, states, treated
from snu_analytics.events.rules import named_changes
from snu_analytics.history import JOINED


class EventRows(NamedTuple):
    """The rows of an entity's event table, and those of its membership table.

    A membership row has the `event_id`, `subject_id`, `event_date` and `key_id` of an event of
    which a restricted column is not null, and these columns (uuid texts).
    """

    events: pl.DataFrame
    memberships: pl.DataFrame


def build_events(
    snapshots: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> EventRows:
    """The events of the snapshots (see `deidentified_states`), in their order, with memberships.

    Columns are those of the tables, in their order: ids as uuid texts, `event_date` Date,
    `event_order` Int16, states as JSON texts, key columns as String, Int16, Boolean or Float64.
    Raises LeakError for a value that no treatment can make.
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

    def key_columns(columns: Mapping[str, Column]) -> dict[str, pl.Series]:
        return {
            name: column_values(
                treated(catalogue.field(entity, column), rows[JOINED + column.field])
                if column.joined
                else values[column.field].gather(at),
                catalogue.column_type(entity, column),
                column.true_for,
            )
            for name, column in columns.items()
        }

    identity = {
        "event_id": pseudonyms.series("event", rows["change_id"] + "/" + changes["event_name"]),
        "change_id": rows["change_id"],
        "subject_id": rows["subject_id"],
        "event_date": rows["day"],
    }
    key_id = pl.repeat(pseudonyms.fingerprint, len(rows), dtype=pl.String, eager=True)
    events = pl.DataFrame(
        {
            **identity,
            "event_order": _event_order(rows, after),
            "phase": changes["phase"],
            "event_name": changes["event_name"],
            "field": changes["field"],
            "from_value": plain_text(changes["from_text"]),
            "to_value": plain_text(changes["to_text"]),
            "state_before": pl.select(
                pl.when(rows["creation"]).then(pl.lit("{}")).otherwise(texts.gather(before))
            ).to_series(),
            "state_after": texts.gather(at),
            **key_columns(entity.event_columns),
            "actor_role": rows["role"],
            "quality": changes["quality"],
            "doubts_before": _objects(
                pl.select(
                    pl.when(~rows["creation"]).then(rendered["doubts"].gather(before))
                ).to_series()
            ),
            "doubts_after": _objects(rows["doubts"]),
            "key_id": key_id,
        }
    )
    refuse_raw_values(events, distinct, entity)
    restricted = key_columns(entity.membership_columns)
    memberships = pl.DataFrame(
        {n: identity[n] for n in ("event_id", "subject_id", "event_date")}
        | restricted
        | {"key_id": key_id}
    ).filter(pl.any_horizontal(False, *(pl.col(name).is_not_null() for name in restricted)))
    return EventRows(events, memberships)


def _event_order(rows: pl.DataFrame, after: pl.Series) -> pl.Series:
    """The place of each event's change, from 1, among its subject's of the day (Int16).

    Changes without an event have no place; `after` are the snapshots' positions, in time order.
    """
    place = after.rename("place").to_frame().hstack(rows.select("subject_id", "day"))
    return place.select(pl.col("place").rank("dense").over("subject_id", "day").cast(pl.Int16))[
        "place"
    ]


def _objects(members: pl.Series) -> pl.Series:
    """JSON objects of these members; null where there are none."""
    return pl.select(pl.when(members != "").then("{" + members + "}")).to_series()
