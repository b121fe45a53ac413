"""From validation to the end of the stay: assignment, presence, withdrawals, other sessions."""

from datetime import timedelta
from typing import Any, Literal

from snu_analytics.simulation.application_story import engage
from snu_analytics.simulation.campaigns import CLE, NOWHERE, VOLONTAIRE, choose_stay, cohort_id
from snu_analytics.simulation.life import JOB, REASONS, Life
from snu_analytics.simulation.people import home, identifier, near, sentence, somewhere
from snu_analytics.simulation.recorder import UNSET

Outcome = Literal["examine", "again", "over"]
"""What the story goes on with: another decision, another campaign, or nothing."""

_TOO_LATE = timedelta(days=4)


def after_validation(life: Life) -> Outcome:
    if life.chance(0.05):
        _move_house(life)
    if life.chance(0.08):
        _note(life)
    fate = life.random.random()
    if fate < 0.05:
        return _withdraw(life)
    if fate < 0.12:
        if life.get("source") == CLE:
            new_session(life, "WAITING_VALIDATION", "inscription_reexamined", VOLONTAIRE)
            return "examine"
        _change_session(life)
    elif life.stay is NOWHERE or life.clock.today > life.stay.start - _TOO_LATE:
        new_session(life, None, None, life.get("source"))
    if life.stay is NOWHERE:
        return "over"
    return _go_on_stay(life)


def new_session(life: Life, status: str | None, event: str | None, source: str) -> None:
    """Another cohort, with the status that it brings; the assignment is gone."""
    at = life.clock.office(8)
    life.stay = choose_stay(life.random, source, life.clock.today, life.get("cohort"))
    changes: dict[str, Any] = {
        "cohort": life.stay.cohort,
        "originalCohort": life.get("cohort"),
        "cohortChangeReason": life.pick(REASONS),
        "cohortDetailedChangeReason": sentence(life.random),
        "statusPhase1": "WAITING_AFFECTATION",
        "source": source,
        "cohortId": cohort_id(life.stay.cohort),
        "sessionPhase1Id": UNSET,
        "withdrawnReason": UNSET,
    }
    if source == VOLONTAIRE:
        changes |= {"classeId": UNSET, "etablissementId": UNSET}
    if status:
        changes |= {"status": status, "lastStatusAt": at}
    life.save(at, changes, life.staff() if status or life.chance(0.5) else life.himself(), event)


def _move_house(life: Life) -> None:
    # Mostly to another region, else a new address would change no administration.
    life.place = near(life.random, life.place) if life.chance(0.3) else somewhere(life.random)
    life.save(life.clock.later(15), home(life.random, life.place), life.himself())


def _note(life: Life) -> None:
    """A free note, stored with the name of who wrote it."""
    user, at = life.staff(), life.clock.office(10)
    author = {key: user[key] for key in ("firstName", "lastName", "role")}
    note = {"note": sentence(life.random), "phase": "INSCRIPTION", "createdAt": at}
    notes = [*(life.get("notes") or []), {**note, "referent": author}]
    life.save(at, {"notes": notes, "hasNotes": "true"}, user)


def _withdraw(life: Life) -> Outcome:
    life.status(
        life.clock.later(20),
        "WITHDRAWN",
        "inscription_withdrawn",
        life.himself() if life.chance(0.7) else life.staff(),
        withdrawnReason=life.pick(REASONS),
        withdrawnMessage=sentence(life.random),
        statusPhase1="WAITING_AFFECTATION",
        sessionPhase1Id=UNSET,
    )
    if life.chance(0.2):
        new_session(life, "WAITING_VALIDATION", "inscription_reexamined", VOLONTAIRE)
        return "examine"
    return "again" if life.chance(0.4) else "over"


def _change_session(life: Life) -> None:
    """The decision stands, unless the other session is full."""
    if life.chance(0.3):
        new_session(life, "WAITING_LIST", "inscription_waitlisted", VOLONTAIRE)
        life.status(life.clock.office(12), "VALIDATED", "inscription_validated", life.staff())
    else:
        new_session(life, None, None, VOLONTAIRE)


def _go_on_stay(life: Life) -> Outcome:
    clock, stay = life.clock, life.stay
    if life.chance(0.01):
        life.save(clock.office(20), {"statusPhase1": "EXEMPTED"}, life.staff("admin"))
        return "over"
    _assign(life, clock.night(stay.start - timedelta(days=life.random.randrange(18, 32))))
    if life.chance(0.4):
        agreed = {"youngPhase1Agreement": "true", "hasMeetingInformation": "true"}
        life.save(clock.later(4), agreed, life.himself())
    if life.chance(0.05):
        return _withdraw(life)
    if life.chance(0.05) and life.get("source") == VOLONTAIRE:
        new_session(life, None, None, VOLONTAIRE)
        if life.stay is NOWHERE:
            return "over"
        _assign(life, clock.night(life.stay.start - timedelta(days=20)))
    if life.chance(0.02):
        lost = {"statusPhase1": "WAITING_AFFECTATION", "meetingPointId": UNSET}
        life.save(clock.office(1), lost, life.staff("transporter"))
        _assign(life, clock.office(1))
    if life.chance(0.06):
        _stay_away(life)
        return "again" if life.chance(0.5) else "over"
    _take_part(life)
    if life.get("statusPhase1") == "DONE":
        engage(life)
    return "over"


def _assign(life: Life, at: Any) -> None:
    life.save(
        at,
        {
            "statusPhase1": "AFFECTED",
            "sessionPhase1Id": identifier(life.random),
            "cohesionCenterId": identifier(life.random),
            "cohesionCenterName": f"Centre de {life.who.last}-le-Bois",
            "meetingPointId": identifier(life.random),
            "hasMeetingInformation": "false",
            "isTravelingByPlane": "true" if life.chance(0.02) else "false",
        },
    )


def _stay_away(life: Life) -> None:
    absent = {"cohesionStayPresence": "false", "statusPhase1": "NOT_DONE"}
    at, user = life.clock.on(life.stay.start), life.staff("head_center")
    if life.chance(0.7):
        life.save(at, absent, user)
        return
    life.save(at, {"cohesionStayPresence": "false"}, user)
    life.save(life.clock.night(life.stay.end), {"statusPhase1": "NOT_DONE"}, JOB)


def _take_part(life: Life) -> None:
    clock, user = life.clock, life.staff("head_center")
    done = {"statusPhase1": "DONE", "statusPhase2OpenedAt": clock.now}
    if life.chance(0.45):
        # Presence that is entered after the stay decides the first phase in the same save.
        at = clock.on(life.stay.end)
        present = {"cohesionStayPresence": "true", "presenceJDM": "true"}
        life.save(at, {**present, **done, "statusPhase2OpenedAt": at}, user)
        return
    life.save(clock.on(life.stay.start), {"cohesionStayPresence": "true"}, user)
    if life.chance(0.2):
        life.save(clock.later(3), {"presenceJDM": "true", "jdc": "true"}, user)
    early = life.chance(0.05)
    if early:
        at = clock.later(4)
        left = {"departInform": life.pick(("true", "false")), "departSejourMotif": "Exclusion",
                "departSejourMotifComment": sentence(life.random)}  # fmt: skip
        life.save(at, {"departSejourAt": at, **left}, user)
    at = clock.night(life.stay.start + timedelta(days=10))
    if early and life.chance(0.5):
        life.save(at, {"statusPhase1": "NOT_DONE"}, JOB)
    else:
        life.save(at, {**done, "statusPhase2OpenedAt": at}, JOB)
