"""The tables of schema `published`: flat, for readers, and what is remembered of their making."""

from typing import Literal, get_args

from sqlalchemy import (
    BigInteger,
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

from snu_analytics.warehouse.schema.columns import campaign_columns, column, dimension_columns

# Kind of period, its table and the column of its first day.
PUBLISHED_TABLES = {
    "day": ("daily", "day"),
    "week": ("weekly", "week"),
    "month": ("monthly", "month"),
}

# Why a figure of a past day changed.
Cause = Literal["late patches", "erasure", "mended data"]

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


def published_tables(metadata: MetaData, schema: str, restricted: str) -> None:
    """Add the tables of the schema, and to the `restricted` one what readers must not see."""
    for kind, (name, period) in PUBLISHED_TABLES.items():
        told, told_period = _TOLD[kind]
        keys = [column(period, Date, told_period), *_cell_columns()]
        Table(
            name,
            metadata,
            *keys,
            column("value", Integer, "Number of events (count); null when masked", nullable=True),
            column("masked", Boolean, "Whether the count is withheld"),
            *(campaign_columns() if kind == "day" else ()),
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
        "revision",
        metadata,
        column("revised_at", DateTime(True), "When it was told anew", server_default=func.now()),
        column("kind", Text, "day, week or month"),
        column("period", Date, "First day of the period"),
        *_cell_columns(),
        column("former", Integer, "Number of events that was published before (count)"),
        column("value", Integer, "Number of events that took its place (count)"),
        column(
            "cause",
            Text,
            "late patches: more patches of the period are known than when it was told before; "
            "erasure: else, when someone was erased from its days since; mended data: anything "
            "else, such as patches that were mended or vanished, or rules that changed",
        ),
        CheckConstraint(f"cause IN {get_args(Cause)}", "revision_cause_check"),
        Index("revision_period_phase_figure_idx", "period", "phase", "figure"),
        schema=schema,
        comment="Published figures of past periods that changed: the former value, the new one, "
        "the day and the cause. Changes smaller than the threshold are told for totals alone; of a "
        "day a breakdown is told only when none of its changes is smaller, else its earlier "
        "changes leave the log as well. What was masked, or is masked now, is not told",
    )
    Table(
        "publication_input",
        metadata,
        *_publication_key(),
        column("digest", Text, "Digest of the counts, masks and threshold it was made of"),
        column(
            "patch_count",
            BigInteger,
            "Patches that the days of the period were made of (count); null when not known",
            nullable=True,
        ),
        schema=restricted,
        comment="What each publication was made of: one is made again only when this changes. Not "
        "for readers, who could try small counts until the digest fits",
    )


def _cell_columns() -> list[Column]:
    return [
        column("phase", Text, "inscription or mission"),
        column("figure", Text, "What is counted: see published.dim_figure"),
        column("breakdown", Text, "Dimensions that are told apart, or total"),
        *dimension_columns(),
    ]


def _publication_key() -> list[Column]:
    return [
        Column("kind", Text, comment="day, week or month", primary_key=True),
        Column("period", Date, comment="First day of the period", primary_key=True),
        Column("phase", Text, comment="inscription or mission", primary_key=True),
        Column("figure", Text, comment="What is counted", primary_key=True),
    ]
