"""Which changes are events, and what they are called: the catalogue's rules, first match wins."""

import json
from collections.abc import Sequence

import polars as pl

from snu_analytics.catalogue import Entity, EventRule
from snu_analytics.events.render import treated

CHANGE_SCHEMA = pl.Schema(
    {
        "row": pl.UInt32,  # position of the snapshot after the event
        "phase": pl.String,
        "event_name": pl.String,
        "field": pl.String,  # null for a creation
        "from_text": pl.String,  # treated JSON text
        "to_text": pl.String,
        "quality": pl.String,
    }
)


def named_changes(snapshots: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """The changes that are events (CHANGE_SCHEMA), by row and then in the order of the rules."""
    by_field: dict[str, list[EventRule]] = {}
    for rule in entity.events:
        by_field.setdefault(rule.field, []).append(rule)
    changes = [_creations(snapshots, entity)]
    for field, rules in by_field.items():
        moves = snapshots.select(
            pl.row_index("row"),
            change=pl.col("change_id").is_not_null() & ~pl.col("creation"),
            conflict=pl.col("conflicts").list.contains(field).fill_null(value=False),
            inferred=pl.col("doubts").str.contains(f'"{field}":"inferred"', literal=True),
            before=pl.col(field).shift(),
            after=pl.col(field),
        ).filter(pl.col("change") & (pl.col("before") != pl.col("after")))
        moves = moves.with_columns(
            treated(entity.fields[field], moves[side]).alias(side) for side in ("before", "after")
        )
        changes.append(_named(moves, rules))
    return pl.concat(changes).sort("row", maintain_order=True)


def _creations(snapshots: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    creation = entity.creation
    created = snapshots.select(
        pl.row_index("row"), "creation", "inferred", to=creation.field
    ).filter("creation")
    return created.select(
        "row",
        pl.lit(creation.phase).alias("phase"),
        pl.lit(creation.event).alias("event_name"),
        pl.lit(None, pl.String).alias("field"),
        pl.lit("").alias("from_text"),
        treated(entity.fields[creation.field], created["to"]).alias("to_text"),
        pl.when("inferred").then(pl.lit("inferred")).otherwise(pl.lit("recorded")).alias("quality"),
    ).cast(CHANGE_SCHEMA)


def _named(moves: pl.DataFrame, rules: Sequence[EventRule]) -> pl.DataFrame:
    """The moves that a rule names (CHANGE_SCHEMA); the others are no events."""
    pairs = moves.select("before", "after").unique()
    rule_of = [first_match(before, after, rules) for before, after in pairs.iter_rows()]
    names = pairs.with_columns(
        event_name=pl.Series([r.event if r else None for r in rule_of], dtype=pl.String),
        phase=pl.Series([r.phase if r else None for r in rule_of], dtype=pl.String),
    )
    return (
        moves.join(names, on=["before", "after"], how="left", maintain_order="left")
        .filter(pl.col("event_name").is_not_null())
        .select(
            "row",
            "phase",
            "event_name",
            pl.lit(rules[0].field).alias("field"),
            pl.col("before").alias("from_text"),
            pl.col("after").alias("to_text"),
            pl.when("conflict")
            .then(pl.lit("conflict"))
            .when("inferred")
            .then(pl.lit("inferred"))
            .otherwise(pl.lit("recorded"))
            .alias("quality"),
        )
        .cast(CHANGE_SCHEMA)
    )


def first_match(before: str, after: str, rules: Sequence[EventRule]) -> EventRule | None:
    """The first of a field's rules that fits a change between two treated JSON texts, else None."""
    origin, target = _plain(before), _plain(after)
    for rule in rules:
        if rule.to is not None and target not in rule.to:
            continue
        if rule.origins is None or origin in rule.origins:
            return rule
    return None


def _plain(text: str) -> str | None:
    """The value of a JSON text; nothing, null and the empty string are None."""
    value = json.loads(text) if text else None
    return value if isinstance(value, str) and value else (text or None) if value else None
