"""Missions and long engagement: applications, and what they leave in the young's own document."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from snu_analytics.simulation.equivalence_story import Equivalence
from snu_analytics.simulation.life import JOB, Life
from snu_analytics.simulation.missions import Mission
from snu_analytics.simulation.people import home, identifier, near, sentence, word
from snu_analytics.simulation.recorder import UNSET, Recorder

_HOURS_TO_DO = 84
_PENDING = {"WAITING_ACCEPTATION", "WAITING_VALIDATION"}
_OPEN = {"WAITING_VALIDATION", "WAITING_VERIFICATION", "VALIDATED", "IN_PROGRESS"}
_WITH_CONTRACT = {"VALIDATED", "IN_PROGRESS", "DONE"}


def engage(life: Life) -> None:
    """The second phase and, for some, the third."""
    if life.chance(0.06):
        _equivalence(life)
    elif life.chance(0.5):
        _apply(life)
    if life.get("statusPhase2") == "VALIDATED" and life.chance(0.08):
        tutor = f"{word(life.random, 3)} {word(life.random, 4)}"
        asked = {"statusPhase3": "WAITING_VALIDATION", "phase3TutorFirstName": tutor}
        life.save(life.clock.later(40), asked, life.himself())
        at = life.clock.later(10)
        life.save(at, {"statusPhase3": "VALIDATED", "statusPhase3ValidatedAt": at})


def _equivalence(life: Life) -> None:
    """Another engagement that counts as the mission."""
    asked, at = {"status_equivalence": "WAITING_VERIFICATION"}, life.clock.later(60)
    young = life.himself()
    life.save(at, asked, young)
    file = Equivalence(life, at, young, "WAITING_VERIFICATION")
    granted, at = life.chance(0.8), life.clock.office(15)
    staff = life.staff()
    file.correct(at, staff, young)
    if granted:
        done = {"status_equivalence": "VALIDATED", "phase2NumberHoursDone": str(_HOURS_TO_DO)}
        life.save(at, {**done, **_validated(at)}, staff)
        file.decide(at, "VALIDATED", staff)
    else:
        life.save(at, {"status_equivalence": "REFUSED"}, staff)
        file.decide(at, "REFUSED", staff)


def _validated(at: datetime) -> dict[str, Any]:
    return {"statusPhase2": "VALIDATED", "statusPhase2ValidatedAt": at, "statusPhase2UpdatedAt": at}


def _apply(life: Life) -> None:
    """Several applications at the same time, each going on when its turn comes."""
    wishes = life.random.choices((1, 2, 3, 4), (50, 28, 14, 8))[0]
    waiting = [_Application(life, rank).steps() for rank in range(1, wishes + 1)]
    running: list[Iterator[None]] = []
    while waiting or running:
        if life.get("statusPhase2") == "VALIDATED":
            waiting.clear()
        if waiting and (not running or life.chance(0.4)):
            running.append(waiting.pop(0))
        if not running:
            return
        turn = life.pick(running)
        if next(turn, _ENDED) is _ENDED:
            running.remove(turn)


_ENDED = object()


class _Application:
    """One application; what it does is seen in the young's document at once."""

    def __init__(self, life: Life, rank: int) -> None:
        self._life = life
        self._rank = rank
        self._mission: Mission = _wish(life)
        self._record = Recorder("application", life.random, life.end)

    @property
    def _gone(self) -> bool:
        """Cancelled meanwhile, when another application completed the second phase."""
        return self._record.document["status"] == "CANCEL"

    def steps(self) -> Iterator[None]:
        life = self._life
        yield from self._begin()
        if self._gone:
            return
        status = self._record.document["status"]
        if status == "REFUSED":
            return
        if status == "WAITING_VALIDATION" and life.chance(0.1):
            self._status("CANCEL", "application_cancelled", life.himself(), life.clock.later(6))
            return
        if status == "WAITING_VALIDATION" and life.chance(0.2):
            at = life.clock.office(8)
            why = {"statusComment": sentence(life.random)}
            self._status("REFUSED", "application_refused", life.staff("responsible"), at, why)
            yield
            if life.chance(0.95):
                return
        at = life.clock.office(8)
        contract = {"contractId": identifier(life.random), "contractStatus": "DRAFT"}
        user = life.staff("responsible")
        self._status("VALIDATED", "application_validated", user, at, contract)
        yield
        yield from self._sign()
        yield from self._do()

    def _begin(self) -> Iterator[None]:
        life, fate = self._life, self._life.random.random()
        if self._mission.military:
            files = {"statusMilitaryPreparationFiles": "WAITING_VERIFICATION"}
            self._create("WAITING_VERIFICATION", life.himself(), files)
            yield
            life.save(
                life.clock.office(6),
                {"statusMilitaryPreparationFiles": "VALIDATED"},
                life.staff(),
            )
            if life.chance(0.7):
                at = life.clock.at_once()
                self._status("WAITING_VALIDATION", "application_completed", life.staff(), at)
                yield
        elif fate < 0.12:
            self._create("WAITING_ACCEPTATION", life.staff("supervisor"))
            yield
            if self._gone:
                return
            at = life.clock.later(6)
            if life.chance(0.35):
                self._status("REFUSED", "application_declined", life.himself(), at)
            else:
                self._status("WAITING_VALIDATION", "application_completed", life.himself(), at)
            yield
        else:
            self._create("WAITING_VALIDATION", life.himself())
            yield

    def _create(self, status: str, user: dict[str, Any], more: dict | None = None) -> None:
        life, mission = self._life, self._mission
        at = life.clock.later(12)
        self._record.create(
            at,
            {
                "status": status,
                "youngId": life.young.ref,
                "youngFirstName": life.get("firstName"),
                "youngLastName": life.get("lastName"),
                "youngEmail": life.get("email"),
                "youngBirthdateAt": life.get("birthdateAt").isoformat(),
                "youngCity": life.get("city"),
                "youngDepartment": life.get("department"),
                "youngCohort": life.get("cohort"),
                "missionId": mission.mission_id,
                "missionName": mission.name,
                "missionDepartment": mission.department,
                "missionRegion": mission.region,
                "missionDuration": str(mission.hours),
                "structureId": mission.structure_id,
                "tutorName": mission.document["tutorName"],
                "isJvaMission": mission.jva,
                "priority": str(self._rank),
                "hidden": "false",
                "filesType": [],
            },
            user,
        )
        life.applications.append(self._record)
        moved = {}
        if life.chance(0.01):
            # The form sends a new address along: both documents change at the same instant.
            life.place = near(life.random, life.place)
            moved = home(life.random, life.place)
        self._follow(at if moved else life.clock.at_once(), {**moved, **(more or {})})

    def _status(
        self,
        status: str,
        event: str,
        user: dict[str, Any],
        at: datetime,
        more: dict[str, Any] | None = None,
    ) -> None:
        self._record.save(at, {"status": status, **(more or {})}, user, event)
        self._follow(self._life.clock.at_once())

    def _follow(self, at: datetime, more: dict[str, Any] | None = None) -> None:
        """The young's lists of statuses and contracts, and the status of the second phase."""
        _summarise(self._life, at, more or {})

    def _sign(self) -> Iterator[None]:
        life = self._life
        signed = ["SENT", "VALIDATED"]
        if life.chance(0.05):
            signed = ["SENT", "DRAFT", "SENT", "VALIDATED"]
        for status in signed:
            at = life.clock.office(3)
            self._record.save(at, {"contractStatus": status}, life.staff("responsible"))
            self._follow(life.clock.at_once())
            yield
        if life.chance(0.4):
            kinds = ["contractAvenantFiles", "justificatifsFiles", "othersFiles"]
            self._record.save(life.clock.later(2), {"filesType": kinds}, life.himself())
            if life.chance(0.3):
                self._record.save(life.clock.soon(), {"filesType": kinds[1:]}, life.himself())
            yield

    def _do(self) -> Iterator[None]:
        life, user = self._life, self._life.staff("responsible")
        if life.chance(0.75):
            self._status("IN_PROGRESS", "mission_started", user, life.clock.office(10))
            yield
        if life.chance(0.08):
            self._status("ABANDON", "mission_abandoned", user, life.clock.later(15))
            return
        at = life.clock.office(25)
        hidden = {"hidden": "true" if life.chance(0.05) else UNSET}
        self._record.save(at, {"status": "DONE", **hidden}, user, "mission_done")
        hours = int(life.get("phase2NumberHoursDone") or 0) + self._mission.hours
        at = life.clock.at_once()
        done = {"phase2NumberHoursDone": str(hours)}
        enough = hours >= _HOURS_TO_DO and life.get("statusPhase2") != "VALIDATED"
        self._follow(at, done | (_validated(at) if enough else {}))
        if enough:
            _cancel_pending(life)


def _wish(life: Life) -> Mission:
    """A mission on offer, in the own region if a few tries find one."""
    drawn = [life.pick(life.missions) for _ in range(6)]
    tried = [m for m in drawn if m.opened_at <= life.clock.now] or [life.missions[0]]
    return next((m for m in tried if m.region == life.place.region), tried[0])


def _cancel_pending(life: Life) -> None:
    for record in life.applications:
        if record.document["status"] in _PENDING:
            at = life.clock.at_once()
            record.save(at, {"status": "CANCEL"}, JOB, "application_cancelled")
    _summarise(life, life.clock.at_once(), {})


def _summarise(life: Life, at: datetime, more: dict[str, Any]) -> None:
    documents = [record.document for record in life.applications]
    statuses = [document["status"] for document in documents]
    active = [d for d in documents if d["status"] in _WITH_CONTRACT and "contractStatus" in d]
    phase2 = "IN_PROGRESS" if _OPEN & set(statuses) else "WAITING_REALISATION"
    changes = {
        "phase2ApplicationStatus": statuses,
        "statusPhase2Contract": [document["contractStatus"] for document in active],
        "phase2NumberHoursEstimated": str(sum(int(d["missionDuration"]) for d in active)),
        "statusPhase2": "VALIDATED" if life.get("statusPhase2") == "VALIDATED" else phase2,
        "statusPhase2UpdatedAt": at,
        **more,
    }
    life.save(at, changes)
