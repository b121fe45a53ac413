"""Damage of whole documents: histories cut short, deleted, trimmed, or mended afterwards."""

from datetime import timedelta
from typing import Any

from snu_analytics.simulation.moments import Moment, Telling, changed, next_id
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


def missing_creation(scene: Scene, telling: Telling) -> None:
    """The document is older than its history: the creation, or all up to some date, is not told."""
    random = scene.random
    lost = 1 if random.random() < 0.5 else random.randint(1, len(telling.moments))
    for moment in telling.moments[:lost]:
        moment.patch = None


def hard_deleted(scene: Scene, telling: Telling) -> None:
    """The document is deleted from the collection; nobody deletes its patches."""
    telling.gone = True


def soft_deleted(scene: Scene, telling: Telling) -> None:
    """A young person asks to be forgotten: the document is emptied and its history trimmed.

    Fields are unset, the e-mail is rewritten, and the patches of the young person and of the
    applications keep the operations on few fields; those left without any are deleted.
    """
    if telling.model != "young":
        return
    last = telling.moments[-1]
    for at in scene.room_after(telling, last):
        left = {key: value for key, value in last.state.items() if key in _LEFT_IN_DOCUMENT}
        mail = f"{telling.ref}@delete.com"
        state = {**left, "status": "DELETED", "email": mail, "lastStatusAt": as_json(at)}
        deletion = Moment(at, next_id(scene.random, at, last.own), state)
        deletion.tell(differences(last.state, state))
        deletion.events = events_between(telling, last.state, state)
        telling.insert(last, deletion)
        for trimmed in (telling, *scene.applications_of(telling)):
            for moment in trimmed.moments:
                moment.keep(LEFT | {"status"})
        held = telling.record.document
        document = {key: value for key, value in held.items() if key in _LEFT_IN_DOCUMENT}
        telling.record.document = {
            **document, "status": "DELETED", "email": mail, "lastStatusAt": at, "updatedAt": at,
        }  # fmt: skip


def schema_defaults(scene: Scene, telling: Telling) -> None:
    """A new version of the schema has defaults: the next save writes them, no patch tells it."""
    new = {
        field: value
        for field, value in NEW_DEFAULTS[telling.model].items()
        if not any(field in moment.state for moment in telling.moments)
    }
    telling.spread(scene.random.choice(telling.moments), new)


def resaved(scene: Scene, telling: Telling) -> None:
    """The application mends a history: it asks for an IN_PROGRESS before each VALIDATED.

    Where the patches up to the validation are lost, the next save by staff is followed at once by
    two more, IN_PROGRESS and VALIDATED. They are true writes, and true events, but no second
    validation.
    """
    for before, moment in zip(telling.moments, telling.moments[1:], strict=False):
        staff = (moment.user or {}).get("role")
        validated = before.state["status"] == moment.state["status"] == "VALIDATED"
        if telling.model == "young" and validated and staff:
            _save_twice(scene, telling, moment)
            return


def _save_twice(scene: Scene, telling: Telling, saved: Moment) -> None:
    following = scene.room_after(telling, saved, 2, _AT_ONCE)
    if not following:
        return
    earlier = telling.moments[: telling.moments.index(saved)]
    lost = max(n for n, m in enumerate(earlier) if m.state["status"] == "IN_PROGRESS")
    for moment in earlier[: lost + 1]:
        moment.patch = None
    before = saved
    for at, status in zip(following, ("IN_PROGRESS", "VALIDATED"), strict=True):
        state = changed(before.state, {"status": status})
        moment = Moment(at, next_id(scene.random, at, before.own), state)
        moment.tell(differences(before.state, state), saved.user)
        moment.events = events_between(telling, before.state, state)
        telling.insert(before, moment)
        before = moment
