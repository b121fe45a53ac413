"""A young person with documents, clock and the people around: what all stories share."""

from collections.abc import Sequence
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple, TypeVar

from snu_analytics.simulation.campaigns import NOWHERE, Stay, campaign_of
from snu_analytics.simulation.classes import SchoolClass
from snu_analytics.simulation.clock import Clock
from snu_analytics.simulation.missions import Mission
from snu_analytics.simulation.people import Person, person, somewhere, staff
from snu_analytics.simulation.recorder import Recorder, as_json

_Thing = TypeVar("_Thing")

# What a job writes instead of a person.
JOB = {"firstName": "[CRON] mise à jour des statuts"}

REASONS = ("unavailable_perso", "unavailable_pro", "no_interest", "bad_affectation", "other")


class Profile(NamedTuple):
    """The raw values of the young person that an application's event carries."""

    gender: str | None
    birthdate: str | None
    region: str | None
    department: str | None


class Life:
    """The state of a person's history while it is written; `group` is the person's class, if any.

    `profiles` holds each profile with the instant from which on it holds, in order.
    """

    def __init__(
        self, random: Random, number: int, day: date, end: datetime, missions: Sequence[Mission]
    ) -> None:
        self.random = random
        self.clock = Clock(random, day)
        self.end = end
        self.campaign = campaign_of(day)
        self.who: Person = person(random, number)
        self.place = somewhere(random)
        self.stay: Stay = NOWHERE
        self.missions = missions
        self.young = Recorder("young", random, end)
        self.applications: list[Recorder] = []
        self.equivalences: list[Recorder] = []
        self.group: SchoolClass | None = None
        self.profiles: list[tuple[datetime, Profile]] = []
        self._staff: dict[str, dict[str, Any]] = {}

    @property
    def has_steps(self) -> bool:
        """Forms note their step since the campaign of 2023."""
        return self.campaign >= 2023

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, things: Sequence[_Thing]) -> _Thing:
        return self.random.choice(things)

    def get(self, field: str) -> Any:
        """The field's value now, None when it is absent."""
        return self.young.document.get(field)

    def create(self, at: datetime, fields: dict[str, Any], user: dict | None) -> None:
        self.young.create(at, fields, user)
        self._note(at)

    def save(
        self,
        at: datetime,
        changes: dict[str, Any],
        user: dict | None = None,
        event: str | None = None,
    ) -> None:
        self.young.save(at, changes, user, event)
        if "department" in changes:
            self._note(at)

    def status(self, at: datetime, status: str, event: str, user: dict | None, **more: Any) -> None:
        """A new status of the inscription, with what is saved along with it."""
        self.save(at, {"status": status, "lastStatusAt": at, **more}, user, event)

    def himself(self) -> dict[str, Any]:
        """The `user` of a patch written by the young person, seldom by staff in that name."""
        names = {key: self.get(key) for key in ("firstName", "lastName", "email")}
        user = {"_id": self.young.ref, **names, "model": "young"}
        if self.chance(0.01):
            user["impersonatedBy"] = self.staff("admin")
        return user

    def parent(self) -> dict[str, Any]:
        """The `user` of a patch written by the first parent: the young's object, other names."""
        names = {
            "firstName": self.get("parent1FirstName") or self.who.first,
            "lastName": self.get("parent1LastName") or self.who.last,
            "email": self.get("parent1Email") or self.get("email"),
        }
        return {"_id": self.young.ref, **names, "model": "young"}

    def staff(self, role: str = "") -> dict[str, Any]:
        """The member of staff who follows this person in that role, else a referent."""
        role = role or self.pick(("referent_department", "referent_department", "referent_region"))
        if role not in self._staff:
            self._staff[role] = staff(self.random, role, self.place)
        return self._staff[role]

    def _note(self, at: datetime) -> None:
        # Nothing but a new address changes it.
        profile = Profile(
            self.get("gender"),
            as_json(self.get("birthdateAt")),
            self.get("region"),
            self.get("department"),
        )
        self.profiles.append((at, profile))
