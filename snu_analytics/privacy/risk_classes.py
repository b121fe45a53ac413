"""k-anonymity and l-diversity of an event table, over its persons and over its rows.

A class holds all units with the same values in every quasi-identifier; a null is a value like any
other, since whoever looks at the rows sees it too. k is the size of the smallest class; l, for a
sensitive column, the least number of distinct values in one (Machanavajjhala et al., 2007, distinct
l-diversity).

The unit `person` is one row per person, that of the latest event: the person's present state. The
person of an event of young people is its subject; where an entity joins the young person (an
application, a request for equivalence), it is the one it names, else somebody with ten applications
would hide among ten of their own; an application that names nobody stands for somebody of its own.
The unit `event` is every row: former states single out as well. There a class of many rows may be
of one person, so that the persons in it are counted apart.
"""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from psycopg import sql

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.privacy.risk_measures import bands

_TEMPLATE = "risk_classes.sql.jinja"


def exposed(catalogue: Catalogue) -> list[Entity]:
    """The entities about persons: those with quasi-identifiers."""
    return [entity for entity in catalogue.entities.values() if _quasi_identifiers(entity)]


def class_query(entity: Entity) -> sql.SQL:
    """SQL with unit, measure, column_name and value (numeric), in one pass over the event table.

    A table without rows has the measure `rows` alone, which is 0. Shares are fractions of 1,
    rounded to six digits.
    """
    environment = Environment(
        autoescape=False,  # noqa: S701  # SQL, whose names and texts are quoted by the filters
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"literal": _literal, "name": _name, "names": _names}
    source = (files(__package__) / _TEMPLATE).read_text(encoding="utf-8")
    rendered = environment.from_string(source).render(
        bands=bands(),
        known=_quasi_identifiers(entity),
        person=_person_columns(entity),
        sensitive=[name for name, column in entity.columns.items() if column.sensitive],
        table=entity.table,
    )
    return sql.SQL(rendered)


def _quasi_identifiers(entity: Entity) -> list[str]:
    return [name for name, column in entity.columns.items() if column.quasi_identifier]


def _person_columns(entity: Entity) -> list[str]:
    """The columns whose first value that is not null is the person's pseudonym."""
    joined = [
        name
        for name, column in entity.columns.items()
        if entity.join and column.field == entity.join.field and not column.joined
    ]
    return [*joined, "subject_id"]


def _name(name: str) -> str:
    return sql.Identifier(name).as_string()


def _names(names: list[str]) -> str:
    return ", ".join(map(_name, names))


def _literal(text: str | None) -> str:
    return f"{sql.Literal(text).as_string()}::text"
