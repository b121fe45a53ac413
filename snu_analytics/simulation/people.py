"""Invented people: every name, address and number is made up and belongs to one person alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from snu_analytics.simulation.places import PLACES, Place

_ONSETS = ("b", "br", "ch", "d", "f", "gr", "j", "k", "l", "m", "n", "p", "qu", "r", "tr", "v", "z")
_RHYMES = ("a", "an", "e", "eau", "el", "i", "in", "o", "oi", "on", "ou", "u", "y")
_SYLLABLES = tuple(onset + rhyme for onset in _ONSETS for rhyme in _RHYMES)
_STREETS = ("rue", "avenue", "impasse", "chemin", "boulevard")


@dataclass(frozen=True)
class Person:
    """What an account, its parents and its mail are named after."""

    first: str
    last: str
    mailbox: str


def word(random: Random, syllables: int) -> str:
    return "".join(random.choices(_SYLLABLES, k=syllables)).capitalize()


def identifier(random: Random) -> str:
    """The text of an ObjectId."""
    return f"{random.getrandbits(96):024x}"


def identifier_at(drawn: str, at: datetime) -> str:
    """The identifier with the second of that instant, which every ObjectId begins with."""
    return f"{int(at.timestamp()):08x}{drawn[8:]}"


def person(random: Random, number: int) -> Person:
    first, last = word(random, 3), word(random, 4)
    return Person(first, last, f"{first}.{last}{number}".lower())


def account(random: Random, who: Person, year: int) -> dict[str, Any]:
    """What a young person of 15 to 17 at the campaign's stays gives at the first step."""
    born = datetime(year - random.choice((15, 16, 16, 17)), 1, 1, 11, tzinfo=UTC)
    return {
        "firstName": who.first,
        "lastName": who.last,
        "email": f"{who.mailbox}@courriel-{word(random, 2).lower()}.test",
        "phone": f"06{random.randrange(10**8):08d}",
        "birthdateAt": born + timedelta(days=random.randrange(365)),
        "frenchNationality": "true",
        "tokenEmailValidation": f"{random.getrandbits(96):024x}",
        "password": f"$2a$10${random.getrandbits(200):050x}",
    }


def birthplace(random: Random) -> dict[str, Any]:
    return {
        "birthCity": f"{word(random, 3)}-lès-{word(random, 2)}",
        "birthCityZip": f"{random.randrange(1000, 96000):05d}",
        "birthCountry": "France",
        "handicap": "true" if random.random() < 0.02 else "false",
        "allergies": "true" if random.random() < 0.1 else "false",
    }


def parents(random: Random, who: Person) -> dict[str, Any]:
    first = word(random, 3)
    fields: dict[str, Any] = {
        "parent1Status": random.choice(("mother", "father", "representant")),
        "parent1FirstName": first,
        "parent1LastName": who.last,
        "parent1Email": f"{first}.{who.mailbox}@parents.test".lower(),
        "parent1Phone": f"07{random.randrange(10**8):08d}",
        "parent1Inscription2023Token": f"{random.getrandbits(160):040x}",
    }
    if random.random() < 0.6:
        second, name = word(random, 3), word(random, 4)
        fields |= {
            "parent2FirstName": second,
            "parent2LastName": name,
            "parent2Email": f"{second}.{name}.{who.mailbox}@parents.test".lower(),
        }
    return fields


def somewhere(random: Random) -> Place:
    return random.choice(PLACES)


def near(random: Random, place: Place) -> Place:
    """The same department mostly, else another one of the region, seldom anywhere."""
    fate = random.random()
    if fate < 0.78:
        return place
    return random.choice(_region(place.region)) if fate < 0.94 else somewhere(random)


@cache
def _region(name: str) -> list[Place]:
    return [place for place in PLACES if place.region == name]


def administration(place: Place) -> dict[str, Any]:
    return {"region": place.region, "department": place.department, "academy": place.academy}


def home(random: Random, place: Place) -> dict[str, Any]:
    """An address in that department, and the statistics of its neighbourhood."""
    street = f"{random.choice(_STREETS)} {word(random, 3)} {word(random, 3)}"
    density = random.choice(("TRES PEU DENSE", "PEU DENSE", "INTERMEDIAIRE", "DENSE", "DENSE", ""))
    return {
        **administration(place),
        "address": f"{random.randrange(1, 300)} {street}",
        "city": f"{word(random, 3)}-sur-{word(random, 2)}",
        "zip": _postcode(random, place),
        "location": {
            "lat": round(random.uniform(42.5, 51), 6),
            "lon": round(random.uniform(-4.5, 8), 6),
        },
        "qpv": random.choice(("true", "false", "false", "false", "")),
        "populationDensity": density,
        "isRegionRural": "true" if density in ("TRES PEU DENSE", "PEU DENSE") else "false",
    }


def school(random: Random, place: Place) -> dict[str, Any]:
    return {
        "schoolId": identifier(random),
        "schoolName": f"Lycée {word(random, 3)} {word(random, 3)}",
        "schoolCity": f"{word(random, 3)}-en-{word(random, 2)}",
        "schoolZip": _postcode(random, place),
    }


def _postcode(random: Random, place: Place) -> str:
    # Both departments of Corse share the codes of the former one.
    return f"{place.code[:2].replace('2A', '20').replace('2B', '20')}{random.randrange(1000):03d}"


def sentence(random: Random) -> str:
    """Free text that names people and places."""
    return f"Voir avec {word(random, 3)} {word(random, 4)} de {word(random, 3)}."


def staff(random: Random, role: str, place: Place) -> dict[str, Any]:
    """The `user` of a patch written by a member of staff."""
    first, last = word(random, 3), word(random, 4)
    return {
        "_id": identifier(random),
        "role": role,
        "department": place.department,
        "region": place.region,
        "email": f"{first}.{last}@administration.test".lower(),
        "firstName": first,
        "lastName": last,
        "model": "referent",
    }
