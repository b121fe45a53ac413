"""Damage by saves: writes that fail, race, aim at nothing, or take odd values on their way."""

from datetime import timedelta
from typing import Any

from snu_analytics.simulation.moments import DocumentHistory, Moment, changed, instants, next_id
from snu_analytics.simulation.recorder import UNSET, differences
from snu_analytics.simulation.scene import A_WEEK, Scene, events_between

_RETRIED_WITHIN = timedelta(milliseconds=400)
_TRIES = 10

# What an empty model holds: the defaults of its schema, and mongoose's empty lists.
EMPTY_MODEL: dict[str, dict[str, Any]] = {
    "young": {
        "status": "IN_PROGRESS",
        "statusPhase1": "WAITING_AFFECTATION",
        "statusPhase2": "WAITING_REALISATION",
        "statusPhase3": "WAITING_REALISATION",
        "source": "VOLONTAIRE",
        "domains": [],
        "phase2ApplicationStatus": [],
        "statusPhase2Contract": [],
    },
    "application": {"hidden": "false", "isJvaMission": "false", "filesType": []},
}

_ARRAYS = ("domains", "filesType", "statusPhase2Contract", "phase2ApplicationStatus")
_BLANKED = {
    "young": ("qpv", "grade", "phase2NumberHoursEstimated"),
    "application": ("priority", "hidden", "missionDuration"),
}


def phantom(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A save fails after its patch was written and is given up.

    The document never gets the values, so that the next patch of these fields has the original
    value from before. What was tried is what others have saved in the same status.
    """
    for at in scene.room_after(history, moment):
        tried = scene.saved_in(history.model, moment.state["status"], at)
        ops = differences(moment.state, changed(moment.state, tried))
        if ops:
            lost = Moment(at, next_id(scene.random, at, moment.patch_id), moment.state)
            lost.set_patch(ops)
            history.insert(moment, lost)


def failed_write(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A save fails after its patch was written and is tried again at once, with success."""
    before = history.before(moment)
    if before is None:
        return
    start = max(before.at, moment.at - _RETRIED_WITHIN)
    for at in instants(scene.random, start, moment.at, 1, _RETRIED_WITHIN):
        failed = Moment(at, next_id(scene.random, at, before.patch_id), before.state)
        failed.set_patch(moment.ops, moment.user)
        history.insert(before, failed)


def stale_writer(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """Someone saves a field; then one who had loaded the document before saves it, too.

    Both patches have the same original value. The second value stays.
    """
    before = history.before(moment)
    if before is None:
        return
    whole = {op["path"][1:] for op in moment.ops if op["op"] in ("add", "replace")}
    for at in instants(scene.random, before.at, moment.at, 1, A_WEEK):
        for _ in range(_TRIES):
            saved = scene.saved_in(history.model, before.state["status"], at)
            first = {
                key: value
                for key, value in saved.items()
                if key in whole and value not in (UNSET, moment.state[key], before.state.get(key))
            }
            if first:
                _race(scene, history, before, moment, Moment(
                    at, next_id(scene.random, at, before.patch_id), changed(before.state, first)
                ))  # fmt: skip
                return


def _race(
    scene: Scene, history: DocumentHistory, before: Moment, second: Moment, first: Moment
) -> None:
    first.set_patch(differences(before.state, first.state))
    first.events = events_between(history, before.state, first.state)
    history.insert(before, first)
    second.events = events_between(history, first.state, second.state)


def fake_creation(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """An update that matches nothing: the plugin looks for a document that holds the `$set` values.

    It finds any such one and notes for it the way from an empty model to its full present state.
    """
    for at in scene.room_after(history, moment):
        fake = Moment(at, next_id(scene.random, at, moment.patch_id), moment.state)
        fake.set_patch(differences(EMPTY_MODEL[history.model], moment.state))
        history.insert(moment, fake)


def array_object(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """A form sends a list as an object with the positions as keys; the next save mends it."""
    field = next((name for name in _ARRAYS if moment.state.get(name)), None)
    if field is not None:
        values = moment.state[field]
        keyed = {str(at): value for at, value in enumerate(values)}
        _walk(scene, history, moment, field, [keyed, values])


def blanks(scene: Scene, history: DocumentHistory, moment: Moment) -> None:
    """All that forms and scripts leave for nothing, one after the other, then the value again."""
    field = scene.random.choice(_BLANKED[history.model])
    value = moment.state.get(field, UNSET)
    _walk(scene, history, moment, field, [None, UNSET, "", 0, False, value])


def _walk(scene: Scene, history: DocumentHistory, moment: Moment, field: str, values: list) -> None:
    """True saves of one field, after the moment and before the next one."""
    for at, value in zip(scene.room_after(history, moment, len(values)), values, strict=False):
        state = changed(moment.state, {field: value})
        ops = differences(moment.state, state)
        if ops:
            following = Moment(at, next_id(scene.random, at, moment.patch_id), state)
            following.set_patch(ops)
            history.insert(moment, following)
            moment = following
