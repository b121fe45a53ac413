"""Damage of whole documents: histories cut short, deleted, trimmed, or mended afterwards."""

from datetime import timedelta
from typing import Any

from snu_analytics.simulation.moments import DocumentHistory, Moment, changed, next_id
from snu_analytics.simulation.recorder import as_json, differences
from snu_analytics.simulation.scene import Scene, events_between

_AT_ONCE = timedelta(milliseconds=400)

# What a soft delete leaves of the document, and of patches with `status`.
LEFT = frozenset(
    [
        "birthdateAt",
        "cohort",
        "gender",
        "situation",
        "grade",
        "qpv",
        "populationDensity",
        "handicap",
        "ppsBeneficiary",
        "paiBeneficiary",
        "highSkilledActivity",
        "statusPhase1",
        "statusPhase2",
        "statusPhase3",
        "phase2ApplicationStatus",
        "department",
        "region",
        "zip",
        "city",
    ]
)
_LEFT_IN_DOCUMENT = LEFT | {
    *("_id", "__v", "updatedAt", "createdAt"),
    *("inscriptionStep2023", "reinscriptionStep2023", "inscriptionDoneDate"),
}

NEW_DEFAULTS: dict[str, dict[str, Any]] = {
    "young": {"youngPhase1Agreement": "false", "accountStatus": "ACTIVE"},
    "application": {},
}


def missing_creation(scene: Scene, history: DocumentHistory) -> None:
    """The document is older than its history: the patches up to some date are lacking."""
    random = scene.random
    lost = 1 if random.random() < 0.5 else random.randint(1, len(history.moments))
    for moment in history.moments[:lost]:
        moment.patch = None


def hard_deleted(scene: Scene, history: DocumentHistory) -> None:
    """The document is deleted from the collection; nobody deletes its patches."""
    history.gone = True


def soft_deleted(scene: Scene, history: DocumentHistory) -> None:
    """A young person asks to be forgotten: the document is emptied and its history trimmed.

    Fields are unset, the e-mail is rewritten, and the patches of the young person and of the
    applications keep the operations on few fields; those left without any are deleted.
    """
    if history.model != "young":
        return
    last = history.moments[-1]
    for at in scene.room_after(history, last):
        left = {key: value for key, value in last.state.items() if key in _LEFT_IN_DOCUMENT}
        mail = f"{history.ref}@delete.com"
        state = {**left, "status": "DELETED", "email": mail, "lastStatusAt": as_json(at)}
        deletion = Moment(at, next_id(scene.random, at, last.patch_id), state)
        deletion.set_patch(differences(last.state, state))
        deletion.events = events_between(history, last.state, state)
        history.insert(last, deletion)
        for trimmed in (history, *scene.applications_of(history)):
            for moment in trimmed.moments:
                moment.trim(LEFT | {"status"})
        held = history.record.document
        document = {key: value for key, value in held.items() if key in _LEFT_IN_DOCUMENT}
        history.record.document = {
            **document, "status": "DELETED", "email": mail, "lastStatusAt": at, "updatedAt": at,
        }  # fmt: skip


def schema_defaults(scene: Scene, history: DocumentHistory) -> None:
    """A new version of the schema has defaults: the next save writes them without a patch."""
    new = {
        field: value
        for field, value in NEW_DEFAULTS[history.model].items()
        if not any(field in moment.state for moment in history.moments)
    }
    history.spread(scene.random.choice(history.moments), new)


def resaved(scene: Scene, history: DocumentHistory) -> None:
    """The application mends a history: it asks for an IN_PROGRESS before each VALIDATED.

    Where the patches up to the validation are lost, the next save by staff is followed at once by
    two more, IN_PROGRESS and VALIDATED. They are true writes, and true events, but no second
    validation.
    """
    for before, moment in zip(history.moments, history.moments[1:], strict=False):
        staff = (moment.user or {}).get("role")
        validated = before.state["status"] == moment.state["status"] == "VALIDATED"
        if history.model == "young" and validated and staff:
            _save_twice(scene, history, moment)
            return


def _save_twice(scene: Scene, history: DocumentHistory, saved: Moment) -> None:
    following = scene.room_after(history, saved, 2, _AT_ONCE)
    if not following:
        return
    earlier = history.moments[: history.moments.index(saved)]
    lost = max(n for n, m in enumerate(earlier) if m.state["status"] == "IN_PROGRESS")
    for moment in earlier[: lost + 1]:
        moment.patch = None
    before = saved
    for at, status in zip(following, ("IN_PROGRESS", "VALIDATED"), strict=True):
        state = changed(before.state, {"status": status})
        moment = Moment(at, next_id(scene.random, at, before.patch_id), state)
        moment.set_patch(differences(before.state, state), saved.user)
        moment.events = events_between(history, before.state, state)
        history.insert(before, moment)
        before = moment
