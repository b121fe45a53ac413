"""The tables of schema `published`: flat, for readers, and what is remembered of their making."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
)

from snu_analytics.warehouse.columns import column

# Kind of period, its table and the column of its first day.
PUBLISHED_TABLES = {
    "day": ("daily", "day"),
    "week": ("weekly", "week"),
    "month": ("monthly", "month"),
}

_TOLD = {
    "day": (
        "Counts of a day by one dimension at a time. Total, genders, age groups and regions have a "
        "row when they are zero",
        "Day in Europe/Paris",
    ),
    "week": (
        "Counts of an ISO week that is over, by two dimensions at a time",
        "Monday of the week",
    ),
    "month": (
        "Counts of a month that is over, by three dimensions at a time",
        "First day of the month",
    ),
}
_ABSENT = (
    "any other cell without a row is zero, as long as the period stands in published.publication "
    "and is not withheld. Counts below the threshold are masked, and with them as many others as "
    "hide them"
)
_DIMENSIONS = {
    "gender": "Gender as declared",
    "age": "Age group on the day: under 15, 15, 16, 17, 18 and over (years)",
    "region": "Region of residence",
    "department": "Department of residence",
    "cohort": "Session of the cohesion stay",
}


def published_tables(metadata: MetaData, schema: str, restricted: str) -> None:
    """Add the tables of the schema, and to the `restricted` one what readers must not see."""
    for kind, (name, period) in PUBLISHED_TABLES.items():
        told, told_period = _TOLD[kind]
        keys = [
            column(period, Date, told_period),
            column("phase", Text, "inscription or mission"),
            column("figure", Text, "What is counted: see analytics.daily_figure"),
            column("breakdown", Text, "Dimensions that are told apart, or total"),
            *(
                column(
                    dimension,
                    Text,
                    f"{said}; unknown if not told; null if not told apart",
                    nullable=True,
                )
                for dimension, said in _DIMENSIONS.items()
            ),
        ]
        Table(
            name,
            metadata,
            *keys,
            column("value", Integer, "Number of events (count); null when masked", nullable=True),
            column("masked", Boolean, "Whether the count is withheld"),
            CheckConstraint("masked = (value IS NULL)", f"{name}_masked_check"),
            Index(
                f"{name}_key",
                *(key.name for key in keys),
                unique=True,
                postgresql_nulls_not_distinct=True,
            ),
            schema=schema,
            comment=f"{told}; {_ABSENT}",
        )
    Table(
        "publication",
        metadata,
        *_publication_key(),
        column("shown", Integer, "Cells with a value (count)"),
        column("masked", Integer, "Cells without one (count)"),
        column("withheld", Boolean, "Whether no cell is told at all, since none could be safely"),
        column("threshold", SmallInteger, "Least count that is shown, other than zero (count)"),
        column(
            "published_at", DateTime(True), "When its cells last changed", server_default=func.now()
        ),
        schema=schema,
        comment="Periods and figures that are published: how much of them is shown",
    )
    Table(
        "publication_input",
        metadata,
        *_publication_key(),
        column("digest", Text, "Digest of the counts, masks and threshold it was made of"),
        schema=restricted,
        comment="What each publication was made of: one is made again only when this changes. Not "
        "for readers, who could try small counts until the digest fits",
    )


def _publication_key() -> list[Column]:
    return [
        Column("kind", Text, comment="day, week or month", primary_key=True),
        Column("period", Date, comment="First day of the period", primary_key=True),
        Column("phase", Text, comment="inscription or mission", primary_key=True),
        Column("figure", Text, comment="What is counted", primary_key=True),
    ]
