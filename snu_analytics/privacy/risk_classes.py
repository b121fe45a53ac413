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

from psycopg import sql

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.privacy.risk_measures import bands
from snu_analytics.privacy.risk_template import quasi_identifiers, rendered

_TEMPLATE = "risk_classes.sql.jinja"

_WITHIN_A_REGION = ("department", "young_department", "academy")


def exposed(catalogue: Catalogue) -> list[Entity]:
    """The entities about persons: those with quasi-identifiers."""
    return [entity for entity in catalogue.entities.values() if quasi_identifiers(entity)]


def class_query(entity: Entity) -> sql.SQL:
    """SQL with unit, measure, column_name and value (numeric), in one pass over the event table.

    A table without rows has the measure `rows` alone, which is 0. Shares are fractions of 1,
    rounded to six digits.
    """
    return rendered(
        _TEMPLATE,
        entity,
        bands=bands(),
        coarsenings=_coarsenings(quasi_identifiers(entity)),
        sensitive=[name for name, column in entity.columns.items() if column.sensitive],
    )


def _coarsenings(known: list[str]) -> dict[str, list[str]]:
    """The columns of the coarser classes, by measure."""
    by_age_group = ["age_group" if name == "age" else name for name in known]
    return {
        "unique_share_by_age_group": by_age_group,
        "unique_share_by_region": _without_department(known),
        "unique_share_by_all": _without_department(by_age_group),
    }


def _without_department(known: list[str]) -> list[str]:
    return [name for name in known if name not in _WITHIN_A_REGION]
