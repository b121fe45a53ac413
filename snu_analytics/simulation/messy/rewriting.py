"""A document with values written otherwise: what stands in place of each value, and its truth."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bson.decimal128 import Decimal128

from snu_analytics.simulation.fields import status_event
from snu_analytics.simulation.messy.instants import instant_of
from snu_analytics.simulation.moments import top
from snu_analytics.simulation.recorder import (
    Event,
    Operation,
    Recorder,
    as_json,
    json_text,
    value_text,
)

OTHER = "OTHER"


class Written(NamedTuple):
    """What stands in place of a true value, what it must become, and the kind of oddity."""

    written: Any
    becomes: Any
    kind: str


class Oddity(NamedTuple):
    """A row of the table of that name: both values as JSON text."""

    model: str
    ref: str
    field: str
    written: str
    becomes: str
    kind: str


@dataclass(frozen=True)
class Rewriting:
    """The writings of one field, by the key of the true value.

    With `elements`, lists are rewritten element by element. Of a date, all its representations
    have one key.
    """

    entries: dict[str, Written]
    elements: bool = False
    dates: bool = False

    def written(self, value: Any) -> Any:
        return self._mapped(value, 0)

    def becomes(self, value: Any) -> Any:
        return self._mapped(value, 1)

    def becomes_text(self, text: str | None) -> str | None:
        """The same for the text of a value in an event."""
        if text is None:
            return None
        for value in _readings(text):
            after = self.becomes(value)
            if after is not value and after != value:
                return value_text(after)
        return text

    def _mapped(self, value: Any, part: int) -> Any:
        if self.elements and isinstance(value, list):
            return [self._mapped(inner, part) for inner in value]
        if self.elements and isinstance(value, dict):
            return {key: self._mapped(inner, part) for key, inner in value.items()}
        entry = self.entries.get(key_of(value, self.dates))
        return value if entry is None else entry[part]


def key_of(value: Any, dates: bool = False) -> str:
    """The key that distinguishes true values, the same for every representation of a date."""
    instant = instant_of(value) if dates else None
    return json_text(as_json(value if instant is None else instant))


def values_of(
    record: Recorder, field: str, elements: bool = False, dates: bool = False
) -> dict[str, Any]:
    """All values of a field in the document and its patches by their key, oldest first."""
    values: dict[str, Any] = {}
    for value in _all_values(record, field):
        parts = [value]
        if elements and isinstance(value, list | dict):
            parts = value if isinstance(value, list) else list(value.values())
        for part in parts:
            values.setdefault(key_of(part, dates), part)
    return values


def _all_values(record: Recorder, field: str) -> Iterator[Any]:
    for patch in record.patches:
        for op in patch["ops"]:
            if top(op) == field:
                yield from (op[name] for name in ("originalValue", "value") if name in op)
    if field in record.document:
        yield record.document[field]


def rewrite(record: Recorder, rewritings: dict[str, Rewriting]) -> None:
    """Write a record's document, patches and truth anew."""
    for field in rewritings.keys() & record.document.keys():
        record.document[field] = rewritings[field].written(record.document[field])
    for patch in record.patches:
        patch["ops"] = [_operation(op, rewritings.get(top(op))) for op in patch["ops"]]
    states = []
    for state in record.states:
        values = json.loads(state.state)
        for field in rewritings.keys() & values.keys():
            values[field] = rewritings[field].becomes(values[field])
        states.append(state._replace(state=json_text(values)))
    record.states = states
    record.events = [
        event for old in record.events if (event := _event(record.model, old, rewritings))
    ]


def oddities(record: Recorder, rewritings: dict[str, Rewriting]) -> list[Oddity]:
    """The rows that say what was written and what it must become."""
    return [
        Oddity(record.model, record.ref, field, raw_text(e.written), raw_text(e.becomes), e.kind)
        for field, rewriting in rewritings.items()
        for e in rewriting.entries.values()
    ]


def raw_text(value: Any) -> str:
    """The value as JSON text, types that JSON lacks as MongoDB writes them."""

    def other(inner: Any) -> Any:
        return {"$numberDecimal": str(inner)} if isinstance(inner, Decimal128) else as_json(inner)

    return json.dumps(
        as_json(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=other
    )


def _operation(op: Operation, rewriting: Rewriting | None) -> Operation:
    if rewriting is None:
        return op
    values: dict[str, Any] = {
        name: _of_patch(rewriting.written(op[name]))
        for name in ("value", "originalValue")
        if name in op
    }
    return {**op, **values}


def _of_patch(value: Any) -> Any:
    return as_json(value) if isinstance(value, datetime) else value


def _event(model: str, event: Event, rewritings: dict[str, Rewriting]) -> Event | None:
    """The event with what its values become, None when it is none any more."""
    rewriting = rewritings.get(event.field or "status")
    if rewriting is None:
        return event
    before = rewriting.becomes_text(event.from_value)
    after = rewriting.becomes_text(event.to_value)
    if (before, after) == (event.from_value, event.to_value):
        return event
    name: str | None = event.event_name
    if event.field == "status":
        name = status_event(model, before, after)
    return event._replace(event_name=name, from_value=before, to_value=after) if name else None


def _readings(text: str) -> Iterator[Any]:
    """The values that a text in an event may stand for: itself, or what it is as JSON."""
    yield text
    try:
        value = json.loads(text)
    except ValueError:
        return
    if not isinstance(value, str):
        yield value
