"""Requests to have another engagement recognised as the mission."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from snu_analytics.simulation.fields import status_event
from snu_analytics.simulation.life import Life
from snu_analytics.simulation.people import sentence, word
from snu_analytics.simulation.recorder import Recorder

_KINDS: dict[str, tuple[str, ...]] = {
    "Service Civique": (),
    "BAFA": (),
    "Jeune Sapeur Pompier": (),
    "Certification Union Nationale du Sport scolaire (UNSS)": (
        "Jeunes arbitres",
        "Jeunes coachs / capitaines",
        "Jeunes écoresponsables",
        "Jeunes vice-présidents",
    ),
    "Engagements lycéens": ("Elu au sein des conseils régionaux des jeunes",),
    "Préparation militaire hors offre MIG des armées": (),
    "Escadrilles Air Jeunesse (EAJ)": (),
    "Autre": (),
}

# The young person's document is saved first, this one just after.
_AFTERWARDS = timedelta(milliseconds=7)


class Equivalence:
    """One request with its history, from a generator of its own."""

    def __init__(self, life: Life, at: datetime, user: dict[str, Any], status: str) -> None:
        self._random = random = Random(f"{life.young.ref}/equivalence/{len(life.equivalences)}")
        self.record = Recorder("mission_equivalence", random, life.end)
        what = random.choice(list(_KINDS))
        begun = at - timedelta(days=random.randrange(100, 400))
        contact = word(random, 3), word(random, 4)
        fields: dict[str, Any] = {
            "youngId": life.young.ref,
            "status": status,
            "type": what,
            **({"sousType": random.choice(_KINDS[what])} if _KINDS[what] else {}),
            "desc": sentence(random),
            "structureName": f"Club {word(random, 4)}",
            "address": f"{random.randrange(1, 300)} rue {word(random, 3)}",
            "zip": f"{random.randrange(1000, 96000):05d}",
            "city": f"{word(random, 3)}-sur-{word(random, 2)}",
            "startDate": begun,
            "endDate": begun + timedelta(days=random.randrange(20, 90)),
            "contactFullName": " ".join(contact),
            "contactEmail": f"{contact[0]}.{contact[1]}@club.test".lower(),
            "files": [f"attestation-{life.who.mailbox}.pdf"],
        }
        if random.random() < 0.6:
            fields["missionDuration"] = random.choice((42, 63, 84, 84))
        self.record.create(at + _AFTERWARDS, fields, user)
        life.equivalences.append(self.record)

    def correct(self, until: datetime, staff: dict[str, Any], young: dict[str, Any]) -> None:
        """For some, staff asks for corrections before the decision, and gets them."""
        asked = self.record.document["createdAt"]
        third = (until - asked) / 3
        if self._random.random() < 0.3 and third > timedelta(minutes=1):
            message = {"message": sentence(self._random)}
            self._status(_whole(asked + third), "WAITING_CORRECTION", staff, message)
            self._status(_whole(asked + 2 * third), "WAITING_VERIFICATION", young, {})

    def decide(self, at: datetime, status: str, user: dict[str, Any]) -> None:
        hours = {"missionDuration": 84} if status == "VALIDATED" else {}
        self._status(at + _AFTERWARDS, status, user, hours)

    def _status(
        self, at: datetime, status: str, user: dict[str, Any], more: dict[str, Any]
    ) -> None:
        event = status_event("mission_equivalence", self.record.document["status"], status)
        self.record.save(at, {"status": status, **more}, user, event)


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
