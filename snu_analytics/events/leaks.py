"""The kind of personal data that a text looks like, and the last check of rows before writing.

No treatment lets an unlisted text pass. `kind_of` names what such a text looks like, so that it is
counted and shown; `refuse_raw_values` trusts no treatment and stops the day where a value about to
be written is not of the shape that its treatment makes: a fault of this program.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

import phonenumbers
import polars as pl
from stdnum.fr import nif, nir, siren, siret

from snu_analytics.catalogue import OTHER, Entity, Field, fold
from snu_analytics.errors import LeakError

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SHAPES = {
    "age": "-?[0-9]{1,4}",
    "pseudonym": f'"{_UUID}"',
    "date": '"[0-9]{4}-[0-9]{2}-[0-9]{2}"',
    "number": "-?[0-9]{1,7}([.][0-9]+)?(e-[0-9]+)?",
    "boolean": "true|false",
}
_ABSENT = f'||null|""|"{OTHER}"'

_HARMLESS_IN_NAMES = (None, "a date", "a long number")

# A raw id, a digest or an instant: no list holds any.
_RAW = "[0-9A-Fa-f]{24,}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}"

_STREETS = (
    "rue|avenue|av|boulevard|bd|impasse|chemin|allée|allee|place|route|quai|cours|square|"
    "lotissement|résidence|residence|hameau|faubourg|passage|sentier"
)
_FILES = (
    "pdf|jpe?g|png|gif|heic|webp|tiff?|bmp|docx?|odt|rtf|xlsx?|ods|csv|txt|pptx?|zip|rar|7z|mov|"
    "mp4|avi|eml|msg"
)
_MONTHS = (
    "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|"
    "décembre|decembre"
)
_PATTERNS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "an e-mail address": r"[\w.+'-]+@[\w-]+(\.[\w-]+)+",
        "a URL": r"\b(https?|ftp|mailto|tel|data|file):|\bwww\.|\b[\w-]+\.(fr|com|org|net|eu|io)\b",
        "a file name": rf"[\w)-]\.({_FILES})\b",
        "a 24-digit id": r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])",
        "a token": r"[0-9a-f]{32,}|\$2[aby]\$|\beyJ[\w-]{8,}|[\w+/-]{40,}",
        "a date": r"\b\d{4}[-/.]\d\d?[-/.]\d\d?|\b\d\d?[-/.]\d\d?[-/.]\d\d(\d\d)?\b"
        rf"|\b\d\d?(er)? ({_MONTHS}) \d{{4}}\b",
        "a postal address": rf"\b\d{{1,4}}( ?(bis|ter))?,? +({_STREETS})\b",
    }.items()
}
_IDENTIFIERS = (siret, siren, nir, nif)
_LONG_NUMBER = re.compile(r"\d(?:[ .\-/]?[\dAB]){7,14}", re.IGNORECASE)


def refuse_raw_values(table: pl.DataFrame, states: Mapping[str, pl.Series], entity: Entity) -> None:
    """Raise LeakError naming the column with a value that no treatment can make.

    `table` holds the columns of event rows; `states` the distinct JSON texts that their states are
    made of, by field.
    """
    for name, texts in states.items():
        shaped = texts.str.contains(_shape(entity.fields[name])).all()
        if not shaped or texts.str.contains(_RAW).any():
            raise _raw(entity, f"the field {name} of state_before or state_after")
    for name in ("subject_id", "change_id"):
        if not table[name].str.contains(f"^{_UUID}$").all():
            raise _raw(entity, f"the column {name}")
    for name in ("from_value", "to_value", "actor_role"):
        if table[name].str.contains(_RAW).any():
            raise _raw(entity, f"the column {name}")


def may_be_listed(name: str) -> bool:
    """Whether a name of the source's own may join a list: it looks like nobody's, nor raw.

    A session may be named after its days.
    """
    return kind_of(name) in _HARMLESS_IN_NAMES and not re.search(_RAW, name)


def _shape(field: Field) -> str:
    if field.treatment == "closed":
        made = ".*"
    else:
        made = _SHAPES.get(field.treatment) or _SHAPES[field.type]
    return f"(?s)^({made}{_ABSENT})$"


def _raw(entity: Entity, where: str) -> LeakError:
    return LeakError(
        f"{entity.table}: {where} holds a value that no treatment makes. Nothing was written. This "
        "is a fault of the program, not of the data: report it with this sentence"
    )


@lru_cache(4096)
def kind_of(text: str) -> str | None:
    """The kind of personal data that a text looks like (`an e-mail address`); None for no kind.

    `make bench-patterns` measures how often each kind is right.
    """
    text = "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf"
    )
    for kind, pattern in _PATTERNS.items():
        if pattern.search(text):
            return kind
    if any(phonenumbers.PhoneNumberMatcher(text, "FR")):
        return "a telephone number"
    numbers = _LONG_NUMBER.findall(text)
    if any(standard.is_valid(number) for number in numbers for standard in _IDENTIFIERS):
        return "a French identifier"
    return "a long number" if numbers else None


def occurring(identities: Collection[str], strings: Collection[str]) -> bool:
    """Whether a name, an address or another text of a person occurs in one of the strings.

    Compared word by word, without case and accents; texts shorter than three letters never occur.
    """
    personal = {word for word in map(fold, identities) if len(word) > 2}
    for string in strings:
        words = fold(string).split()
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                if " ".join(words[first:last]) in personal:
                    return True
    return False
