"""What days say of persons: whoever knows when somebody registered finds the row by it.

Of the event rows, those of a group of day, department, age and gender that is of one person; of
the persons, those whose sequence of days with events nobody else has. Each is measured again with
coarser values, so that one sees what a coarser table would bring: age groups for ages, regions for
departments, ISO weeks or months for days.
"""

from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.privacy.risk_template import quasi_identifiers, rendered

_TEMPLATE = "risk_dates.sql.jinja"

_KNOWN = ("department", "age", "gender")
# What takes the place of what, by the ending of the measure.
_COARSER = {
    "": {},
    "_by_age_group": {"age": "age_group"},
    "_by_region": {"department": "region"},
    "_by_week": {"day": "week"},
    "_by_month": {"day": "month"},
    "_by_all": {"age": "age_group", "department": "region", "day": "month"},
}


def date_query(entity: Entity) -> sql.SQL:
    """SQL with unit, measure, column_name (null) and value (numeric), in one pass over the table.

    It has no row for a table without rows. Shares are fractions of 1, rounded to six digits.
    """
    known = ["day", *(name for name in _KNOWN if name in quasi_identifiers(entity))]
    groups = {
        f"dated_one_person_share{ending}": [coarser.get(name, name) for name in known]
        for ending, coarser in _COARSER.items()
    }
    columns = list(dict.fromkeys(name for group in groups.values() for name in group))
    # The number that GROUPING gives: a bit for each column not grouped by, the last one lowest.
    masks = {
        measure: sum(2**bit for bit, name in enumerate(reversed(columns)) if name not in group)
        for measure, group in groups.items()
    }
    return rendered(_TEMPLATE, entity, columns=columns, groups=groups, masks=masks)
