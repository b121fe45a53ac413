"""One spelling for each value, so that equal values compare equal and only listed ones remain.

Patches and documents write the same value differently: an instant as ISO text or BSON date, 84 as
"84", a department as its code. Comparing before this step would see changes that never were.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import polars as pl

from snu_analytics.catalogue import Entity, Field, Vocabulary
from snu_analytics.catalogue.vocabulary import OTHER

INSTANT = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"')
_JAVASCRIPT_DATE = re.compile(r"\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})( \(.*\))?")
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

# "" is an absent value, null and the empty string are values of their own.
_EMPTY = frozenset({"", "null", '""'})


class Canonicaliser:
    """Canonical JSON texts for the values of an entity's fields.

    A value that its field may not hold becomes `"OTHER#…"`, with a keyed digest that keeps two such
    values apart for comparison and never reaches the warehouse (see `plain`).
    """

    def __init__(
        self,
        entity: Entity,
        vocabularies: Mapping[str, Vocabulary],
        digest: Callable[[str], str],
    ) -> None:
        self._fields = entity.fields
        self._vocabularies = vocabularies
        self._digest = digest
        self._known: dict[tuple[str, str], str] = {}

    def series(self, field: str, texts: pl.Series) -> pl.Series:
        """The texts of one field (String, null where nothing is told) in canonical form."""
        kept = self._fields[field]
        if kept.treatment == "pseudonym" or (kept.treatment == "keep" and kept.type == "array"):
            return texts
        distinct = texts.drop_nulls().unique()
        if kept.treatment in ("age", "date"):
            distinct = distinct.filter(~distinct.str.contains(f"^{INSTANT.pattern}$"))
        mended = [self._value(field, kept, text) for text in distinct]
        changed = {old: new for old, new in zip(distinct, mended, strict=True) if old != new}
        return texts.replace(changed) if changed else texts

    def unlisted(self, frame: pl.DataFrame) -> list[str]:
        """The closed fields of the frame that hold a value neither listed nor told as OTHER."""
        found = []
        for field, kept in self._fields.items():
            if kept.treatment == "closed" and field in frame.columns:
                vocabulary = self._vocabularies[kept.vocabulary or ""]
                texts = plain(frame[field].unique())
                told = {json.loads(text) for text in texts if text not in _EMPTY} - {OTHER}
                if any(vocabulary.canonical(value) != value for value in told):
                    found.append(field)
        return found

    def _value(self, field: str, kept: Field, text: str) -> str:
        if text in _EMPTY:
            return text
        key = (field, text)
        if key not in self._known:
            self._known[key] = self._canonical(kept, text)
        return self._known[key]

    def _canonical(self, kept: Field, text: str) -> str:
        value = json.loads(text)
        if kept.treatment == "closed":
            vocabulary = self._vocabularies[kept.vocabulary or ""]
            told = None
            if isinstance(value, str | int | float):
                told = vocabulary.canonical(value if isinstance(value, str) else text)
            return self._other(text) if told is None else json.dumps(told, ensure_ascii=False)
        if kept.treatment in ("age", "date"):
            instant = _instant(value)
            return f'"{instant}"' if instant else self._other(text)
        if kept.type == "number":
            return _number(value) or self._other(text)
        if kept.type == "boolean":
            return {"true": "true", '"true"': "true", "false": "false", '"false"': "false"}.get(
                text
            ) or self._other(text)
        return text

    def _other(self, text: str) -> str:
        return f'"{OTHER}#{self._digest(text)}"'


def plain(texts: pl.Series) -> pl.Series:
    """The texts with every value outside its vocabulary told as `"OTHER"` alone."""
    return texts.str.replace(f'^"{OTHER}#.*"$', f'"{OTHER}"')


def _number(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


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
