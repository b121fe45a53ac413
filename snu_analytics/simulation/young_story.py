"""A young person's way from the first form to the decision, and again in a later campaign."""

from datetime import date, timedelta

from snu_analytics.simulation.campaigns import CLE, NOWHERE, VOLONTAIRE, choose_stay, cohort_id
from snu_analytics.simulation.classes import SchoolClass
from snu_analytics.simulation.forms import FORM, FORM_AGAIN, answers, open_file, step
from snu_analytics.simulation.life import REASONS, Life
from snu_analytics.simulation.people import birthplace, home, parents, sentence
from snu_analytics.simulation.recorder import UNSET, OverError
from snu_analytics.simulation.session_story import after_validation, new_session


def write_history(life: Life, group: SchoolClass | None, pupil: int = 0) -> None:
    """Write the whole history into `life`, until it ends or the simulated time does."""
    try:
        if group and group.imported:
            _import(life, group, pupil)
        else:
            _register(life, group)
    except OverError:
        return


def _import(life: Life, group: SchoolClass, pupil: int) -> None:
    """A class import: everything by the class's referent, validated by the second save."""
    life.clock.now = group.begun_at + timedelta(milliseconds=731 * pupil)
    user = life.staff("administrateur_cle")
    known = {**birthplace(life.random), **home(life.random, group.place)}
    open_file(life, group, user, accountStatus="PRECOMPTE", **known)
    at = life.clock.at_once()
    done = {"inscriptionStep2023": "DONE", "inscriptionDoneDate": at}
    life.status(at, "VALIDATED", "inscription_validated", user, **done)
    if life.chance(0.8):
        opened = {"accountStatus": "ACTIVE", "parentAllowSNU": "true", "parent1AllowSNU": "true"}
        life.save(life.clock.later(12), opened | parents(life.random, life.who), life.himself())
    if group.withdrawn_at:
        _withdraw_with_class(life, group)
    else:
        _go_on(life)


def _withdraw_with_class(life: Life, group: SchoolClass) -> None:
    at = life.clock.at(group.withdrawn_at or life.clock.now)
    life.status(at, "WITHDRAWN", "inscription_withdrawn", life.staff("admin"))
    if life.chance(0.4):
        new_session(life, "WAITING_VALIDATION", "inscription_reexamined", VOLONTAIRE)
        decide(life)


def _register(life: Life, group: SchoolClass | None) -> None:
    if not group and life.chance(0.02):
        _filled_in_by_staff(life)
        return
    open_file(life, group, None)
    if _fill(life, "inscription", FORM):
        _consent(life, "inscription")


def _filled_in_by_staff(life: Life) -> None:
    """A paper file: complete, or even decided, by the second save."""
    user = life.staff()
    known = {**birthplace(life.random), **parents(life.random, life.who)}
    open_file(life, None, user, **known)
    at = life.clock.at_once()
    done = {**step(life, "inscription", "DONE"), "inscriptionDoneDate": at}
    if life.chance(0.3):
        life.status(at, "VALIDATED", "inscription_validated", user, **done)
        _go_on(life)
    else:
        life.status(at, "WAITING_VALIDATION", "inscription_completed", user, **done)
        decide(life)


def _fill(life: Life, form: str, steps: tuple[str, ...]) -> bool:
    """Step by step; whether the end was reached."""
    for name in steps:
        if life.chance(0.025):
            _give_up(life)
            return False
        at = life.clock.soon() if life.chance(0.75) else life.clock.later(2)
        if name == "DOCUMENTS" and life.chance(0.02):
            life.status(at, "NOT_ELIGIBLE", "inscription_not_eligible", life.himself())
            return False
        changes = {**step(life, form, name), **answers(life, name), "lastLoginAt": at}
        life.save(at, changes, life.himself())
    life.save(life.clock.soon(), step(life, form, "WAITING_CONSENT"), life.himself())
    return True


def _consent(life: Life, form: str) -> None:
    """The first parent completes the file by consenting, or refuses."""
    if life.chance(0.05):
        _give_up(life)
        return
    if life.chance(0.02):
        _refuse_consent(life)
        if life.get("source") == CLE and life.chance(0.5):
            new_session(life, "IN_PROGRESS", "inscription_reopened", VOLONTAIRE)
        elif life.chance(0.6):
            return
    at = life.clock.later(1.5)
    consent = {"parentAllowSNU": "true", "parent1AllowSNU": "true", "inscriptionDoneDate": at}
    done = {**step(life, form, "DONE"), **consent}
    life.status(at, "WAITING_VALIDATION", "inscription_completed", life.parent(), **done)
    decide(life)


def _refuse_consent(life: Life) -> None:
    refusal = {"parentAllowSNU": "false", "parent1AllowSNU": "false"}
    at = life.clock.later(2)
    life.status(at, "NOT_AUTORISED", "inscription_not_authorised", life.parent(), **refusal)


def _give_up(life: Life) -> None:
    """Some say so, some just stop; some come back in a later campaign."""
    if life.get("status") != "REINSCRIPTION" and life.chance(0.5):
        reason = {"withdrawnReason": life.pick(REASONS), "withdrawnMessage": sentence(life.random)}
        at = life.clock.later(20)
        life.status(at, "ABANDONED", "inscription_abandoned", life.himself(), **reason)
        if life.chance(0.05):
            new_session(life, "WAITING_VALIDATION", "inscription_reexamined", VOLONTAIRE)
            decide(life)
            return
    if life.chance(0.35):
        _register_again(life)


def decide(life: Life) -> None:
    """The administration's answer to a complete file, after corrections if need be."""
    while life.chance(0.2):
        if not _correct(life):
            return
    fate = life.random.random()
    if fate < 0.02:
        _give_up(life)
    elif fate < 0.03:
        _refuse_consent(life)
    elif fate < 0.035:
        at = life.clock.office(4)
        life.status(at, "NOT_ELIGIBLE", "inscription_not_eligible", life.staff())
    elif fate < 0.065:
        message = {"inscriptionRefusedMessage": sentence(life.random)}
        at = life.clock.office(6)
        life.status(at, "REFUSED", "inscription_refused", life.staff(), **message)
        if life.chance(0.3):
            _register_again(life)
    else:
        if fate < 0.13:
            at = life.clock.office(5)
            life.status(at, "WAITING_LIST", "inscription_waitlisted", life.staff())
            if life.chance(0.4):
                _leave_waiting_list(life)
                return
        life.status(life.clock.office(6), "VALIDATED", "inscription_validated", life.staff())
        _go_on(life)


def _correct(life: Life) -> bool:
    """Whether the file is complete again: staff may also make do with it, the young give up."""
    requests = list(life.get("correctionRequests") or [])
    asked = {"field": life.pick(("cniFile", "birthCityZip")), "message": sentence(life.random)}
    requests.append({**asked, "cohort": life.get("cohort"), "status": "SENT"})
    life.status(
        life.clock.office(4),
        "WAITING_CORRECTION",
        "inscription_correction_requested",
        life.staff(),
        correctionRequests=requests,
    )
    fate = life.random.random()
    if fate < 0.04:
        at, reason = life.clock.later(9), {"withdrawnReason": life.pick(REASONS)}
        life.status(at, "ABANDONED", "inscription_abandoned", life.himself(), **reason)
        return False
    if fate < 0.1:
        at = life.clock.office(5)
        life.status(at, "VALIDATED", "inscription_validated", life.staff(), correctionRequests=[])
        _go_on(life)
        return False
    corrected = [{**request, "status": "CORRECTED"} for request in requests]
    life.status(
        life.clock.later(3),
        "WAITING_VALIDATION",
        "inscription_resubmitted",
        life.himself(),
        correctionRequests=corrected,
    )
    return True


def _leave_waiting_list(life: Life) -> None:
    if life.get("source") == CLE and life.chance(0.5):
        new_session(life, "WAITING_VALIDATION", "inscription_reexamined", VOLONTAIRE)
        decide(life)
        return
    if life.chance(0.5):
        reason = {"withdrawnReason": life.pick(REASONS)}
        at = life.clock.later(40)
        life.status(at, "WITHDRAWN", "inscription_withdrawn", life.himself(), **reason)
    if life.chance(0.5):
        _register_again(life)


def _go_on(life: Life) -> None:
    """What follows a validation; those who are re-examined or come back have their turn again."""
    outcome = after_validation(life)
    if outcome == "examine":
        decide(life)
    elif outcome == "again":
        _register_again(life)


def _register_again(life: Life) -> None:
    """The next campaign: consent, stay, first phase, source and class start afresh."""
    opens = date(life.campaign, 9, 5) + timedelta(days=life.random.randrange(150))
    at = life.clock.on(opens)
    life.campaign = life.campaign + 1
    life.stay = NOWHERE if life.chance(0.4) else choose_stay(life.random, VOLONTAIRE, opens)
    afresh = ("classeId", "etablissementId", "parentAllowSNU", "parent1AllowSNU", "withdrawnReason",
              "cohesionStayPresence", "departSejourAt", "departInform", "sessionPhase1Id",
              "inscriptionDoneDate")  # fmt: skip
    life.status(
        at,
        "REINSCRIPTION",
        "reinscription_started",
        life.himself(),
        **dict.fromkeys(afresh, UNSET),
        cohort=life.stay.cohort,
        cohortId=cohort_id(life.stay.cohort),
        originalCohort=life.get("cohort"),
        source=VOLONTAIRE,
        statusPhase1="WAITING_AFFECTATION",
        hasStartedReinscription=True,
        **step(life, "reinscription", "ELIGIBILITE"),
    )
    if life.chance(0.04):
        refused = step(life, "reinscription", "NONELIGIBLE")
        at = life.clock.soon()
        life.status(at, "NOT_ELIGIBLE", "inscription_not_eligible", life.himself(), **refused)
    elif _fill(life, "reinscription", FORM_AGAIN):
        _consent(life, "reinscription")
