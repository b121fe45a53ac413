"""The columns of the tables: each says what it is, and holds a value unless it says otherwise."""

from typing import Any

from sqlalchemy import Column, Computed, SmallInteger, Text


def column(name: str, kind: Any, comment: str, *, nullable: bool = False, **more: Any) -> Column:
    """A column with its comment."""
    return Column(name, kind, comment=comment, nullable=nullable, **more)


_DIMENSIONS = {
    "gender": "Gender as declared",
    "age": "Age group on the day: under 15, 15, 16, 17, 18 and over (years)",
    "region": "Region of residence",
    "department": "Department of residence",
    "cohort": "Session of the cohesion stay",
}


def dimension_columns() -> list[Column]:
    """The group of a count that is told by some of the dimensions."""
    return [
        column(name, Text, f"{told}; unknown if not told; null if not told apart", nullable=True)
        for name, told in _DIMENSIONS.items()
    ]


# As PostgreSQL writes it: another spelling would be told as a change by every migration.
_CAMPAIGN = "(EXTRACT(year FROM (day + '4 mons'::interval)))"


def campaign_columns() -> list[Column]:
    """The campaign of the column `day`, and its number in it, kept by the database itself.

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
