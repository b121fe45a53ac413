"""Invented people: every name, address and number is made up and belongs to one person alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from snu_analytics.catalogue import places

_ONSETS = ("b", "br", "ch", "d", "f", "gr", "j", "k", "l", "m", "n", "p", "qu", "r", "tr", "v", "z")
_RHYMES = ("a", "an", "e", "eau", "el", "i", "in", "o", "oi", "on", "ou", "u", "y")
_STREETS = ("rue", "avenue", "impasse", "chemin", "boulevard")
_PLACES = [p for p in places() if p.academy]


@dataclass(frozen=True)
class Residence:
    """Where somebody lives."""

    region: str
    academy: str
    department: str
    zip: str
    city: str
    address: str


def word(random: Random, syllables: int) -> str:
    made = "".join(random.choice(_ONSETS) + random.choice(_RHYMES) for _ in range(syllables))
    return made.capitalize()


def residence(random: Random) -> Residence:
    place = random.choice(_PLACES)
    return Residence(
        place.region,
        place.academy or "",
        place.department,
        f"{place.code[:2]}{random.randrange(1000):03d}",
        f"{word(random, 3)}-sur-{word(random, 2)}",
        f"{random.randrange(1, 300)} {random.choice(_STREETS)} {word(random, 3)} {word(random, 3)}",
    )


def identity(random: Random, number: int, year: int) -> dict[str, object]:
    """The identifying fields of one young person, 15 to 17 at the campaign's stay."""
    first, last = word(random, 2), word(random, 4)
    mail = f"{first}.{last}{number}".lower()
    born = datetime(year - random.choice((15, 16, 16, 17)), 1, 1, 11, tzinfo=UTC) + timedelta(
        days=random.randrange(365)
    )
    parent = word(random, 2)
    return {
        "firstName": first,
        "lastName": last,
        "email": f"{mail}@courriel-{word(random, 2).lower()}.test",
        "phone": f"06{random.randrange(10**8):08d}",
        "birthdateAt": born,
        "birthCity": f"{word(random, 3)}-lès-{word(random, 2)}",
        "birthCountry": "France",
        "frenchNationality": "true",
        "schoolName": f"Lycée {word(random, 3)} {word(random, 3)}",
        "parent1FirstName": parent,
        "parent1LastName": last,
        "parent1Email": f"{parent}.{mail}@parents.test".lower(),
        "parent1Phone": f"07{random.randrange(10**8):08d}",
        "parent1Inscription2023Token": f"{random.getrandbits(160):040x}",
        "tokenEmailValidation": f"{random.getrandbits(32):08x}-{random.getrandbits(64):016x}",
        "motivations": f"Je voudrais connaître {word(random, 3)} et le {word(random, 3)}.",
        "handicap": "false",
        "allergies": random.choice(("false", "false", "true")),
    }


def staff(random: Random) -> dict[str, object]:
    """The `user` of a patch written by a member of staff."""
    return {
        "_id": f"{random.getrandbits(96):024x}",
        "role": random.choice(("admin", "referent_department", "referent_region", "head_center")),
        "email": f"{word(random, 3)}.{word(random, 3)}@administration.test".lower(),
        "firstName": word(random, 2),
        "lastName": word(random, 3),
        "model": "referent",
    }
