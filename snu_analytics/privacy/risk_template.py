"""SQL from the templates of this room: their names and texts are quoted by filters."""

from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.catalogue.breakdowns import AGE_GROUPS

# The ages that stand for the first and the last group, "under 15" and "18 and over".
_LEAST_AGE, _GREATEST_AGE = int(AGE_GROUPS[1]) - 1, int(AGE_GROUPS[-1].split()[0])


def rendered(template: str, entity: Entity, **values: Any) -> sql.SQL:
    """The SQL that a template makes of an entity's event table and further values."""
    environment = Environment(
        autoescape=False,  # noqa: S701  # SQL, whose names and texts are quoted by the filters
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "age_group": _age_group,
        "literal": _literal,
        "name": _name,
        "names": _names,
    }
    source = (files(__package__) / template).read_text(encoding="utf-8")
    text = environment.from_string(source).render(
        known=quasi_identifiers(entity),
        person=_person_columns(entity),
        table=entity.table,
        **values,
    )
    return sql.SQL(text)


def quasi_identifiers(entity: Entity) -> list[str]:
    """The entity's columns that single somebody out together with others."""
    return [name for name, column in entity.columns.items() if column.quasi_identifier]


def _person_columns(entity: Entity) -> list[str]:
    """The columns whose first value that is not null is the person's pseudonym."""
    joined = [
        name
        for name, column in entity.columns.items()
        if entity.join and column.field == entity.join.field and not column.joined
    ]
    return [*joined, "subject_id"]


def _age_group(column: str) -> str:
    """The age that stands for the group of an age; null where that is null."""
    clamped = f"least(greatest({_name(column)}::int, {_LEAST_AGE}), {_GREATEST_AGE})"
    return f"CASE WHEN {_name(column)} IS NOT NULL THEN {clamped} END"


def _name(name: str) -> str:
    return sql.Identifier(name).as_string()


def _names(names: list[str]) -> str:
    return ", ".join(map(_name, names))


def _literal(text: str | None) -> str:
    return f"{sql.Literal(text).as_string()}::text"
