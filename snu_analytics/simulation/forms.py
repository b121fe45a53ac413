"""The forms of a registration: what a file holds at first, and what each step adds."""

from typing import Any

from snu_analytics.simulation.campaigns import CLE, VOLONTAIRE, choose_stay, cohort_id
from snu_analytics.simulation.classes import SchoolClass
from snu_analytics.simulation.life import Life
from snu_analytics.simulation.missions import DOMAINS
from snu_analytics.simulation.people import (
    account,
    administration,
    birthplace,
    home,
    near,
    parents,
    school,
    sentence,
)
from snu_analytics.simulation.recorder import UNSET

FORM = ("COORDONNEES", "CONSENTEMENTS", "REPRESENTANTS", "DOCUMENTS", "CONFIRM")
FORM_AGAIN = ("SEJOUR", *FORM)
_GRADES = ("2ndeGT", "2ndeGT", "2ndeGT", "1ereGT", "2ndePro", "3eme", "CAP", "NOT_SCOLARISE")
_SITUATIONS = {
    "2ndePro": "PROFESSIONAL_SCHOOL",
    "CAP": "APPRENTICESHIP",
    "NOT_SCOLARISE": "NOTHING",
}


def open_file(
    life: Life, group: SchoolClass | None, user: dict[str, Any] | None, **more: Any
) -> None:
    """Create the young person's document, in the class or alone."""
    random, source = life.random, CLE if group else VOLONTAIRE
    life.stay = group.stay if group else choose_stay(random, source, life.clock.today)
    if group:
        life.place = group.place
    grade = life.pick(_GRADES[:4] if group else _GRADES)
    fields = {
        **account(random, life.who, life.campaign),
        "status": "IN_PROGRESS",
        "statusPhase1": "WAITING_AFFECTATION",
        "statusPhase2": "WAITING_REALISATION",
        "statusPhase3": "WAITING_REALISATION",
        "gender": "female" if life.chance(0.56) else "male",
        "cohort": life.stay.cohort,
        "cohortId": cohort_id(life.stay.cohort),
        "source": source,
        "grade": grade,
        "situation": _SITUATIONS.get(grade, "GENERAL_SCHOOL"),
        "schooled": "false" if grade == "NOT_SCOLARISE" else "true",
        "employed": "false",
        **(group.school if group else school(random, life.place)),
        **_known_place(life, group),
        **step(life, "inscription", "EMAIL_WAITING_VALIDATION"),
        "hasStartedReinscription": False,
        "phase2ApplicationStatus": [],
        "statusPhase2Contract": [],
        "domains": [],
        "loginAttempts": 0,
        **more,
    }
    if life.chance(0.7):
        fields["phase2NumberHoursDone"] = fields["phase2NumberHoursEstimated"] = "0"
    if group:
        fields |= {"classeId": group.class_id, "etablissementId": group.school_id}
    life.create(life.clock.now, fields, user)


def _known_place(life: Life, group: SchoolClass | None) -> dict[str, Any]:
    """Until the form asks for the address, the school's place; some are at no school."""
    return administration(life.place) if group or life.chance(0.8) else {}


def step(life: Life, form: str, name: str) -> dict[str, str]:
    """The field that notes a form's step: older campaigns had another one, which is plumbing."""
    return {f"{form}Step2023" if life.has_steps else "inscriptionStep": name}


def answers(life: Life, name: str) -> dict[str, Any]:
    """What is filled in at a step of the form."""
    random = life.random
    if name == "SEJOUR":
        life.stay = choose_stay(random, VOLONTAIRE, life.clock.today)
        cohort = life.stay.cohort
        if cohort == life.get("cohort"):
            return {}
        return {
            "cohort": cohort,
            "cohortId": cohort_id(cohort),
            "originalCohort": life.get("cohort"),
        }
    if name == "COORDONNEES":
        life.place = near(random, life.place)
        answer = home(random, life.place)
        if life.get("birthCity") is None:
            answer |= birthplace(random)
        if life.chance(0.5):
            answer["tokenEmailValidation"] = UNSET
        return answer
    if name == "CONSENTEMENTS":
        return {"acceptCGU": "true", "consentment": "true"}
    if name == "REPRESENTANTS":
        return parents(random, life.who) if life.get("parent1Email") is None else {}
    if name == "DOCUMENTS":
        card = f"carte-{life.who.mailbox}.pdf"
        return {"files": {"cniFiles": [{"name": card, "uploadedAt": life.clock.now}]}}
    if life.chance(0.5):
        return {
            "domains": random.sample(DOMAINS, random.randint(1, 4)),
            "motivations": sentence(random),
            "jdc": "false",
        }
    return {}
