"""The table of the projections."""

from sqlalchemy import Boolean, Date, Float, Index, Integer, MetaData, SmallInteger, Table, Text

from snu_analytics.warehouse.schema.columns import column

_BANDS = {
    f"{side}{level}": f"{word} end of the {level} % band (persons)"
    for level in (50, 80, 95)
    for side, word in (("low", "Lower"), ("high", "Upper"))
}


def projection_table(metadata: MetaData) -> None:
    """`projection`."""
    Table(
        "projection",
        metadata,
        column("as_of", Date, "Last day known to the projection, in Europe/Paris"),
        column("campaign", SmallInteger, "Year in which the campaign ends"),
        column("region", Text, "Region of residence, or France"),
        column(
            "horizon_day",
            SmallInteger,
            "Day of the horizon projected to, 1 on 1 October to 243 on 31 May; 0 before",
        ),
        column("method", Text, "chain-ladder, bornhuetter-ferguson or run rate", nullable=True),
        column("achieved", Integer, "Validated so far, net of withdrawals (persons)"),
        column("projected", Float, "Validated on 31 May of the campaign (persons)", nullable=True),
        *(column(name, Float, comment, nullable=True) for name, comment in _BANDS.items()),
        column("objective", Float, "Objective of the campaign's cohorts (persons)", nullable=True),
        column("probability", Float, "That the objective is reached (share)", nullable=True),
        column("median_date", Date, "Day on which it was or will be reached", nullable=True),
        column("rate_required", Float, "To reach it from now on (persons a day)", nullable=True),
        column("rate_last_14", Float, "Of the last 14 days (persons a day)", nullable=True),
        column(
            "error_yesterday",
            Float,
            "Yesterday's projection over this one, less 1 (share)",
            nullable=True,
        ),
        column("withheld", Boolean, "The backtest objects: nothing projected is told"),
        column("reason", Text, "What is missing, or why it is withheld", nullable=True),
        Index("projection_as_of_region_idx", "as_of", "region", unique=True),
        comment="Validated inscriptions on 31 May of the campaign, net of withdrawals, by France "
        "and region, as projected at the end of each day: chain ladder on the shares of past "
        "campaigns, early on Bornhuetter-Ferguson with the last campaign's total as prior",
    )
