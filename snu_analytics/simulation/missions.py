"""Structures and the missions they offer: documents without a history, for applications to name."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from bson import ObjectId

from snu_analytics.simulation.people import identifier, somewhere, word

_STRUCTURES = 140
_MISSIONS = 420
DOMAINS = ("CITIZENSHIP", "CULTURE", "DEFENSE", "EDUCATION", "ENVIRONMENT", "HEALTH", "SECURITY",
           "SOLIDARITY", "SPORT")  # fmt: skip
_HOURS = (21, 28, 42, 84, 84)
_OFFERED_SINCE = datetime(2021, 6, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Mission:
    """What an application copies from its mission, and the mission's own document."""

    mission_id: str
    structure_id: str
    name: str
    department: str
    region: str
    jva: str
    military: bool
    hours: int
    document: dict[str, Any]


@cache
def structures(seed: int) -> tuple[dict[str, Any], ...]:
    """The documents of the structures."""
    random = Random(f"{seed}/structures")
    return tuple(_structure(random) for _ in range(_STRUCTURES))


@cache
def missions(seed: int) -> tuple[Mission, ...]:
    random = Random(f"{seed}/missions")
    return tuple(_mission(random, random.choice(structures(seed))) for _ in range(_MISSIONS))


def _structure(random: Random) -> dict[str, Any]:
    place, name = somewhere(random), word(random, 4)
    at = _OFFERED_SINCE + timedelta(hours=random.randrange(400))
    return {
        "_id": ObjectId(identifier(random)),
        "name": f"Association {name}",
        "status": "VALIDATED",
        "legalStatus": random.choice(("ASSOCIATION", "ASSOCIATION", "PUBLIC", "PRIVATE", "OTHER")),
        "department": place.department,
        "region": place.region,
        "isNetwork": "false",
        "isMilitaryPreparation": "true" if random.random() < 0.06 else "false",
        "isJvaStructure": "true" if random.random() < 0.3 else "false",
        "types": [],
        "siret": f"{random.randrange(10**14):014d}",
        "website": f"https://{name.lower()}.test",
        "createdAt": at,
        "updatedAt": at,
    }


def _mission(random: Random, structure: dict[str, Any]) -> Mission:
    own = identifier(random)
    name = f"Aider {word(random, 3)} à {word(random, 3)}"
    hours = random.choice(_HOURS)
    military = structure["isMilitaryPreparation"]
    at = structure["createdAt"] + timedelta(hours=random.randrange(1, 200))
    document = {
        "_id": ObjectId(own),
        "name": name,
        "status": "VALIDATED",
        "mainDomain": random.choice(DOMAINS),
        "domains": random.sample(DOMAINS, 2),
        "department": structure["department"],
        "region": structure["region"],
        "structureId": str(structure["_id"]),
        "structureName": structure["name"],
        "tutorName": f"{word(random, 3)} {word(random, 4)}",
        "placesTotal": random.randrange(1, 40),
        "placesLeft": 1,
        "visibility": "VISIBLE",
        "format": random.choice(("CONTINUOUS", "DISCONTINUOUS", "AUTONOMOUS")),
        "period": ["WHENEVER"],
        "duration": str(hours),
        "isMilitaryPreparation": military,
        "isJvaMission": structure["isJvaStructure"],
        "createdAt": at,
        "updatedAt": at,
    }
    return Mission(
        own,
        document["structureId"],
        name,
        document["department"],
        document["region"],
        document["isJvaMission"],
        military == "true",
        hours,
        document,
    )
