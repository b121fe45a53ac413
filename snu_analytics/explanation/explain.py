"""The chain of custody of one event: from the row that holds it back to the patch behind it.

Shown is what the warehouse may hold: pseudonyms, listed values, days, ages. No identifier of the
source leaves this module.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
import psycopg

from snu_analytics.catalogue import Clause, Entity
from snu_analytics.days import DayRange
from snu_analytics.errors import SnuError
from snu_analytics.events import Pseudonymiser, build_events, deidentified_states, first_match
from snu_analytics.explanation.contradictions import Contradictions
from snu_analytics.explanation.values import (
    NOTHING,
    Difference,
    ValueTexts,
    decoded,
    differences,
    shown,
)
from snu_analytics.history import INFERRED_CREATION, Canonicaliser, Timeline, rebuild, snapshots
from snu_analytics.pipeline import PipelineContext, with_joined
from snu_analytics.source import Histories, Source
from snu_analytics.warehouse import event_row, key_matches

RECORDED = "recorded"


class ExplanationError(SnuError):
    """An event cannot be explained; the message says why and what to do."""


@dataclass(frozen=True)
class Operation:
    """An operation of the patch; `original` and `value` are None where it has none."""

    op: str
    path: str
    original: str | None
    value: str | None


@dataclass(frozen=True)
class Carried:
    """A field before and after the event, and what each value rests on.

    `moved`: the value changed, which a pseudonym or an age need not show; `named`: by the patch.
    """

    field: str
    before: str
    rests_before: str
    after: str
    rests_after: str
    moved: bool
    named: bool


@dataclass(frozen=True)
class Explanation:
    """How an event came about.

    `row` is the table's, by column; `instant` (UTC) is the change's in the source, which no table
    holds. `patch` is the patch's place among the document's `patches`
    (None: an inferred creation). `contradictions` are pairs of fields and sentence,
    `figures` the definitions by name. `gone`: rebuilding gives no such event today; `others` are
    the events that the same patch makes today.
    """

    entity: str
    table: str
    row: Mapping[str, Any]
    instant: datetime
    patch: int | None
    patches: int
    operations: tuple[Operation, ...]
    values: tuple[Carried, ...]
    joined: Mapping[str, str]
    joined_entity: str | None
    contradictions: tuple[tuple[tuple[str, ...], str], ...]
    rule: str
    figures: Mapping[str, str]
    others: tuple[str, ...]
    gone: bool
    differences: tuple[Difference, ...]


def explain(
    context: PipelineContext, source: Source, warehouse: psycopg.Connection, event_id: str
) -> Explanation:
    """How an event came about, and whether the source still gives its row.

    Raises ExplanationError when the id is none or in no table, when the rows are of another key,
    and when what the event was made of is no longer in the source.
    """
    entity, row = _event(context, warehouse, event_id)
    origin = _origin(context.pseudonyms, entity, source, row)
    canonicaliser = context.canonicaliser(entity, source)
    histories = source.histories(entity, [origin.ref])
    timeline = rebuild(histories, entity, canonicaliser)
    at = _row_of(timeline, origin, entity, row)
    texts = ValueTexts(entity, row["event_date"], context.pseudonyms)
    operations = _operations(histories, origin, canonicaliser)
    named = list(dict.fromkeys(field for field, _, _ in operations))
    values = _values(timeline, at, named, row["field"], texts)
    events = _rebuilt(context, entity, source, timeline, row["event_date"])
    again = next((event for event in events if event["event_id"] == str(row["event_id"])), None)
    patches = [id_ for id_ in timeline.heads["patch_id"] if not id_.startswith(INFERRED_CREATION)]
    return Explanation(
        entity=entity.name,
        table=entity.table,
        row=row,
        instant=timeline.heads["date"][int(timeline.patch_of[at])],
        patch=None if origin.inferred else patches.index(origin.change) + 1,
        patches=len(patches),
        operations=tuple(_operation(texts, *parts) for parts in operations),
        values=values,
        joined=_joined_columns(entity, again),
        joined_entity=entity.join.entity if entity.join else None,
        contradictions=tuple(
            Contradictions(timeline, texts.of).of(at, [value.field for value in values])
        ),
        rule=_rule(entity, row),
        figures={
            f"{figure.phase} {figure.figure}": figure.definition
            for figure in entity.figures
            if any(_meets(row, clause) for clause in figure.counts)
        },
        others=tuple(
            event["event_name"]
            for event in events
            if event["change_id"] == str(row["change_id"]) and event is not again
        ),
        gone=again is None,
        differences=differences(row, again) if again else (),
    )


def _event(
    context: PipelineContext, warehouse: psycopg.Connection, event_id: str
) -> tuple[Entity, Mapping[str, Any]]:
    try:
        wanted = UUID(event_id.strip())
    except ValueError:
        raise ExplanationError(
            "that is no event id: give a uuid as it stands in the column event_id of an event table"
        ) from None
    entities = {entity.table: entity for entity in context.catalogue.entities.values()}
    table_and_row = event_row(warehouse, list(entities), wanted)
    if table_and_row is None:
        raise ExplanationError(
            f"no event table holds {wanted}: its day was materialised again without it, or the id "
            "is of another warehouse (SNU_WAREHOUSE_URL)"
        )
    table, row = table_and_row
    key_id = context.pseudonyms.fingerprint
    if row["key_id"] not in (None, key_id) or not key_matches(warehouse, key_id):
        raise ExplanationError(
            "SNU_PSEUDONYM_KEY is not the key of the row: set the key it was made with"
        )
    return entities[table], row


@dataclass(frozen=True)
class _Origin:
    """The change behind an event, by its identifiers in the source: never to be shown."""

    change: str
    ref: str

    @property
    def inferred(self) -> bool:
        return self.change.startswith(INFERRED_CREATION)


def _origin(
    pseudonyms: Pseudonymiser, entity: Entity, source: Source, row: Mapping[str, Any]
) -> _Origin:
    """The patch, or the inferred creation, whose pseudonym the row holds."""
    days = DayRange(row["event_date"], row["event_date"])
    change = str(row["change_id"])
    heads = source.day_patches(entity, days.start, days.end).heads
    patches = heads.filter(pseudonyms.series("change", heads["patch_id"]) == change)
    if len(patches):
        patch = patches.row(0, named=True)
        if patch["defect"]:
            raise ExplanationError(
                f"the patch of this event cannot be read any more ({patch['defect']}): mend it in "
                f"the source, or {_again(entity, row)} to take the row away"
            )
        return _Origin(patch["patch_id"], patch["ref"])
    made = pl.Series(source.made_between(entity, days.start, days.end), dtype=pl.String)
    inferred = INFERRED_CREATION + made
    for creation in inferred.filter(pseudonyms.series("change", inferred) == change):
        return _Origin(creation, creation.removeprefix(INFERRED_CREATION))
    if row["event_name"] == entity.creation.event and row["quality"] == "inferred":
        raise ExplanationError(
            f"the document whose creation was inferred is no longer in {entity.collection}, or no "
            f"longer dated {days.first}: it was erased or mended since; {_again(entity, row)} to "
            "take the row away"
        )
    raise ExplanationError(
        f"no patch of {days.first} in {entity.patches} is the one behind this event: it was erased "
        f"or purged since, or dated anew; {_again(entity, row)} to take the row away"
    )


def _again(entity: Entity, row: Mapping[str, Any]) -> str:
    return f"run `snu-analytics materialize {row['event_date']} --entity {entity.name}`"


def _row_of(timeline: Timeline, origin: _Origin, entity: Entity, row: Mapping[str, Any]) -> int:
    position = timeline.heads["patch_id"].index_of(origin.change)
    if position is None and origin.inferred:
        raise ExplanationError(
            "the creation of this document is no longer inferred at that instant, for a patch or "
            f"an older date of creation tells it now: {_again(entity, row)} to replace the row"
        )
    if position is None:
        raise ExplanationError("the patch changed while it was read: run the command again")
    return int(np.flatnonzero(timeline.patch_of == position)[0])


# Of an operation: its field, the source's row of it, and its canonical original and value.
_Operation = tuple[str, Mapping[str, Any], tuple[str | None, str | None]]


def _operations(
    histories: Histories, origin: _Origin, canonicaliser: Canonicaliser
) -> list[_Operation]:
    heads = histories.patches.heads.filter(pl.col("patch_id") == origin.change)
    ops = histories.patches.ops.join(heads.select("patch"), on="patch", how="semi")
    operations: list[_Operation] = []
    for op in ops.iter_rows(named=True):
        texts = pl.Series([op["original"], op["value"]], dtype=pl.String)
        original, value = canonicaliser.series(op["field"], texts)
        operations.append((op["field"], op, (original, None if op["op"] == "remove" else value)))
    return operations


def _operation(
    texts: ValueTexts, field: str, op: Mapping[str, Any], operands: tuple[str | None, str | None]
) -> Operation:
    original, value = (None if text is None else texts.of(field, text) for text in operands)
    # Below an array stand positions; any other path could hold a word of the document.
    steps = [part if part.isdecimal() else "…" for part in op["sub"].split("/")[1:]]
    return Operation(op["op"], "/".join([f"/{field}", *steps]), original, value)


def _values(
    timeline: Timeline, at: int, named: list[str], field: str | None, texts: ValueTexts
) -> tuple[Carried, ...]:
    """The fields that the patch names, then those in doubt on either side."""
    created = at in timeline.creation
    sides = np.array([at - 1, at])
    before, after = (json.loads(f"{{{members}}}") for members in timeline.doubts(sides))
    if created:
        before = {}
    fields = dict.fromkeys([*([field] if field else []), *named, *before, *after])
    carried = []
    for name in fields:
        values = timeline.tracks[name].at(sides)
        carried.append(
            Carried(
                field=name,
                before=NOTHING if created else texts.of(name, values[0]),
                rests_before=before.get(name, RECORDED),
                after=texts.of(name, values[1]),
                rests_after=after.get(name, RECORDED),
                moved=created or values[0] != values[1],
                named=name in named,
            )
        )
    return tuple(carried)


def _rebuilt(
    context: PipelineContext, entity: Entity, source: Source, timeline: Timeline, day: date
) -> list[dict[str, Any]]:
    """The document's events of the day, as the source gives them now."""
    days = DayRange(day, day)
    frame = with_joined(context, entity, source, snapshots(timeline, days.start, days.end))
    states = deidentified_states(frame, entity, context.catalogue, context.pseudonyms)
    rows = build_events(states, entity, context.catalogue, context.pseudonyms)
    return [decoded(event) for event in rows.events.iter_rows(named=True)]


def _joined_columns(entity: Entity, event: Mapping[str, Any] | None) -> dict[str, str]:
    joined = [name for name, column in entity.columns.items() if column.joined]
    return {name: shown(event[name]) for name in joined} if event else {}


def _rule(entity: Entity, row: Mapping[str, Any]) -> str:
    """The line of the catalogue that gave the event its name; "" where none does any more."""
    creation = entity.creation
    if row["field"] is None:
        parts = {"event": creation.event, "field": creation.field, "phase": creation.phase}
        return f"creation: {_line(parts)}" if row["event_name"] == creation.event else ""
    before, after = (
        "" if row[side] is None else json.dumps(row[side]) for side in ("from_value", "to_value")
    )
    rules = [rule for rule in entity.events if rule.field == row["field"]]
    rule = first_match(before, after, rules)
    if rule is None or rule.event != row["event_name"]:
        return ""
    values = {"from": _listed(rule.origins), "to": _listed(rule.to)}
    return f"- {_line({'field': rule.field, **values, 'event': rule.event, 'phase': rule.phase})}"


def _line(parts: Mapping[str, str | None]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in parts.items() if value) + "}"


def _listed(values: tuple[str | None, ...] | None) -> str | None:
    if values is None:
        return None
    texts = ["~" if value is None else value for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _meets(row: Mapping[str, Any], clause: Clause) -> bool:
    """Whether the figures' SQL counts the row: every condition that is given holds."""
    return all(
        not allowed or row[column] in allowed
        for column, allowed in (
            ("event_name", clause.event),
            ("field", (clause.field,) if clause.field else ()),
            ("from_value", clause.origins),
            ("to_value", clause.to),
        )
    )
