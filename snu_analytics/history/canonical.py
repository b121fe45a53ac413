"""One spelling for each value, so that equal values compare equal and only listed ones remain.

Patches and documents write the same value differently: an instant as ISO text or BSON date, 84 as
"84", a department as its code. Comparing before this step would see changes that never were.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import polars as pl

from snu_analytics.catalogue import OTHER, Entity, Vocabulary

INSTANT = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"')
_JAVASCRIPT_DATE = re.compile(r"\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})( \(.*\))?")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,2})?", re.ASCII)

# Hours, places and pupils are short numbers, of two decimals or whole minutes. A telephone number
# has nine digits, a postcode or a written date five or more, a coordinate more decimals.
_GREATEST = {"hours": 10_000}
_GREATEST_COUNT = 1_000_000
_FRACTIONS = (100, 60)

# "" is an absent value, null and the empty string are values of their own.
_EMPTY = frozenset({"", "null", '""'})

# In place of an unlisted value, with a serial number of the run. `#` is in no listed value.
_MARK = f'"{OTHER}#[0-9]+"'
_SERIAL = re.compile(f'"{OTHER}#([0-9]+)"')

# The mark of a date field that holds the birth date of its own document, or what may be somebody's.
BIRTH_DATE_MARK = f'"{OTHER}#0"'


class Unlisted(NamedTuple):
    """A value that is on no list: its JSON text, and the kind of personal data it looks like (None
    for nothing of the kind).
    """

    text: str
    kind: str | None


class Canonicaliser:
    """Canonical JSON texts for the values of an entity's fields.

    A value that its field may not hold becomes a mark, `"OTHER#<n>"`: the n-th such value that this
    canonicaliser met. Marks keep two unlisted values apart while states are compared, show nothing
    of them, and become `"OTHER"` before rows are made (see `plain`). `kind_of` returns the kind of
    personal data that a text looks like, None for nothing of the kind.
    """

    def __init__(
        self,
        entity: Entity,
        vocabularies: Mapping[str, Vocabulary],
        kind_of: Callable[[str], str | None],
    ) -> None:
        self._fields = entity.fields
        self._vocabularies = vocabularies
        self._kind_of = kind_of
        self._canonical_texts: dict[tuple[str, str], str] = {}
        self._marks: dict[tuple[str, str], str] = {}
        self._unlisted = [Unlisted("", "the date of birth of its person")]

    def series(self, field: str, texts: pl.Series) -> pl.Series:
        """The texts of a field (String, null where an operation has none) in canonical form."""
        definition = self._fields[field]
        if definition.treatment == "pseudonym":
            return texts
        distinct = texts.drop_nulls().unique().sort()
        if definition.treatment in ("age", "date"):
            distinct = distinct.filter(~distinct.str.contains(f"^{INSTANT.pattern}$"))
        canonical = [self._of_text(field, text) for text in distinct]
        changed = {old: new for old, new in zip(distinct, canonical, strict=True) if old != new}
        return texts.replace(changed) if changed else texts

    def unlisted(self, text: str) -> list["Unlisted"]:
        """The unlisted values that the marks of a canonical text stand for."""
        return [self._unlisted[int(serial)] for serial in re.findall(_SERIAL, text)]

    def _of_text(self, field: str, text: str) -> str:
        if text in _EMPTY:
            return text
        key = (field, text)
        if key not in self._canonical_texts:
            self._canonical_texts[key] = self._canonical(field, text)
        return self._canonical_texts[key]

    def _canonical(self, field: str, text: str) -> str:
        definition = self._fields[field]
        value = json.loads(text)
        if definition.treatment == "closed":
            vocabulary = self._vocabularies[definition.vocabulary or ""]
            if definition.type == "array" and isinstance(value, list):
                elements = (self._element(field, vocabulary, element) for element in value)
                return f"[{','.join(elements)}]"
            return _listed(vocabulary, value) or self._mark(field, text)
        if definition.treatment in ("age", "date"):
            instant = _instant(value)
            return f'"{instant}"' if instant else self._mark(field, text)
        if definition.type == "boolean":
            return (
                text.strip('"') if text.strip('"') in ("true", "false") else self._mark(field, text)
            )
        limit = _GREATEST.get(definition.unit or "", _GREATEST_COUNT)
        return _number(value, limit) or self._mark(field, text)

    def _element(self, field: str, vocabulary: Vocabulary, value: Any) -> str:
        if value is None or value == "":
            return json.dumps(value)
        return _listed(vocabulary, value) or self._mark(field, json.dumps(value))

    def _mark(self, field: str, text: str) -> str:
        key = (field, text)
        if key not in self._marks:
            self._marks[key] = f'"{OTHER}#{len(self._unlisted)}"'
            kinds = map(self._kind_of, _strings(json.loads(text)))
            self._unlisted.append(Unlisted(text, next(filter(None, kinds), None)))
        return self._marks[key]


def plain(texts: pl.Series) -> pl.Series:
    """The texts with `"OTHER"` in place of every mark."""
    return texts.str.replace_all(_MARK, f'"{OTHER}"')


def is_marked(texts: pl.Series) -> pl.Series:
    """Whether each text holds a mark (Boolean)."""
    return texts.str.contains(_MARK)


def _listed(vocabulary: Vocabulary, value: Any) -> str | None:
    """The JSON text of the listed value that a value stands for, None when there is none."""
    if not isinstance(value, str | int | float):
        return None
    listed = vocabulary.canonical(value if isinstance(value, str) else json.dumps(value))
    return None if listed is None else json.dumps(listed, ensure_ascii=False)


def _strings(value: Any) -> Iterable[str]:
    """The strings and numbers of a JSON value, the keys of objects among them."""
    match value:
        case str():
            yield value
        case dict():
            for key, nested in value.items():
                yield key
                yield from _strings(nested)
        case list():
            for nested in value:
                yield from _strings(nested)
        case int() | float() if not isinstance(value, bool):
            yield repr(value)


def _number(value: object, limit: int) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    if abs(number) >= limit or not any(_is_whole(number * parts) for parts in _FRACTIONS):
        return None
    return str(int(number)) if number.is_integer() else repr(number)


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


def _instant(value: object) -> str | None:
    """ISO text in UTC, to the millisecond, of an ISO or JavaScript date text or epoch value."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000, UTC)
        elif not isinstance(value, str):
            return None
        elif spelled := _JAVASCRIPT_DATE.fullmatch(value):
            moment = datetime.strptime("".join(spelled.group(1, 2)), "%b %d %Y %H:%M:%S%z")
        else:
            moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
