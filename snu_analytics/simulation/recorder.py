"""A document and its patches, written exactly as mongoose-patch-history 2 writes them."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from random import Random
from typing import Any, NamedTuple

from bson import ObjectId

from snu_analytics.simulation.fields import COLLECTIONS, CREATION, EVENTS, STATE_FIELDS, UNTRACKED

UNSET: Any = object()
"""The value of a field that is to be removed."""

Operation = dict[str, Any]

json_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class OverError(Exception):
    """The story has come to the end of the simulated time."""


class State(NamedTuple):
    """The fields of `STATE_FIELDS` after a patch, as JSON with sorted keys."""

    ref: str
    patch_id: str
    date: datetime
    state: str


class Event(NamedTuple):
    """A true event, with the raw values as text, null for nothing.

    `patch_id` is None where no patch records it: undamaged histories have none such.
    """

    ref: str
    patch_id: str | None
    date: datetime
    event_name: str
    field: str | None
    from_value: str | None
    to_value: str | None


class Recorder:
    """One document: `create` and `save` change it and note patch, true state and true events.

    `young` is the id of the young person that the document names, if it names one.
    Instants are in UTC, in whole milliseconds. Both raise OverError from `end` on.
    """

    def __init__(self, model: str, random: Random, end: datetime) -> None:
        self.model = model
        self.ref = ""
        self.young = ""
        self.document: dict[str, Any] = {}
        self.patches: list[dict[str, Any]] = []
        self.states: list[State] = []
        self.events: list[Event] = []
        self._fragments: dict[str, str] = {}
        self._model_name = COLLECTIONS[model][1].removesuffix("_patches")
        self._random = random
        self._end = end

    def create(self, at: datetime, fields: dict[str, Any], user: dict | None = None) -> None:
        """The first save: one patch of `add` operations, one event.

        `fields` may hold an `_id`; else one of that instant is made.
        """
        self._check(at)
        dates = {"createdAt": at, "updatedAt": at}
        self.document = {"_id": self._object_id(at), **fields, **dates, "__v": 0}
        self.ref = str(self.document["_id"])
        self.young = fields.get("youngId", "")
        tracked = {k: v for k, v in self.document.items() if k not in UNTRACKED}
        ops = [{"op": "add", "path": _path(k), "value": as_json(v)} for k, v in tracked.items()]
        patch = self._patch(at, ops, user, tracked)
        name = CREATION[self.model]
        self.events.append(Event(self.ref, patch, at, name, None, None, fields["status"]))

    def inherit(self, document: dict[str, Any]) -> None:
        """Begin with a document that is older than its history: no patch records its creation."""
        self.document = {**document, "__v": 0}
        self.ref = str(document["_id"])
        self._note({k: v for k, v in document.items() if k not in UNTRACKED})
        name, at = CREATION[self.model], document["createdAt"]
        self.events.append(Event(self.ref, None, at, name, None, None, document["status"]))

    def save(
        self,
        at: datetime,
        changes: dict[str, Any],
        user: dict | None = None,
        event: str | None = None,
    ) -> None:
        """A later save; `event` is the name of the change of status, if there is one."""
        self._check(at)
        if "status" in changes and event is None:
            raise ValueError("a change of status needs the name of its event")
        before = {k: self.document.get(k, UNSET) for k in changes}
        moved = {k: v for k, v in changes.items() if not same(before[k], v)}
        if not moved:
            return
        for key, value in moved.items():
            if value is UNSET:
                del self.document[key]
            else:
                self.document[key] = value
        self.document["updatedAt"] = at
        tracked = {k: v for k, v in moved.items() if k not in UNTRACKED}
        ops = [op for k, v in tracked.items() for op in _changed(_path(k), before[k], v)]
        if not ops:
            return
        patch = self._patch(at, ops, user, tracked)
        for field in moved:
            name = event if field == "status" else EVENTS[self.model].get(field)
            if name is not None:
                values = (value_text(before[field]), value_text(moved[field]))
                self.events.append(Event(self.ref, patch, at, name, field, *values))

    def _check(self, at: datetime) -> None:
        if at >= self._end:
            raise OverError

    def _patch(
        self, at: datetime, ops: list[Operation], user: dict | None, moved: dict[str, Any]
    ) -> str:
        patch_id = self._object_id(at)
        patch = {"_id": patch_id, "ref": self.document["_id"], "date": at, "ops": ops}
        if user is not None:
            patch["user"] = user
        patch |= {"modelName": self._model_name, "modelId": self.document["_id"], "__v": 0}
        self.patches.append(patch)
        self._note(moved)
        state = ",".join([self._fragments[key] for key in sorted(self._fragments)])
        self.states.append(State(self.ref, str(patch_id), at, f"{{{state}}}"))
        return str(patch_id)

    def _note(self, moved: dict[str, Any]) -> None:
        for key, value in moved.items():
            if value is UNSET:
                self._fragments.pop(key, None)
            elif key in STATE_FIELDS[self.model]:
                self._fragments[key] = f"{json_text(key)}:{json_text(as_json(value))}"

    def _object_id(self, at: datetime) -> ObjectId:
        # The number of the patch keeps the ids of one document in order within a second.
        tail = self._random.getrandbits(40).to_bytes(5, "big")
        serial = len(self.patches).to_bytes(3, "big")
        return ObjectId(int(at.timestamp()).to_bytes(4, "big") + serial + tail)


def as_json(value: Any) -> Any:
    """The value in the types of JSON: the plugin compares documents after `toJSON`.

    Instants have to be in UTC.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, list):
        return [as_json(v) for v in value]
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    return value


def same(before: Any, after: Any) -> bool:
    """Whether both values are the same in JSON; UNSET is only the same as itself."""
    # False and 0 are equal in Python, not in JSON.
    return before is after or (type(before) is type(after) and before == after)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Operation]:
    """The operations with which the plugin records the way from one document to the other."""
    return list(_changed_keys("", before, after))


def _changed(path: str, before: Any, after: Any) -> Iterator[Operation]:
    """The operations from one value to the other, nested values compared key by key."""
    if same(before, after):
        return
    if after is UNSET:
        yield {"op": "remove", "path": path, "originalValue": as_json(before)}
    elif before is UNSET:
        yield {"op": "add", "path": path, "value": as_json(after)}
    elif isinstance(before, list) and isinstance(after, list):
        yield from _changed_keys(path, dict(enumerate(before)), dict(enumerate(after)))
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _changed_keys(path, before, after)
    else:
        values = {"value": as_json(after), "originalValue": as_json(before)}
        yield {"op": "replace", "path": path, **values}


def _changed_keys(path: str, before: dict, after: dict) -> Iterator[Operation]:
    # From the last key to the first, so that a list loses its tail before anything else.
    for key in reversed(before):
        yield from _changed(path + _path(key), before[key], after.get(key, UNSET))
    for key in [k for k in after if k not in before]:
        yield from _changed(path + _path(key), UNSET, after[key])


@cache
def _path(key: object) -> str:
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def value_text(value: Any) -> str | None:
    """The raw value as text of an event, None for nothing."""
    if value is UNSET or value is None:
        return None
    raw = as_json(value)
    return raw if isinstance(raw, str) else json_text(raw)
