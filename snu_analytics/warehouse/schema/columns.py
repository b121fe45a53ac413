"""The columns of the tables: each says what it is, and holds a value unless it says otherwise."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Computed, Index, SmallInteger, Text


def column(name: str, kind: Any, comment: str, *, nullable: bool = False, **more: Any) -> Column:
    """A column with its comment."""
    return Column(name, kind, comment=comment, nullable=nullable, **more)


def unique_key(table: str, columns: Sequence[str]) -> Index:
    """The unique index that is a table's key where columns may be null: nulls are equal."""
    return Index(f"{table}_key", *columns, unique=True, postgresql_nulls_not_distinct=True)


_DIMENSION_COMMENTS = {
    "gender": "Gender as declared",
    "age": "Age group on the day: under 15, 15, 16, 17, 18 and over (years)",
    "region": "Region of residence",
    "department": "Department of residence",
    "cohort": "Session of the cohesion stay",
}


def dimension_columns() -> list[Column]:
    """The columns of the group that a count is of, by some of the dimensions."""
    return [
        column(name, Text, f"{comment}; unknown if not told; null if not told apart", nullable=True)
        for name, comment in _DIMENSION_COMMENTS.items()
    ]


# As PostgreSQL writes it: every migration would report another spelling as a change.
_CAMPAIGN = "(EXTRACT(year FROM (day + '4 mons'::interval)))"


def campaign_columns() -> list[Column]:
    """The campaign of the column `day`, and its number in it, computed by the database itself.

    Stored, so that the planner has their statistics: of expressions it expected a fiftieth of the
    rows, and took ten times as long.
    """
    return [
        Column(
            "campaign",
            SmallInteger,
            Computed(f"{_CAMPAIGN}::smallint", persisted=True),
            comment="Campaign, September to August, by the year it ends",
        ),
        Column(
            "campaign_day",
            SmallInteger,
            Computed(
                f"((day - make_date({_CAMPAIGN}::integer - 1, 9, 1)) + 1)::smallint", persisted=True
            ),
            comment="Day of the campaign, from 1 on 1 September",
        ),
    ]
