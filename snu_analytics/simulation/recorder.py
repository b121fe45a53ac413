"""A document and its patches, written exactly as mongoose-patch-history 2 writes them."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from bson import ObjectId

UNSET: Any = object()

# The plugin is told to leave these out, see the reference of the application.
UNTRACKED = frozenset(
    {"_id", "__v", "updatedAt", "lastLoginAt", "password", "statusPhase2ValidatedAt"}
)


class OverError(Exception):
    """The story has come to the end of the simulated time."""


class Recorder:
    """One document: `create` and `save` change it and note patch, true state and true events."""

    def __init__(self, model: str, kept: frozenset[str], random: Random, end: datetime) -> None:
        self.model = model
        self.document: dict[str, Any] = {}
        self.patches: list[dict[str, Any]] = []
        self.states: list[tuple[str, str, datetime, str]] = []
        self.events: list[tuple[str, str, datetime, str, str | None, str | None, str | None]] = []
        self._kept = kept
        self._random = random
        self._end = end

    @property
    def ref(self) -> str:
        return str(self.document["_id"])

    def create(
        self, at: datetime, fields: dict[str, Any], event: str, user: dict | None = None
    ) -> None:
        """The first save: one patch of `add` operations, one creation event."""
        self._check(at)
        self.document = {"_id": self._object_id(at), **fields, "createdAt": at, "updatedAt": at}
        tracked = [k for k in self.document if k not in UNTRACKED]
        ops = [{"op": "add", "path": _path(k), "value": _told(self.document[k])} for k in tracked]
        patch = self._patch(at, ops, user)
        self.events.append((self.ref, patch, at, event, None, None, fields["status"]))

    def save(
        self,
        at: datetime,
        changes: dict[str, Any],
        events: dict[str, str] | None = None,
        user: dict | None = None,
    ) -> None:
        """A later save. `events` gives the event's name for each changed field that makes one."""
        self._check(at)
        before = {k: self.document.get(k, UNSET) for k in changes}
        moved = {k: v for k, v in changes.items() if not _same(before[k], v)}
        if not moved:
            return
        ops = [op for k, v in moved.items() if k not in UNTRACKED for op in _ops(k, before[k], v)]
        for key, value in moved.items():
            if value is UNSET:
                self.document.pop(key, None)
            else:
                self.document[key] = value
        self.document["updatedAt"] = at
        if not ops:
            return
        patch = self._patch(at, ops, user)
        for field, name in (events or {}).items():
            if field in moved:
                told = (_text(before[field]), _text(moved[field]))
                self.events.append((self.ref, patch, at, name, field, *told))

    def _check(self, at: datetime) -> None:
        if at >= self._end:
            raise OverError

    def _patch(self, at: datetime, ops: list[dict], user: dict | None) -> str:
        own = self._object_id(at)
        patch = {
            "_id": own,
            "ops": ops,
            "modelName": self.model,
            "modelId": self.document["_id"],
            "ref": self.document["_id"],
            "date": at,
            "__v": 0,
        }
        if user is not None:
            patch["user"] = user
        self.patches.append(patch)
        state = {k: _told(v) for k, v in self.document.items() if k in self._kept}
        text = json.dumps(state, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        self.states.append((self.ref, str(own), at, text))
        return str(own)

    def _object_id(self, at: datetime) -> ObjectId:
        # The number of the patch keeps the ids of one document in order within a millisecond.
        tail = self._random.getrandbits(40).to_bytes(5, "big")
        serial = len(self.patches).to_bytes(3, "big")
        return ObjectId(int(at.timestamp()).to_bytes(4, "big") + serial + tail)


def _same(before: Any, after: Any) -> bool:
    return before is after or (before is not UNSET and after is not UNSET and before == after)


def _ops(key: str, before: Any, after: Any) -> list[dict[str, Any]]:
    path = _path(key)
    if after is UNSET:
        return [{"op": "remove", "path": path, "originalValue": _told(before)}]
    if before is UNSET:
        return [{"op": "add", "path": path, "value": _told(after)}]
    if isinstance(before, list) and isinstance(after, list):
        return _array_ops(path, before, after)
    return [{"op": "replace", "path": path, "value": _told(after), "originalValue": _told(before)}]


def _array_ops(path: str, before: list, after: list) -> list[dict[str, Any]]:
    """By index: what is taken from the middle is replaced, and the tail removed."""
    common = min(len(before), len(after))
    removed = [
        {"op": "remove", "path": f"{path}/{i}", "originalValue": _told(before[i])}
        for i in reversed(range(common, len(before)))
    ]
    replaced = [
        {
            "op": "replace",
            "path": f"{path}/{i}",
            "value": _told(after[i]),
            "originalValue": _told(before[i]),
        }
        for i in range(common)
        if before[i] != after[i]
    ]
    added = [
        {"op": "add", "path": f"{path}/{i}", "value": _told(after[i])}
        for i in range(common, len(after))
    ]
    return removed + replaced + added


def _path(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _told(value: Any) -> Any:
    """The value as JSON knows it: the plugin compares documents after `toJSON`."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, list):
        return [_told(v) for v in value]
    return value


def _text(value: Any) -> str | None:
    if value is UNSET or value is None:
        return None
    told = _told(value)
    return told if isinstance(told, str) else json.dumps(told)
