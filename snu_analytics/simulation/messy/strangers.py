"""Values of no list: invented words, things of a person, and values of another type."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from snu_analytics.simulation.messy.rewriting import OTHER, Written
from snu_analytics.simulation.people import word
from snu_analytics.simulation.recorder import Recorder

_WORDS = ("Breizh", "Zorglub", "Terre du Milieu", "2nde européenne", "ne sait pas encore",
          "Voir avec la mairie.", "???", "1ere STI2D option SIN")  # fmt: skip
_FORMER_STATUS = "WAITING_REINSCRIPTION"
_NAMES = ("firstName", "lastName", "city", "youngFirstName", "youngLastName", "youngCity",
          "tutorName", "contactFullName", "name")  # fmt: skip

Writer = Callable[[int, str], Written]
"""Makes a writing of the value with that number among the values to be written."""


def unlisted(random: Random, field: str) -> Writer:
    """Words of no list; some with the listed value in them."""
    if field.startswith("status") and random.random() < 0.4:
        return lambda number, _: Written(_numbered(_FORMER_STATUS, number), OTHER, "unlisted")
    if random.random() < 0.25:
        return lambda _, value: Written(f"{value} 🌊", OTHER, "unlisted")
    base = random.choice(_WORDS)
    return lambda number, _: Written(_numbered(base, number), OTHER, "unlisted")


def personal(random: Random, record: Recorder) -> Writer:
    """What belongs to a person, among it what is in the document itself."""
    digits = random.randrange(10**6)
    mail = f"{word(random, 3)}.{word(random, 3)}@courriel-egare.test".lower()
    bases: list[Callable[[int], str]] = [
        lambda number: f"06{digits:06d}{number % 100:02d}",
        lambda number: f"+33 6 {digits:06d} {number % 100:02d}",
        lambda number: f"{number or ''}{mail}",
        lambda number: f"{number + 2} rue {street}, {town}",
        lambda number: _numbered(date, number),
        lambda number: _numbered(name, number),
        lambda number: _numbered(name, number),
    ]
    street, town = word(random, 4), word(random, 3)
    date = f"{random.randrange(10, 29)}/{random.randrange(10, 13)}/2007"
    names = names_of(record)
    name = random.choice(names) if names else f"{word(random, 3)} {word(random, 4)}"
    base = random.choice(bases)
    return lambda number, _: Written(base(number), OTHER, "personal")


def telephone(random: Random) -> Writer:
    """Telephone numbers, as text or as number."""
    digits, as_number = random.randrange(10**6), random.random() < 0.5

    def written(number: int, _: str) -> Written:
        text = f"06{digits:06d}{number % 100:02d}"
        return Written(int(text) if as_number else text, OTHER, "personal")

    return written


def other_type(random: Random, elements: bool = False) -> Writer:
    """Objects, lists and numbers where text is expected; within lists no further lists."""
    makers: list[Callable[[int, str], Any]] = [
        lambda _, value: {"label": value},
        lambda number, _: 123456 + number,
        lambda number, _: 12345.5 + number,
    ]
    if not elements:
        makers.append(lambda _, value: [value])
    make = random.choice(makers)
    return lambda number, value: Written(make(number, value), OTHER, "type")


def names_of(record: Recorder) -> Sequence[str]:
    """The names and towns in a document, or else in its first patch."""
    held = record.document
    if not held and record.patches:
        ops = record.patches[0]["ops"]
        held = {op["path"][1:]: op["value"] for op in ops if "value" in op}
    return [held[name] for name in _NAMES if isinstance(held.get(name), str) and held[name]]


def _numbered(base: str, number: int) -> str:
    return f"{base} {number + 1}" if number else base
