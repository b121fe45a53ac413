"""Values and rows as text for people, none of which the warehouse may not hold."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.events import Pseudonymiser, ages, pseudonymised, treated

NOTHING = "nothing"
MASKED = "masked"

_JSON_COLUMNS = ("state_before", "state_after", "doubts_before", "doubts_after")


class ValueTexts:
    """Values of fields as text for people; a birth date as the age on the day of the event."""

    def __init__(self, entity: Entity, day: date, pseudonyms: Pseudonymiser) -> None:
        self._entity = entity
        self._day = day
        self._pseudonyms = pseudonyms

    def of(self, field: str, text: str) -> str:
        """What a person sees of a field's canonical text."""
        definition = self._entity.fields[field]
        texts = pl.Series([text], dtype=pl.String)
        if definition.treatment == "age" and json.loads(text or "null"):
            (years,) = ages(texts, pl.Series([self._day]))
            return MASKED if years is None else f"{years} years"
        if definition.treatment == "pseudonym":
            texts = pseudonymised(definition, texts, self._pseudonyms)
        return _for_people(treated(definition, texts)[0])


def shown(value: Any) -> str:
    """A column's value, for people."""
    if value is None:
        return NOTHING
    if isinstance(value, str | datetime | date | UUID):
        return _for_people(json.dumps(str(value), ensure_ascii=False))
    return json.dumps(value, ensure_ascii=False)


def _for_people(text: str) -> str:
    """Strings without their quotes, unless they are empty or would disturb a terminal."""
    if not text:
        return NOTHING
    value = json.loads(text)
    return value if isinstance(value, str) and value and value.isprintable() else text


@dataclass(frozen=True)
class Difference:
    """A column, or a field of a state (`what`), in the table and as the source gives it today."""

    what: str
    table: str
    source: str


def decoded(event: Mapping[str, Any]) -> dict[str, Any]:
    """A built event with its states and doubts as objects, as a table's row has them."""
    objects = {name: json.loads(event[name]) if event[name] else None for name in _JSON_COLUMNS}
    return dict(event) | objects


def differences(row: Mapping[str, Any], again: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Where a table's row is not the event built anew, over the columns that both have."""
    return tuple(
        difference
        for column in row
        if column in again
        for difference in _column_differences(column, row[column], again[column])
    )


def _column_differences(column: str, held: Any, given: Any) -> Iterator[Difference]:
    if column in _JSON_COLUMNS:
        held, given = held or {}, given or {}
        for key in dict.fromkeys([*held, *given]):
            # A member that is null is not one that is lacking, the text "84" not the number.
            before, after = (
                json.dumps(side[key], ensure_ascii=False) if key in side else ""
                for side in (held, given)
            )
            if before != after:
                yield Difference(f"{column}.{key}", _for_people(before), _for_people(after))
    elif _comparable(held) != _comparable(given):
        yield Difference(column, shown(_comparable(held)), shown(_comparable(given)))


def _comparable(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value
