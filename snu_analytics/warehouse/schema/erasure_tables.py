"""What is kept of an erasure: who must not come back, and how much was taken."""

from sqlalchemy import BigInteger, Date, DateTime, Index, Integer, MetaData, Table, Text, Uuid, func

from snu_analytics.warehouse.schema.columns import column


def erasure_tables(metadata: MetaData) -> None:
    """`erased_subject` and `erasure_log`."""
    Table(
        "erased_subject",
        metadata,
        column("entity", Text, "Entity of the catalogue", primary_key=True),
        column(
            "subject_id",
            Uuid,
            "Pseudonym of which no table holds a row: a day that runs again leaves it out",
            primary_key=True,
        ),
        column("key_id", Text, "Fingerprint of the key behind the pseudonym"),
        column("reason", Text, "gone or deleted in the source, or request"),
        column("since", Date, "Day of the erasure", server_default=func.current_date()),
        comment="Subjects that were erased and must not come back; joins with nothing",
    )
    Table(
        "erasure_log",
        metadata,
        column("erased_at", DateTime(timezone=True), "Instant", server_default=func.now()),
        column("entity", Text, "Entity of the catalogue"),
        column("reason", Text, "gone or deleted in the source, request, or expired"),
        column("subjects", Integer, "Subjects erased (count)"),
        column("events", BigInteger, "Event rows erased (count)"),
        column("days", Integer, "Days on which these events lay (count)"),
        column("first_day", Date, "First of these days", nullable=True),
        column("last_day", Date, "Last of these days", nullable=True),
        Index("erasure_log_erased_at_idx", "erased_at"),
        comment="What was erased and when: counts and days, no persons",
    )
