"""The last look before rows are written: no string that names, locates or reaches a person.

The treatments already see to that, field by field. This check trusts none of them: it looks at the
strings themselves, whatever their field was meant to hold.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

import phonenumbers
import polars as pl
from stdnum.fr import nif, nir, siren, siret

from snu_analytics.catalogue import Catalogue, Entity, Field
from snu_analytics.catalogue.vocabulary import fold
from snu_analytics.errors import LeakError

# What treatments make, as strings. Hours, places, pupils, ranks and ages are short numbers: a
# telephone number has nine digits.
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NUMBER = "-?[0-9]{1,7}([.][0-9]{1,7})?"
_MADE = {"pseudonym": _UUID, "date": _DAY}
_IDS = ("event_id", "change_id", "subject_id", "key_id")

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


def refuse_leaks(
    table: pl.DataFrame, states: Mapping[str, pl.Series], entity: Entity, catalogue: Catalogue
) -> None:
    """Raise LeakError naming the column and the kind where a string of event rows is a person's.

    `table` holds the rows' columns; `states` the distinct JSON texts that their states are made of,
    by field.
    """
    for name, texts in states.items():
        for value in expected_aside(texts, entity.fields[name], catalogue):
            if kind := kind_of(value):
                raise LeakError(
                    f"{entity.table}: the field {name} of state_before or state_after holds {kind}"
                )
    for name, values in table.select(pl.selectors.string()).to_dict().items():
        if name in _IDS or name.startswith(("state_", "doubts_")):
            continue
        for value in _without(values.unique().drop_nulls(), f"{_UUID}|{_DAY}|{_NUMBER}"):
            # `from_value` and `to_value` hold arrays as JSON texts.
            for string in _strings(value) if value[:1] in ("[", "{") else [value]:
                if not catalogue.lists(string) and (kind := kind_of(string)):
                    raise LeakError(f"{entity.table}: the column {name} holds {kind}")


def expected_aside(texts: pl.Series, kept: Field, catalogue: Catalogue) -> set[str]:
    """The strings of a field's distinct JSON texts that its treatment does not account for.

    Words of the catalogue and short numbers are everybody's; pseudonyms, days and ages were made
    here.
    """
    made = f'"?({_MADE.get(kept.treatment, _NUMBER)})"?'
    return {
        value
        for text in _without(texts, made)
        for value in _strings(text)
        if not re.fullmatch(_NUMBER, value) and not catalogue.lists(value)
    }


@lru_cache(4096)
def kind_of(text: str) -> str | None:
    """What a string tells of a person; None when nothing is found."""
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
    """Whether a name, an address or another text of a person stands in one of the strings.

    Compared word by word, without case and accents; of texts shorter than three letters nothing is
    said.
    """
    known = {word for word in map(fold, identities) if len(word) > 2}
    for string in strings:
        words = fold(string).split()
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                if " ".join(words[first:last]) in known:
                    return True
    return False


def _without(texts: pl.Series, pattern: str) -> pl.Series:
    return texts.filter(~texts.str.contains(f"^({pattern})$"))


def _strings(text: str) -> Iterator[str]:
    """The strings and numbers of a JSON text, the keys of objects among them."""
    if text[:1] == '"' and "\\" not in text:
        yield text[1:-1]
    elif text and text not in ("null", "true", "false"):
        yield from _parts(json.loads(text))


def _parts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, held in value.items():
                yield key
                yield from _parts(held)
        case list():
            for held in value:
                yield from _parts(held)
        case int() | float() if not isinstance(value, bool):
            yield repr(value)
