"""The table of the risk report."""

from sqlalchemy import Column, Date, Index, MetaData, Numeric, Table, Text


def risk_report(metadata: MetaData) -> None:
    """Add `risk_report` to the metadata's own schema."""
    columns: list[Column] = [
        Column("measured_on", Date, nullable=False, comment="Day in Europe/Paris it was measured"),
        Column("relation", Text, nullable=False, comment="Schema and table it was measured on"),
        Column(
            "unit",
            Text,
            nullable=False,
            comment="What is counted. person: by the latest row; event: every row; cell: every row "
            "of a published table",
        ),
        Column(
            "measure",
            Text,
            nullable=False,
            comment="What is measured: k, l, shares and sizes of the groups of units that no "
            "quasi-identifier tells apart; `snu-analytics risk` explains each",
        ),
        Column(
            "column_name",
            Text,
            nullable=True,
            comment="Quasi-identifier or sensitive column; null where it is of none",
        ),
        Column("value", Numeric, nullable=False, comment="Count, or fraction of 1 for a share"),
    ]
    Table(
        "risk_report",
        metadata,
        *columns,
        Index(
            "risk_report_key",
            *(column.name for column in columns[:-1]),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        comment="How well persons are hidden in the tables, by day of measurement; of no person",
    )
