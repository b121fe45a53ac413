"""Structures and the missions they offer, as they are when they first stand in the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.simulation.clock import Clock
from snu_analytics.simulation.people import identifier, identifier_at, sentence, somewhere, word

_STRUCTURES = 140
_MISSIONS = 420
DOMAINS = ("CITIZENSHIP", "CULTURE", "DEFENSE", "EDUCATION", "ENVIRONMENT", "HEALTH", "SECURITY",
           "SOLIDARITY", "SPORT")  # fmt: skip
_HOURS = (21, 28, 42, 84, 84)

# Before any history begins.
_OFFERED_SINCE = datetime(2021, 3, 1, 8, tzinfo=UTC)

# Of structures, and of the missions of old ones, that are made within the history.
_NEW = 0.3

# From the draft of a mission to its first application.
_CHECKED = timedelta(days=12)

KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "PUBLIC": {
        "Collectivité territoriale": ("Commune", "Commune", "EPCI", "Conseil départemental"),
        "Etablissement scolaire": ("Collège", "Lycée"),
        "Etablissement public de santé": ("EHPAD", "Centre hospitalier"),
        "Corps en uniforme": ("Pompiers", "Police", "Gendarmerie", "Armées"),
        "Service de l'Etat": (),
    },
    "PRIVATE": {"Entreprise agréée ESUS": (), "Autre structure privée à but non lucratif": ()},
    "ASSOCIATION": {
        "Agrément Jeunesse et Education Populaire": (),
        "Agrément Service Civique": (),
        "Association agréée de sécurité civile": (),
        "Autre agrément": (),
    },
    "OTHER": {},
}
"""Types of structures by legal status, with the kinds within each type."""


@dataclass(frozen=True)
class Mission:
    """What an application copies from its mission, and the mission's own document.

    Nobody applies before `opened_at`; `is_new` when it was made within the history.
    """

    mission_id: str
    structure_id: str
    name: str
    department: str
    region: str
    jva: str
    military: bool
    hours: int
    document: dict[str, Any]
    opened_at: datetime
    is_new: bool


@cache
def structures(seed: int, days: DayRange) -> tuple[dict[str, Any], ...]:
    """The documents of the structures; those made within the days begin with a history."""
    random, openings = Random(f"{seed}/structures"), Random(f"{seed}/structures/openings")
    return tuple(_structure(random, openings, days) for _ in range(_STRUCTURES))


@cache
def missions(seed: int, days: DayRange) -> tuple[Mission, ...]:
    """The missions, of which the first is always an old one."""
    random, openings = Random(f"{seed}/missions"), Random(f"{seed}/missions/openings")
    offering = structures(seed, days)
    made = [_mission(random, openings, random.choice(offering), days) for _ in range(_MISSIONS)]
    return tuple(sorted(made, key=lambda mission: mission.is_new))


def _structure(random: Random, openings: Random, days: DayRange) -> dict[str, Any]:
    place, name = somewhere(random), word(random, 4)
    at = _OFFERED_SINCE + timedelta(hours=random.randrange(400))
    legal = random.choice(("ASSOCIATION", "ASSOCIATION", "PUBLIC", "PRIVATE", "OTHER"))
    drawn, military = identifier(random), random.random() < 0.06
    jva, siret = random.random() < 0.3, random.randrange(10**14)
    if openings.random() < _NEW:
        at = _within(openings, days, 0.5)
    head = word(openings, 3), word(openings, 4)
    return {
        "_id": ObjectId(identifier_at(drawn, at)),
        "name": f"Association {name}",
        "status": "VALIDATED",
        "legalStatus": legal,
        **kind(openings, legal),
        "department": place.department,
        "region": place.region,
        "isNetwork": "false",
        "isMilitaryPreparation": "true" if military else "false",
        "isJvaStructure": "true" if jva else "false",
        "siret": f"{siret:014d}",
        "website": f"https://{name.lower()}.test",
        "description": sentence(openings),
        "address": f"{openings.randrange(1, 300)} rue {word(openings, 3)}",
        "city": f"{word(openings, 3)}-sur-{word(openings, 2)}",
        "structureManager": {
            "firstName": head[0],
            "lastName": head[1],
            "email": f"{head[0]}.{head[1]}@structure.test".lower(),
            "mobile": f"06{openings.randrange(10**8):08d}",
        },
        "createdAt": at,
        "updatedAt": at,
    }


def kind(random: Random, legal: str) -> dict[str, Any]:
    """The types of a structure of that legal status, and its kind within the first one."""
    types = random.sample(list(KINDS[legal]), min(len(KINDS[legal]), random.choice((1, 1, 2))))
    within = KINDS[legal][types[0]] if types else ()
    return {"types": types} | ({"sousType": random.choice(within)} if within else {})


def _mission(
    random: Random, openings: Random, structure: dict[str, Any], days: DayRange
) -> Mission:
    drawn = identifier(random)
    name = f"Aider {word(random, 3)} à {word(random, 3)}"
    hours = random.choice(_HOURS)
    military = structure["isMilitaryPreparation"]
    at = structure["createdAt"] + timedelta(hours=random.randrange(1, 200))
    is_new = structure["createdAt"] >= days.start or openings.random() < _NEW
    if is_new:
        at = max(_within(openings, days, 0.8), structure["createdAt"] + timedelta(hours=2))
    mission_id = identifier_at(drawn, at)
    places = random.randrange(1, 40)
    document = {
        "_id": ObjectId(mission_id),
        "name": name,
        "status": "VALIDATED",
        "mainDomain": random.choice(DOMAINS),
        "domains": random.sample(DOMAINS, 2),
        "department": structure["department"],
        "region": structure["region"],
        "structureId": str(structure["_id"]),
        "structureName": structure["name"],
        "tutorId": identifier(openings),
        "tutorName": f"{word(random, 3)} {word(random, 4)}",
        "placesTotal": places,
        "placesLeft": places,
        "pendingApplications": 0,
        "placesStatus": "EMPTY",
        "visibility": "VISIBLE",
        "format": random.choice(("CONTINUOUS", "DISCONTINUOUS", "AUTONOMOUS")),
        "period": openings.choice((["WHENEVER"], ["DURING_HOLIDAYS"], ["DURING_SCHOOL"])),
        "duration": str(hours),
        "isMilitaryPreparation": military,
        "isJvaMission": structure["isJvaStructure"],
        "hebergement": openings.choice(("true", "false", "false")),
        "remote": openings.choice(("true", "false", "false")),
        "description": sentence(openings),
        "actions": sentence(openings),
        "address": structure["address"],
        "city": structure["city"],
        "startAt": at + timedelta(days=openings.randrange(20, 60)),
        "endAt": at + timedelta(days=openings.randrange(200, 1500)),
        "createdAt": at,
        "updatedAt": at,
    }
    return Mission(
        mission_id,
        document["structureId"],
        name,
        document["department"],
        document["region"],
        document["isJvaMission"],
        military == "true",
        hours,
        document,
        at + _CHECKED,
        is_new,
    )


def _within(random: Random, days: DayRange, share: float) -> datetime:
    """An instant at an office, within the first such share of the days."""
    day = days.first + timedelta(days=int(random.random() * share * len(days)))
    return Clock(random, day, staff=True).now
