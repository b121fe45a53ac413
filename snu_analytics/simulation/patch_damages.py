"""Damage of patches alone: the save was right, what is noted of it is not."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from snu_analytics.simulation.moments import DocumentHistory, Moment, redated
from snu_analytics.simulation.recorder import Operation, differences
from snu_analytics.simulation.scene import Scene

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

# Names of other fields that would be `status` if they were split or unescaped in the wrong order.
ODD_KEYS = ("status.old", "status/old", "status~old")


def unrecorded(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A native write (`bulkWrite`, a script): the document changes without a patch."""
    if history.before(moment) is not None:
        moment.patch = None


def cross_wired(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """`updateMany` pairs the documents before with those after by position, and the order differs.

    The operations are the way from another person's document to this one: values are true,
    originals are the other's, and all else in which both differ is recorded as a change.
    """
    other = scene.someone_else(history, moment.at)
    if moment.patch and other is not None and history.before(moment) is not None:
        moment.set_patch(differences(other, moment.state))


def duplicate(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A restored or imported batch stores a patch once more, under an id of its own."""
    if moment.patch:
        tail = int.from_bytes(moment.patch_id.binary[7:]) + 1
        copy_id = ObjectId(moment.patch_id.binary[:7] + (tail % 2**40).to_bytes(5, "big"))
        again = Moment(moment.at, copy_id, moment.state, moment.patch)
        history.insert(moment, again)


def backdated(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A script writes the missing patch of a former change months later, dated as it was."""
    later = moment.at + timedelta(days=scene.random.randrange(30, 400))
    moment.patch_id = redated(moment.patch_id, later)


def same_millisecond(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """Two saves of a document fall into the same millisecond: only their ids hold the order."""
    before = history.before(moment)
    if before is not None:
        patch_id = redated(moment.patch_id, before.at)
        if patch_id > before.patch_id:
            moment.at, moment.patch_id = before.at, patch_id


def stringified(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A newer writer turns values to text before they are noted: dates, booleans, numbers."""
    if moment.patch:
        moment.set_patch([_texts(op) for op in moment.ops], moment.user)


def _texts(op: Operation) -> Operation:
    return {k: _text(v) if k in ("value", "originalValue") else v for k, v in op.items()}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.strftime("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)")
    if isinstance(value, list):
        return [_text(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _text(inner) for key, inner in value.items()}
    return value


def destroy_op(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A writer of its own notes removals as `destroy`, an operation that no RFC defines."""
    if moment.patch and history.before(moment) is not None:
        ops = [{**op, "op": "destroy"} if op["op"] == "remove" else op for op in moment.ops]
        if ops == moment.ops:
            ops = [*ops, {"op": "destroy", "path": "/notes"}]
        moment.set_patch(ops, moment.user)


def virtual_paths(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """Virtuals of the model leak into the comparison: paths that no document holds."""
    if moment.patch:
        state = moment.state
        virtuals: dict[str, Any] = {"id": history.ref}
        if history.model == "young":
            virtuals["fullName"] = f"{state.get('firstName')} {state.get('lastName')}"
        else:
            virtuals["young"] = {"id": state.get("youngId"), "status": "VALIDATED"}
        moment.set_patch([*moment.ops, *differences({}, virtuals)], moment.user)


def odd_keys(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """Fields with dots, slashes and tildes in their names, as imports of other tools leave them."""
    odd = {key: v for key, v in zip(ODD_KEYS, ("DRAFT", None, "1"), strict=True)
           if key not in moment.state}  # fmt: skip
    if moment.patch and odd:
        moment.set_patch([*moment.ops, *differences({}, odd)], moment.user)
        history.spread(moment, odd)
