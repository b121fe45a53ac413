"""The table of the flows: the figures of a day by one dimension at a time."""

from sqlalchemy import Date, Index, Integer, MetaData, Table, Text

from snu_analytics.warehouse.schema.columns import (
    campaign_columns,
    column,
    dimension_columns,
    unique_key,
)


def flow_table(metadata: MetaData) -> None:
    """`flow`."""
    keys = [
        column("phase", Text, "inscription or mission"),
        column("figure", Text, "What is counted: see published.dim_figure"),
        column("breakdown", Text, "Dimension that is told apart, or total"),
        column("day", Date, "Day in Europe/Paris"),
        *dimension_columns(),
    ]
    Table(
        "flow",
        metadata,
        *keys,
        column("value", Integer, "Number of events (count)"),
        *campaign_columns(),
        unique_key("flow", [key.name for key in keys]),
        Index("flow_day_idx", "day"),
        comment="Figures of a day by one dimension at a time, exact. Total, genders, age groups "
        "and regions have a row when they are zero; any other group without a row has zero on a "
        "day that has a total",
    )
