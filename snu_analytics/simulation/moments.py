"""A document's history as moments, so that its patches can be damaged and its truth preserved."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bson import ObjectId

from snu_analytics.simulation.fields import STATE_FIELDS
from snu_analytics.simulation.recorder import (
    UNSET,
    Event,
    Operation,
    Recorder,
    State,
    json_text,
    same,
)

_MS = timedelta(milliseconds=1)


@dataclass(eq=False)
class Moment:
    """What a document truly held from an instant on, and the patch of that instant.

    `state` holds the tracked fields as JSON, `patch` the operations and the user of the patch, None
    where no patch is left. Which events have a patch is decided by `DocumentHistory.write`.
    """

    at: datetime
    patch_id: ObjectId
    state: dict[str, Any]
    patch: dict[str, Any] | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def ops(self) -> list[Operation]:
        return self.patch["ops"] if self.patch else []

    @property
    def user(self) -> dict[str, Any] | None:
        return self.patch.get("user") if self.patch else None

    def set_patch(self, ops: list[Operation], user: dict[str, Any] | None = None) -> None:
        """Give the moment a patch with these operations, of that user or of nobody."""
        self.patch = {"ops": ops} | ({"user": user} if user else {})

    def trim(self, fields: frozenset[str]) -> None:
        """Leave only the operations on these fields in the patch, or no patch without any."""
        ops = [op for op in self.ops if top(op) in fields]
        self.patch = {**self.patch, "ops": ops} if self.patch and ops else None


class DocumentHistory:
    """The moments of one document, in the order of (instant, id)."""

    def __init__(self, record: Recorder) -> None:
        self.record = record
        self.model = record.model
        self.ref = record.ref
        self.gone = False
        self.moments: list[Moment] = []
        events: dict[str | None, list[Event]] = {}
        for event in record.events:
            events.setdefault(event.patch_id, []).append(event)
        state: dict[str, Any] = {}
        for patch in record.patches:
            state = applied(state, patch["ops"])
            moment = Moment(
                patch["date"], patch["_id"], state, events=events.get(str(patch["_id"]), [])
            )
            moment.set_patch(patch["ops"], patch.get("user"))
            self.moments.append(moment)

    def before(self, moment: Moment) -> Moment | None:
        at = self.moments.index(moment)
        return self.moments[at - 1] if at else None

    def after(self, moment: Moment) -> Moment | None:
        at = self.moments.index(moment) + 1
        return self.moments[at] if at < len(self.moments) else None

    def state_at(self, instant: datetime) -> dict[str, Any] | None:
        """The state as of that instant, None before the creation."""
        held = [moment.state for moment in self.moments if moment.at <= instant]
        return held[-1] if held else None

    def insert(self, moment: Moment, following: Moment) -> None:
        """Put `following` right behind the moment."""
        self.moments.insert(self.moments.index(moment) + 1, following)

    def spread(self, moment: Moment, values: dict[str, Any]) -> None:
        """Let the document hold these values from the moment on."""
        for later in self.moments[self.moments.index(moment) :]:
            later.state = {**later.state, **values}
        self.record.document |= values

    def write(self) -> None:
        """Write patches, true states and true events into the record."""
        record = self.record
        record.patches, record.states, record.events = [], [], []
        for moment in self.moments:
            patch_id, state = str(moment.patch_id), state_text(self.model, moment.state)
            if moment.patch:
                record.patches.append(self._stored(moment))
                record.states.append(State(self.ref, patch_id, moment.at, state))
            touched = {top(op) for op in moment.ops}
            for event in moment.events:
                recorded_by = patch_id if (event.field or "status") in touched else None
                record.events.append(event._replace(patch_id=recorded_by, date=moment.at))
        if self.gone:
            record.document = {}

    def _stored(self, moment: Moment) -> dict[str, Any]:
        ref = ObjectId(self.ref)
        head = {"_id": moment.patch_id, "ref": ref, "date": moment.at}
        return {**head, **(moment.patch or {}), "modelName": self.model, "modelId": ref, "__v": 0}


def instants(
    random: Random, start: datetime, end: datetime, count: int, within: timedelta
) -> list[datetime]:
    """`count` different instants after `start` and before `end`; none where there is no room."""
    room = min((end - start) // _MS - 1, within // _MS)
    if room < count:
        return []
    return [start + offset * _MS for offset in sorted(random.sample(range(1, room + 1), count))]


def next_id(random: Random, at: datetime, before: ObjectId) -> ObjectId:
    """An id of that second; within a second the number of the last save keeps its order."""
    tail = random.getrandbits(40).to_bytes(5, "big")
    return redated(ObjectId(before.binary[:7] + tail), at)


def redated(patch_id: ObjectId, at: datetime) -> ObjectId:
    """The id with the second of that instant."""
    return ObjectId(int(at.timestamp()).to_bytes(4, "big") + patch_id.binary[4:])


def changed(state: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The state with these values; UNSET takes a field away."""
    merged = {**state, **changes}
    return {key: value for key, value in merged.items() if value is not UNSET}


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The top-level fields that differ, with their later values."""
    moved = {key: new for key, new in after.items() if not same(before.get(key, UNSET), new)}
    return moved | {key: UNSET for key in before if key not in after}


def state_text(model: str, state: dict[str, Any]) -> str:
    return json_text({key: value for key, value in state.items() if key in STATE_FIELDS[model]})


def top(op: Operation) -> str:
    """The top-level field of an operation."""
    return op["path"][1:].split("/")[0].replace("~1", "/").replace("~0", "~")


def applied(state: dict[str, Any], ops: Iterable[Operation]) -> dict[str, Any]:
    """The state after the operations, sharing what they do not touch."""
    state = dict(state)
    for op in ops:
        key, *rest = [k.replace("~1", "/").replace("~0", "~") for k in op["path"][1:].split("/")]
        value = UNSET if op["op"] == "remove" else op["value"]
        value = _with(state[key], rest, value) if rest else value
        if value is UNSET:
            del state[key]
        else:
            state[key] = value
    return state


def _with(holder: Any, path: list[str], value: Any) -> Any:
    key, *rest = path
    if isinstance(holder, list):
        at = int(key)
        inner = _with(holder[at], rest, value) if rest else value
        return holder[:at] if inner is UNSET else [*holder[:at], inner, *holder[at + 1 :]]
    return changed(holder, {key: _with(holder[key], rest, value) if rest else value})
