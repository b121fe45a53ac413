"""The histories of structures and of their missions: most are older than the history itself."""

from abc import ABC, abstractmethod
from datetime import timedelta
from random import Random
from typing import Any

from snu_analytics.days import PARIS, DayRange
from snu_analytics.simulation.clock import Clock
from snu_analytics.simulation.fields import status_event
from snu_analytics.simulation.life import JOB
from snu_analytics.simulation.missions import DOMAINS, KINDS, Mission, kind, missions, structures
from snu_analytics.simulation.people import identifier, sentence, somewhere, staff, word
from snu_analytics.simulation.recorder import UNSET, OverError, Recorder


def offers(seed: int, days: DayRange) -> dict[str, list[Recorder]]:
    """The documents of missions and structures with what happens to them within the days."""
    offering = structures(seed, days)
    ids = [str(document["_id"]) for document in offering]
    return {
        "mission": [_Mission(mission, seed, days, ids).record for mission in missions(seed, days)],
        "structure": [_Structure(document, seed, days, ids).record for document in offering],
    }


class _Offer(ABC):
    """A document of the offer with its clock; a new one has still to be created."""

    model: str

    def __init__(self, document: dict[str, Any], seed: int, days: DayRange, ids: list[str]) -> None:
        self.random = Random(f"{seed}/{self.model}/{document['_id']}")
        self.document = document
        self.structures = ids
        self.record = Recorder(self.model, self.random, days.end)
        place = somewhere(self.random)
        self.responsible = staff(self.random, "responsible", place)
        self.referent = staff(self.random, "referent_department", place)
        is_new = document["createdAt"] >= days.start
        day = days.first + timedelta(days=self.random.randrange(max(1, len(days) // 3)))
        self.clock = Clock(self.random, day, staff=True)
        if is_new:
            self.clock.now = document["createdAt"]
        else:
            self.record.inherit(document)
        try:
            if is_new:
                self.begin()
            self.go_on()
        except OverError:
            return

    @abstractmethod
    def begin(self) -> None:
        """Create the document and have it checked."""

    @abstractmethod
    def go_on(self) -> None:
        """What happens to a document that stands."""

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def create(self, status: str, **fields: Any) -> None:
        stamps = ("createdAt", "updatedAt")
        known = {key: value for key, value in self.document.items() if key not in stamps}
        self.record.create(self.clock.now, {**known, "status": status, **fields}, self.responsible)

    def status(self, days: float, status: str, user: dict[str, Any], **more: Any) -> None:
        event = status_event(self.model, self.record.document["status"], status)
        changes = {"status": status, **more}
        self.record.save(self.clock.office(days), changes, user, event)

    def save(self, days: float, **changes: Any) -> None:
        self.record.save(self.clock.office(days), changes, self.responsible)

    def check(self) -> None:
        """The way from a draft, or a file that waits, to a decision."""
        if self.record.document["status"] == "DRAFT":
            self.status(2, "WAITING_VALIDATION", self.responsible)
        if self.chance(0.2):
            comment = sentence(self.random)
            self.status(4, "WAITING_CORRECTION", self.referent, statusComment=comment)
            self.status(3, "WAITING_VALIDATION", self.responsible)
        if self.model == "mission" and self.chance(0.06):
            self.status(4, "REFUSED", self.referent, statusComment=sentence(self.random))
        else:
            self.status(3, "VALIDATED", self.referent)


class _Mission(_Offer):
    model = "mission"

    def __init__(self, mission: Mission, seed: int, days: DayRange, ids: list[str]) -> None:
        super().__init__(mission.document, seed, days, ids)

    def begin(self) -> None:
        self.create("DRAFT" if self.chance(0.6) else "WAITING_VALIDATION")
        self.check()

    def go_on(self) -> None:
        for _ in range(self.random.randrange(8)):
            if self.record.document["status"] != "VALIDATED":
                return
            self._happens(self.random.random())
        if self.chance(0.06):
            self.status(40, "CANCEL", self.responsible, visibility="HIDDEN")
        elif self.chance(0.6):
            end = self.record.document["endAt"].astimezone(PARIS).date()
            at, event = self.clock.night(end + timedelta(days=1)), "mission_archived"
            self.record.save(at, {"status": "ARCHIVED"}, JOB, event)

    def _happens(self, fate: float) -> None:
        if fate < 0.55:
            self._take_places()
        elif 0.62 <= fate < 0.7:
            text = {"description": sentence(self.random), "actions": sentence(self.random)}
            self.status(30, "WAITING_VALIDATION", self.responsible, **text)
            self.check()
        else:
            self.save(30, **self._edited(fate))

    def _edited(self, fate: float) -> dict[str, Any]:
        """The fields of a save that changes nothing of the status."""
        random, document = self.random, self.record.document
        if fate < 0.62:
            more = random.randrange(1, 6)
            left, total = document["placesLeft"] + more, document["placesTotal"] + more
            return {"placesTotal": total, "placesLeft": left, "placesStatus": "ONE_OR_MORE"}
        if fate < 0.75:
            domain = random.choice(DOMAINS)
            return {"mainDomain": domain, "domains": [domain, random.choice(DOMAINS)]}
        if fate < 0.8:
            return {"duration": random.choice(("21", "42", "63", "84", ""))}
        if fate < 0.84:
            place = somewhere(random)
            town = f"{word(random, 3)}-en-{word(random, 2)}"
            return {"department": place.department, "region": place.region, "city": town}
        if fate < 0.87:
            return {"structureId": random.choice(self.structures)}
        if fate < 0.9:
            tutor = {"tutorId": identifier(random), "tutorName": word(random, 3)}
            return {**tutor, "remote": random.choice(("true", "false", UNSET))}
        if fate < 0.93:
            flipped = {"true": "false", "false": "true"}[document["isMilitaryPreparation"]]
            return {"isMilitaryPreparation": flipped}
        if fate < 0.95:
            return {"isJvaMission": "true", "apiEngagementId": identifier(random)}
        later = document["endAt"] + timedelta(days=90)
        periods = random.sample(("WHENEVER", "DURING_HOLIDAYS", "DURING_SCHOOL"), 2)
        return {"endAt": later, "period": periods, "visibility": "HIDDEN"}

    def _take_places(self) -> None:
        document = self.record.document
        pending = self.random.randrange(4)
        left = max(0, document["placesLeft"] - self.random.randrange(1, 4))
        state = "FULL" if left == 0 else "ONE_OR_MORE"
        at = self.clock.later(15)
        changes = {"placesLeft": left, "placesStatus": state, "pendingApplications": pending}
        self.record.save(at, changes)


class _Structure(_Offer):
    model = "structure"

    def begin(self) -> None:
        fate = self.random.random()
        self.create("DRAFT" if fate < 0.2 else "WAITING_VALIDATION" if fate < 0.3 else "VALIDATED")
        if self.record.document["status"] != "VALIDATED":
            self.check()

    def go_on(self) -> None:
        for _ in range(self.random.randrange(5)):
            self._happens(self.random.random())

    def _happens(self, fate: float) -> None:
        random, document = self.random, self.record.document
        if fate < 0.25:
            manager = {**document["structureManager"], "firstName": word(random, 3)}
            self.save(90, structureManager=manager, description=sentence(random))
        elif fate < 0.45:
            legal = random.choice(list(KINDS))
            self.save(90, **{"legalStatus": legal, "sousType": UNSET, **kind(random, legal)})
        elif fate < 0.6:
            self.save(90, types=kind(random, document["legalStatus"])["types"])
        elif fate < 0.7:
            place = somewhere(random)
            self.save(90, department=place.department, region=place.region)
        elif fate < 0.8:
            head = random.choice(self.structures)
            self.save(90, networkId=head, networkName=f"Réseau {word(random, 3)}")
        elif fate < 0.87:
            self.save(90, isNetwork="true")
        elif fate < 0.93:
            self.save(90, isMilitaryPreparation=random.choice(("true", "false")))
        else:
            self.status(90, "WAITING_CORRECTION", self.referent)
            self.status(5, "WAITING_VALIDATION", self.responsible)
            self.status(5, "VALIDATED", self.referent)
