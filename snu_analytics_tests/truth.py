"""What the warehouse must hold of a simulated history, worked out value by value from its truth."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.events import Pseudonymiser

PARIS = ZoneInfo("Europe/Paris")
OTHER = "OTHER"

# change_id, event_name, field, from_value, to_value, state_before and state_after as sorted JSON.
# Of a document older than its history the truth tells no state before the first patch: null.
Row = tuple[str | None, str, str | None, str | None, str | None, str | None, str]


class Truth(Protocol):
    """The truth of a simulated history, in memory or read from its folder."""

    def frame(self, name: str) -> pl.DataFrame:
        """One table of it."""
        ...


def expected_events(truth: Truth, entity: Entity, pseudonyms: Pseudonymiser) -> list[Row]:
    """The event rows of an entity's truth that a patch tells, sorted."""
    events = truth.frame(f"{entity.name}_events").filter(pl.col("patch_id").is_not_null())
    states = truth.frame(f"{entity.name}_states").with_columns(
        before=pl.col("state").shift().over("ref", order_by=["date", "patch_id"])
    )
    state_of = {p: (b, s) for p, b, s in states.select("patch_id", "before", "state").iter_rows()}
    changes = pseudonyms.series("change", events["patch_id"])
    rows: list[Row] = []
    for change, event in zip(changes, events.iter_rows(named=True), strict=True):
        day = event["date"].astimezone(PARIS).date()
        before, after = state_of[event["patch_id"]]
        field = event["field"]
        rows.append(
            (
                change,
                event["event_name"],
                field,
                expected_text(entity, field, event["from_value"], pseudonyms),
                expected_text(
                    entity, field or entity.creation.field, event["to_value"], pseudonyms
                ),
                _before(before, field, entity, day, pseudonyms),
                expected_state(after, entity, day, pseudonyms),
            )
        )
    return sorted(rows, key=str)


def inferred_creations(truth: Truth, entity: Entity, pseudonyms: Pseudonymiser) -> list[str]:
    """The subjects of the truth's creations that no patch tells, sorted."""
    events = truth.frame(f"{entity.name}_events").filter(pl.col("patch_id").is_null())
    return sorted(pseudonyms.series(entity.name, events["ref"]))


def event_rows(events: pl.DataFrame, expected: Iterable[Row]) -> list[Row]:
    """The same columns of event rows as built or read, sorted, but for inferred creations.

    A state before of which the truth tells nothing is null.
    """
    untold = {row[:3] for row in expected if row[5] is None}
    columns = ("change_id", "event_name", "field", "from_value", "to_value")
    chosen = events.filter(~_inferred()).select(*columns, "state_before", "state_after")
    return sorted(
        (
            (*row[:5], None if row[:3] in untold else _sorted(row[5]), _sorted(row[6]))
            for row in chosen.iter_rows()
        ),
        key=str,
    )


def inferred_subjects(events: pl.DataFrame) -> list[str]:
    """The subjects of the creations among event rows that no patch tells, sorted."""
    return sorted(events.filter(_inferred())["subject_id"])


def _inferred() -> pl.Expr:
    return pl.col("field").is_null() & (pl.col("quality") == "inferred")


def _before(
    state: str | None, field: str | None, entity: Entity, day: date, pseudonyms: Pseudonymiser
) -> str | None:
    if field is None:
        return "{}"
    return None if state is None else expected_state(state, entity, day, pseudonyms)


def expected_state(text: str | None, entity: Entity, day: date, pseudonyms: Pseudonymiser) -> str:
    """What the warehouse may hold of a true state."""
    state: dict[str, Any] = {}
    for name, value in json.loads(text or "{}").items():
        field = entity.fields[name]
        if field.treatment == "age":
            state["age"] = full_years(value, day)
        else:
            state[name] = _expected(field, value, pseudonyms)
    return _dump(state)


def expected_text(
    entity: Entity, field: str | None, text: str | None, pseudonyms: Pseudonymiser
) -> str | None:
    """What the warehouse may hold of an event's true value, which is text."""
    if field is None or text is None:
        return None
    definition = entity.fields[field]
    if definition.type == "array" and text.startswith("["):
        return text
    value = _expected(definition, text, pseudonyms)
    return value if value is None or isinstance(value, str) else _dump(value)


def full_years(birthdate: Any, day: date) -> int | None:
    try:
        born = datetime.fromisoformat(birthdate).date()
    except (TypeError, ValueError):
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _expected(field: Any, value: Any, pseudonyms: Pseudonymiser) -> Any:
    if value in (None, "", OTHER):
        return value
    if field.treatment == "date":
        return datetime.fromisoformat(value).astimezone(PARIS).date().isoformat()
    if field.treatment == "pseudonym":
        return pseudonyms.series(field.namespace or "", pl.Series([str(value)]))[0]
    if field.type == "number":
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def _sorted(text: str) -> str:
    return _dump(json.loads(text))


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
