"""One young person's way: registering, decisions, the stay, moves, missions, another campaign."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from snu_analytics.catalogue import load_catalogue
from snu_analytics.simulation.application_story import Mission, apply_to_missions
from snu_analytics.simulation.campaigns import campaign_of, choose_stay, classes_exist
from snu_analytics.simulation.clock import Clock
from snu_analytics.simulation.people import Residence, identity, residence, staff
from snu_analytics.simulation.recorder import UNSET, OverError, Recorder

_KEPT = frozenset(load_catalogue().entities["young"].fields)

_STEPS = ("COORDONNEES", "CONSENTEMENTS", "REPRESENTANTS", "DOCUMENTS", "CONFIRM")
_DOMAINS = ("CITIZENSHIP", "CULTURE", "DEFENSE", "ENVIRONMENT", "HEALTH", "SPORT", "SOLIDARITY")
_GRADES = ("2ndeGT", "2ndeGT", "1ereGT", "2ndePro", "3eme", "CAP", "NOT_SCOLARISE")
_DENSITIES = ("TRES PEU DENSE", "PEU DENSE", "INTERMEDIAIRE", "DENSE", "DENSE", "")
_REASONS = ("unavailable_perso", "unavailable_pro", "no_interest", "other")

STATUS_1 = "phase1_status_changed"
STATUS_2 = "phase2_status_changed"


class YoungStory:
    """Tells a story from its first day until it ends or the simulated time does."""

    def __init__(
        self,
        random: Random,
        number: int,
        first_day: date,
        end: datetime,
        missions: Sequence[Mission],
    ) -> None:
        self.random = random
        self.clock = Clock(random, first_day)
        self.end = end
        self.young = Recorder("young", _KEPT, random, end)
        self.applications: list[Recorder] = []
        self._number = number
        self._missions = missions
        self._year = campaign_of(first_day)
        in_class = classes_exist(self._year) and random.random() < 0.25
        self._source = "CLE" if in_class else "VOLONTAIRE"
        self._staff = staff(random)
        self._stay = first_day

    def tell(self) -> None:
        try:
            self._register()
            if self._source == "CLE" and self.random.random() < 0.6:
                self._import()
                self._after_validation()
            elif self._fill_form():
                self._decide()
        except OverError:
            return

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def save(
        self,
        at: datetime,
        changes: dict[str, Any],
        events: dict[str, str] | None = None,
        user: dict | None = None,
    ) -> None:
        self.young.save(at, changes, events, user)

    def status(self, at: datetime, status: str, event: str, user=None, **more: Any) -> None:
        """A new registration status, with what is saved along with it."""
        changes = {"status": status, "lastStatusAt": at, **more}
        self.save(at, changes, {"status": event, **_MORE_EVENTS}, user)

    @property
    def own(self) -> dict[str, Any]:
        """The `user` of a patch that the young person, or a parent under this name, writes."""
        keys = ("firstName", "lastName", "email")
        told = {key: self.young.document[key] for key in keys}
        return {"_id": self.young.ref, **told, "model": "young"}

    @property
    def staff(self) -> dict[str, object]:
        return self._staff

    @property
    def missions(self) -> Sequence[Mission]:
        return self._missions

    def _register(self) -> None:
        random, now = self.random, self.clock.now
        cohort, self._stay = choose_stay(random, self._year, self._source, now.date())
        home = residence(random)
        fields = {
            **identity(random, self._number, self._year),
            "status": "IN_PROGRESS",
            "statusPhase1": "WAITING_AFFECTATION",
            "statusPhase2": "WAITING_REALISATION",
            "statusPhase3": "WAITING_REALISATION",
            "gender": random.choice(("male", "female")),
            "cohort": cohort,
            "source": self._source,
            "grade": random.choice(_GRADES),
            "situation": "GENERAL_SCHOOL",
            "schooled": "true",
            "inscriptionStep2023": "EMAIL_WAITING_VALIDATION",
            "hasStartedReinscription": False,
            "phase2NumberHoursDone": "0",
            "phase2NumberHoursEstimated": "0",
            "phase2ApplicationStatus": [],
            "statusPhase2Contract": [],
            "domains": [],
            **_address(home),
        }
        if self._source == "CLE":
            fields["classeId"] = f"{random.getrandbits(96):024x}"
            fields["etablissementId"] = f"{random.getrandbits(96):024x}"
            fields["accountStatus"] = "PRECOMPTE"
        self.young.create(now, fields, "inscription_created")

    def _import(self) -> None:
        """A class import: validated by the second save of one request."""
        now = self.clock.at_once()
        self.status(now, "VALIDATED", "inscription_validated", self.staff, accountStatus="ACTIVE")

    def _fill_form(self) -> bool:
        """The steps of the form; whether the file was completed."""
        step = {"inscriptionStep2023": "inscription_step_changed"}
        for name in _STEPS:
            if self.chance(0.035):
                return self._give_up()
            self.save(
                self._pause(), {"inscriptionStep2023": name, **self._answers(name)}, step, self.own
            )
        if self.chance(0.015):
            self.status(self._pause(), "NOT_ELIGIBLE", "inscription_not_eligible", self.own)
            return False
        self.save(self._pause(), {"inscriptionStep2023": "WAITING_CONSENT"}, step, self.own)
        if self.chance(0.04):
            return self._give_up()
        if self.chance(0.02):
            self.status(
                self.clock.later(2),
                "NOT_AUTORISED",
                "inscription_not_authorised",
                self.own,
                parentAllowSNU="false",
                parent1AllowSNU="false",
            )
            if self.chance(0.6):
                return False
        now = self.clock.later(1.5)
        self.status(
            now,
            "WAITING_VALIDATION",
            "inscription_completed",
            self.own,
            inscriptionStep2023="DONE",
            inscriptionDoneDate=now,
            parentAllowSNU="true",
            parent1AllowSNU="true",
        )
        return True

    def _pause(self) -> datetime:
        return self.clock.soon() if self.chance(0.75) else self.clock.later(2)

    def _answers(self, step: str) -> dict[str, Any]:
        random = self.random
        if step == "COORDONNEES":
            return {
                "tokenEmailValidation": UNSET,
                "qpv": random.choice(("true", "false", "false", "false", "")),
                "populationDensity": random.choice(_DENSITIES),
                "isRegionRural": random.choice(("true", "false")),
            }
        if step == "CONSENTEMENTS":
            return {"acceptCGU": "true", "consentment": "true"}
        if step == "REPRESENTANTS":
            return {"parent1Status": random.choice(("mother", "father", "representant"))}
        if step == "DOCUMENTS" and self.chance(0.5):
            return {"domains": random.sample(_DOMAINS, random.randint(1, 3))}
        return {}

    def _give_up(self) -> bool:
        if self.chance(0.4):
            self.status(
                self.clock.later(20),
                "ABANDONED",
                "inscription_abandoned",
                self.own,
                withdrawnReason=self.random.choice(_REASONS),
            )
        elif self.chance(0.3):
            self._register_again()
        return False

    def _register_again(self) -> None:
        """Another campaign, a year later."""
        again = self.clock.not_before(self.clock.now.date() + timedelta(days=250))
        self._year = campaign_of(again.date())
        cohort, self._stay = choose_stay(self.random, self._year, "VOLONTAIRE", again.date())
        step = {"reinscriptionStep2023": "reinscription_step_changed"}
        original = self.young.document["cohort"]
        self.status(
            again,
            "REINSCRIPTION",
            "reinscription_started",
            self.own,
            cohort=cohort,
            originalCohort=original,
            statusPhase1="WAITING_AFFECTATION",
            hasStartedReinscription=True,
            reinscriptionStep2023="ELIGIBILITE",
        )
        for name in ("SEJOUR", "CONSENTEMENTS", "DOCUMENTS", "WAITING_CONSENT"):
            self.save(self._pause(), {"reinscriptionStep2023": name}, step, self.own)
        now = self.clock.later(2)
        self.status(
            now,
            "WAITING_VALIDATION",
            "inscription_completed",
            self.own,
            reinscriptionStep2023="DONE",
            inscriptionDoneDate=now,
            parentAllowSNU="true",
        )
        self._decide()

    def _decide(self) -> None:
        """The administration's answer, after corrections if need be."""
        while self.chance(0.16):
            self.status(
                self.clock.later(3),
                "WAITING_CORRECTION",
                "inscription_correction_requested",
                self.staff,
            )
            if self.chance(0.06):
                self.status(self.clock.later(9), "ABANDONED", "inscription_abandoned", self.own)
                return
            self.status(
                self.clock.later(3), "WAITING_VALIDATION", "inscription_resubmitted", self.own
            )
        fate = self.random.random()
        if fate < 0.03:
            self.status(self.clock.later(5), "REFUSED", "inscription_refused", self.staff)
            return
        if fate < 0.09:
            self.status(self.clock.later(5), "WAITING_LIST", "inscription_waitlisted", self.staff)
            if self.chance(0.45):
                return
        self.status(self.clock.later(5), "VALIDATED", "inscription_validated", self.staff)
        self._after_validation()

    def _after_validation(self) -> None:
        if self.chance(0.04):
            self._move_house()
        if self.chance(0.06):
            self._withdraw()
            return
        if self.chance(0.05):
            self._change_cohort()
        if self.chance(0.9):
            self._go_on_stay()

    def _move_house(self) -> None:
        home = _address(residence(self.random))
        self.save(self.clock.later(20), home, _MORE_EVENTS, self.own)

    def _withdraw(self) -> None:
        self.status(
            self.clock.later(25),
            "WITHDRAWN",
            "inscription_withdrawn",
            self.own,
            withdrawnReason=self.random.choice(_REASONS),
        )
        if self.chance(0.15):
            self._year = campaign_of(self.clock.now.date())
            cohort, self._stay = choose_stay(
                self.random, self._year, "VOLONTAIRE", self.clock.now.date()
            )
            self.status(
                self.clock.later(10),
                "WAITING_VALIDATION",
                "inscription_reexamined",
                self.staff,
                originalCohort=self.young.document["cohort"],
                cohort=cohort,
                withdrawnReason=UNSET,
                cohortChangeReason="other",
            )
            self._decide()

    def _change_cohort(self) -> None:
        now = self.clock.later(12)
        source = self.young.document["source"]
        cohort, self._stay = choose_stay(self.random, self._year, source, now.date())
        self.save(
            now,
            {
                "cohort": cohort,
                "originalCohort": self.young.document["cohort"],
                "cohortChangeReason": self.random.choice(_REASONS),
                "statusPhase1": "WAITING_AFFECTATION",
            },
            _MORE_EVENTS,
            self.staff if self.chance(0.5) else self.own,
        )

    def _go_on_stay(self) -> None:
        session = f"{self.random.getrandbits(96):024x}"
        self.save(
            self.clock.not_before(self._stay - timedelta(days=25)),
            {
                "statusPhase1": "AFFECTED",
                "sessionPhase1Id": session,
                "cohesionCenterName": f"Centre de {self.young.document['city']}",
            },
            {"statusPhase1": STATUS_1},
        )
        present = "true" if self.chance(0.93) else "false"
        self.save(
            self.clock.not_before(self._stay),
            {"cohesionStayPresence": present},
            {"cohesionStayPresence": "stay_presence_recorded"},
            self.staff,
        )
        if present == "true" and self.chance(0.04):
            left = self.clock.later(3)
            self.save(
                left,
                {"departSejourAt": left, "departSejourMotif": "Exclusion", "departInform": "true"},
                {"departSejourAt": "stay_departure_recorded"},
                self.staff,
            )
        done = "DONE" if present == "true" else "NOT_DONE"
        now = self.clock.not_before(self._stay + timedelta(days=9))
        self.save(
            now, {"statusPhase1": done, "statusPhase2OpenedAt": now}, {"statusPhase1": STATUS_1}
        )
        if done == "DONE" and self.chance(0.45):
            apply_to_missions(self)


_MORE_EVENTS = {
    "cohort": "cohort_changed",
    "source": "source_changed",
    "department": "department_changed",
    "region": "region_changed",
    "statusPhase1": STATUS_1,
    "statusPhase2": STATUS_2,
    "inscriptionStep2023": "inscription_step_changed",
    "reinscriptionStep2023": "reinscription_step_changed",
}


def _address(home: Residence) -> dict[str, Any]:
    return {
        "region": home.region,
        "academy": home.academy,
        "department": home.department,
        "zip": home.zip,
        "city": home.city,
        "address": home.address,
    }
