"""The table of the flows: the figures of a day by one dimension at a time."""

from sqlalchemy import Date, Index, Integer, MetaData, Table, Text

from snu_analytics.warehouse.columns import campaign_columns, column

_DIMENSIONS = {
    "gender": "Gender as declared",
    "age": "Age group on the day: under 15, 15, 16, 17, 18 and over (years)",
    "region": "Region of residence",
    "department": "Department of residence",
    "cohort": "Session of the cohesion stay",
}


def flow_table(metadata: MetaData) -> None:
    """`flow`."""
    keys = [
        column("phase", Text, "inscription or mission"),
        column("figure", Text, "What is counted: see published.dim_figure"),
        column("breakdown", Text, "Dimension that is told apart, or total"),
        column("day", Date, "Day in Europe/Paris"),
        *(
            column(
                name, Text, f"{told}; unknown if not told; null if not told apart", nullable=True
            )
            for name, told in _DIMENSIONS.items()
        ),
    ]
    Table(
        "flow",
        metadata,
        *keys,
        column("value", Integer, "Number of events (count)"),
        *campaign_columns(),
        Index(
            "flow_key", *(key.name for key in keys), unique=True, postgresql_nulls_not_distinct=True
        ),
        Index("flow_day_idx", "day"),
        comment="Figures of a day by one dimension at a time, exact. Total, genders, age groups "
        "and regions have a row when they are zero; any other group without a row has zero on a "
        "day that has a total",
    )
