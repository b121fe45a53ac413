"""The schema of the warehouse, from the catalogue; every table and column says what it is."""

from typing import Any

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
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.catalogue import Column as KeyColumn
from snu_analytics.warehouse.schema.columns import column
from snu_analytics.warehouse.schema.dimensions import dimension_tables
from snu_analytics.warehouse.schema.erasure_tables import erasure_tables
from snu_analytics.warehouse.schema.flow_table import flow_table
from snu_analytics.warehouse.schema.pool_tables import pool_tables
from snu_analytics.warehouse.schema.projection_table import projection_table
from snu_analytics.warehouse.schema.published_tables import published_tables
from snu_analytics.warehouse.schema.risk_table import risk_report

ANALYTICS = "analytics"
PUBLISHED = "published"

_TYPES: dict[str, Any] = {
    "text": Text,
    "smallint": SmallInteger,
    "boolean": Boolean,
    "uuid": Uuid,
    "numeric": Numeric,
}


def warehouse_metadata(catalogue: Catalogue) -> MetaData:
    """All tables of the schemas `analytics` and `published`."""
    metadata = MetaData(schema=ANALYTICS)
    for entity in catalogue.entities.values():
        _event_table(metadata, catalogue, entity)
    _daily_figure(metadata, catalogue)
    _quarantine(metadata)
    _withheld(metadata)
    _day_load(metadata)
    _day_found(metadata)
    _history_audit(metadata)
    _pseudonym_key(metadata)
    risk_report(metadata)
    erasure_tables(metadata)
    pool_tables(metadata)
    projection_table(metadata)
    flow_table(metadata)
    published_tables(metadata, PUBLISHED)
    dimension_tables(metadata)
    return metadata


def event_columns(catalogue: Catalogue, entity: Entity) -> list[str]:
    """The column names of an entity's event table, in order."""
    return [c.name for c in _event_columns(catalogue, entity)]


def _event_table(metadata: MetaData, catalogue: Catalogue, entity: Entity) -> None:
    name = entity.table
    Table(
        name,
        metadata,
        *_event_columns(catalogue, entity),
        CheckConstraint("quality IN ('recorded', 'inferred', 'conflict')", f"{name}_quality_check"),
        Index(f"{name}_event_date_event_name_idx", "event_date", "event_name"),
        Index(f"{name}_subject_id_event_at_idx", "subject_id", "event_at"),
        *_status_index(entity),
        *_status_by_day_index(entity),
        *_milestone_index(entity),
        comment=f"{entity.title}. {entity.description}",
        # Rows of 2 kB lie just above the size at which PostgreSQL tries to compress each one. Left
        # alone they take no more room, and COPY 28 % less of the server's processor (200,000 rows
        # with two states of 840 bytes: 8.6 s for 11.9 s).
        postgresql_with={"toast_tuple_target": 8160},
    )


def _status_index(entity: Entity) -> list[Index]:
    # Every taking of a status by itself, about one row of four: each subject's latest status, and
    # how long it has waited, are then told in seconds of 10 million rows of 2 kB.
    if not entity.pool:
        return []
    return [
        Index(
            f"{entity.table}_status_idx",
            *("subject_id", "event_at", "change_order"),
            postgresql_include=["event_date", "field", "from_value", "to_value"],
            postgresql_where=text(f"field = '{entity.pool['status']}' OR field IS NULL"),
        )
    ]


def _status_by_day_index(entity: Entity) -> list[Index]:
    # The 330,000 status changes of a campaign are counted from 50 MB of index in 0.3 s; reading
    # their rows takes 2.5 s (10 million rows of 2 kB). It costs COPY 2 %. Entities that join
    # another one have so much fewer events that their rows are read as fast.
    if not entity.pool or entity.join:
        return []
    return [
        Index(
            f"{entity.table}_status_by_day_idx",
            "event_date",
            postgresql_include=[
                *("subject_id", "event_at", "change_order", "from_value", "to_value"),
                *_told_apart_by(entity),
            ],
            postgresql_where=text(f"field = '{entity.pool['status']}'"),
        )
    ]


def _milestone_index(entity: Entity) -> list[Index]:
    # One row of twenty. The funnel of a campaign takes 0.5 s of 10 million rows, for 2 s without.
    if not entity.milestones:
        return []
    taken = " OR ".join(
        f"(field = '{field}' AND to_value = '{value}')"
        for field, value in entity.milestones.items()
    )
    return [
        Index(
            f"{entity.table}_milestone_idx",
            "event_date",
            postgresql_include=["subject_id", "field", "to_value", *_told_apart_by(entity)],
            postgresql_where=text(f"field IS NULL OR {taken}"),
        )
    ]


def _told_apart_by(entity: Entity) -> list[str]:
    names = dict.fromkeys((*entity.groups.values(), *entity.pool.values()))
    return [name for name in names if name != "status"]


def _event_columns(catalogue: Catalogue, entity: Entity) -> list[Column]:
    return [
        column("event_id", Uuid, "Keyed hash of the patch and the event: stable", primary_key=True),
        column("change_id", Uuid, "Pseudonym of the patch; the events of one save share it"),
        column("subject_id", Uuid, f"Pseudonym of the document in {entity.collection}"),
        column("event_date", Date, "Day of the event in Europe/Paris"),
        column("event_at", DateTime(timezone=True), "Instant of the patch"),
        column("phase", Text, "Phase of the programme: inscription, phase1, mission, ..."),
        column("event_name", Text, "What happened"),
        column("field", Text, "Field that changed; null for a creation", nullable=True),
        column("from_value", Text, "Its value before; null for a creation", nullable=True),
        column("to_value", Text, "Its value after", nullable=True),
        column(
            "state_before",
            JSONB,
            "Kept fields before the event under their source names; {} before a creation",
        ),
        column("state_after", JSONB, "Kept fields after the event under their source names"),
        *(_key_column(catalogue, entity, *named) for named in entity.columns.items()),
        column(
            "actor_role",
            Text,
            "Role of the user who made the change, of a closed list, else null",
            nullable=True,
        ),
        column(
            "quality",
            Text,
            "Of what the event asserts. recorded; inferred: from today's document, no patch tells "
            "it; conflict: the history around the patch contradicts it",
        ),
        *(
            column(
                f"doubts_{side}",
                JSONB,
                f"Fields of state_{side} that no patch confirms, each inferred (today's value), "
                "conflict or unknown; null when all are recorded",
                nullable=True,
            )
            for side in ("before", "after")
        ),
        column(
            "change_order",
            SmallInteger,
            "Place, from 1, of the change among those of the same document and instant; null in "
            "rows of before there was one",
            nullable=True,
        ),
        _key_id(),
    ]


def _key_id() -> Column:
    # Nullable, so that it can be added to a table whose rows were written before there was one.
    return column(
        "key_id",
        Text,
        "Fingerprint of the key behind the pseudonyms of the row; null in rows of before key ids, "
        "which are of the current key",
        nullable=True,
    )


def _key_column(catalogue: Catalogue, entity: Entity, name: str, copied: KeyColumn) -> Column:
    kept = catalogue.field(entity, copied)
    told = copied.description or kept.description
    unit = kept.unit or ("years" if kept.treatment == "age" else None)
    origin = "state_after"
    if copied.joined and entity.join:
        origin = f"the {entity.join.entity} at that instant"
    comment = (
        f"{told}{f' ({unit})' if unit else ''}; after the event, from {origin}: {copied.field}"
    )
    kind = _TYPES[catalogue.column_type(entity, copied)]
    return column(name, kind, comment, nullable=True)


def _daily_figure(metadata: MetaData, catalogue: Catalogue) -> None:
    definitions = "\n".join(
        f"{figure.phase}, {figure.figure}: {figure.definition}"
        for entity in catalogue.entities.values()
        for figure in entity.figures
    )
    keys = [
        column("day", Date, "Day in Europe/Paris"),
        column("phase", Text, "inscription or mission"),
        column("figure", Text, "What is counted: see the table's comment"),
        column("gender", Text, "Gender as declared", nullable=True),
        column("age", SmallInteger, "Full years of age on the day (years)", nullable=True),
        column("region", Text, "Region of residence", nullable=True),
        column("department", Text, "Department of residence", nullable=True),
        column("cohort", Text, "Session of the cohesion stay", nullable=True),
    ]
    Table(
        "daily_figure",
        metadata,
        *keys,
        column("value", Integer, "Number of events (count)"),
        CheckConstraint("value > 0", "daily_figure_value_check"),
        Index(
            "daily_figure_key",
            *(column.name for column in keys),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        comment="Events of the day by figure and group; a group without an event has no row\n"
        f"{definitions}",
    )


def _quarantine(metadata: MetaData) -> None:
    Table(
        "quarantine",
        metadata,
        column("entity", Text, "Entity of the catalogue", primary_key=True),
        column("day", Date, "Day in Europe/Paris the patch would belong to", primary_key=True),
        column("patch_id", Uuid, "Pseudonym of the patch", primary_key=True),
        column("reason", Text, "Why it was set aside; never its content"),
        _key_id(),
        comment="Patches that could not be read: they make no events",
    )


def _withheld(metadata: MetaData) -> None:
    Table(
        "withheld",
        metadata,
        column("day", Date, "Day in Europe/Paris", primary_key=True),
        column("entity", Text, "Entity of the catalogue", primary_key=True),
        column("field", Text, "Field whose value was withheld", primary_key=True),
        column("kind", Text, "What the value looks like; never the value", primary_key=True),
        column("count", Integer, "Documents with such a value in a state of the day (count)"),
        comment="Values that look like a person's where none should stand: OTHER stands for them "
        "in every row",
    )


def _day_load(metadata: MetaData) -> None:
    Table(
        "day_load",
        metadata,
        column("relation", Text, "Table of this schema", primary_key=True),
        column("day", Date, "Day in Europe/Paris", primary_key=True),
        column("row_count", Integer, "Rows written; 0 for an empty day (count)"),
        column("patch_count", Integer, "Patches it was made of (count)", nullable=True),
        column("digest", Text, "Keyed digest of what these patches say", nullable=True),
        _digest_key(),
        comment="Days that were loaded whole: tells an empty day from one never loaded",
    )


def _day_found(metadata: MetaData) -> None:
    Table(
        "day_found",
        metadata,
        column("entity", Text, "Entity of the catalogue", primary_key=True),
        column("day", Date, "Day in Europe/Paris", primary_key=True),
        column("patch_count", Integer, "Patches of the day at the last audit (count)"),
        column("digest", Text, "Keyed digest of what these patches say"),
        _digest_key(),
        comment="Days as the last audit found them in the source; where the digest is not that of "
        "day_load, patches came late, vanished or were mended since",
    )


def _digest_key() -> Column:
    return column(
        "key_id",
        Text,
        "Fingerprint of the key behind the digest, and behind the pseudonyms of the day; digests "
        "of two keys tell nothing of each other",
        nullable=True,
    )


def _history_audit(metadata: MetaData) -> None:
    Table(
        "history_audit",
        metadata,
        column("month", Date, "First day of the month audited"),
        column("entity", Text, "Entity of the catalogue"),
        column("measure", Text, "documents, creations, breaks, drift, values, patches or days"),
        column("field", Text, "Field; null where whole documents or patches count", nullable=True),
        column("cause", Text, "Which of them are counted", nullable=True),
        column("count", BigInteger, "How many (count)"),
        column("total", BigInteger, "Of how many (count)"),
        Index("history_audit_month_entity_idx", "month", "entity"),
        comment="How sound the histories of a month are: counts per field, of no person",
    )


def _pseudonym_key(metadata: MetaData) -> None:
    Table(
        "pseudonym_key",
        metadata,
        column(
            "fingerprint",
            Text,
            "One-way fingerprint of a key behind the pseudonyms here, never the key",
            primary_key=True,
        ),
        column("since", DateTime(timezone=True), "First use", server_default=func.now()),
        column(
            "state",
            Text,
            "current: of the rows; incoming: of a rotation under way; retired by a rotation, or "
            "destroyed: never written with again",
            server_default="current",
        ),
        CheckConstraint(
            "state IN ('current', 'incoming', 'retired', 'destroyed')", "pseudonym_key_state_check"
        ),
        Index(
            "pseudonym_key_one_in_use",
            "state",
            unique=True,
            postgresql_where=text("state IN ('current', 'incoming')"),
        ),
        comment="The pseudonym keys with which rows of this schema were made: one is current, at "
        "most one is incoming",
    )
