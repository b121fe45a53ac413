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
)
from sqlalchemy.dialects.postgresql import JSONB

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.catalogue import Column as KeyColumn

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
    """All tables of schema `analytics`; `published` holds none yet."""
    metadata = MetaData(schema=ANALYTICS)
    for entity in catalogue.entities.values():
        _event_table(metadata, catalogue, entity)
    _daily_figure(metadata, catalogue)
    _quarantine(metadata)
    _day_load(metadata)
    _day_found(metadata)
    _history_audit(metadata)
    _pseudonym_key(metadata)
    return metadata


def event_columns(catalogue: Catalogue, entity: Entity) -> list[str]:
    """The column names of an entity's event table, in order."""
    return [c.name for c in _event_columns(catalogue, entity)]


def _column(name: str, kind: Any, comment: str, *, nullable: bool = False, **more: Any) -> Column:
    return Column(name, kind, comment=comment, nullable=nullable, **more)


def _event_table(metadata: MetaData, catalogue: Catalogue, entity: Entity) -> None:
    name = entity.table
    Table(
        name,
        metadata,
        *_event_columns(catalogue, entity),
        CheckConstraint("quality IN ('recorded', 'inferred', 'conflict')", f"{name}_quality_check"),
        Index(f"{name}_event_date_event_name_idx", "event_date", "event_name"),
        Index(f"{name}_subject_id_event_at_idx", "subject_id", "event_at"),
        comment=f"{entity.title}. {entity.description}",
        # Rows of 2 kB lie just above the size at which PostgreSQL tries to compress each one. Left
        # alone they take no more room, and COPY 28 % less of the server's processor (200,000 rows
        # with two states of 840 bytes: 8.6 s for 11.9 s).
        postgresql_with={"toast_tuple_target": 8160},
    )


def _event_columns(catalogue: Catalogue, entity: Entity) -> list[Column]:
    return [
        _column(
            "event_id", Uuid, "Keyed hash of the patch and the event: stable", primary_key=True
        ),
        _column("change_id", Uuid, "Pseudonym of the patch; the events of one save share it"),
        _column("subject_id", Uuid, f"Pseudonym of the document in {entity.collection}"),
        _column("event_date", Date, "Day of the event in Europe/Paris"),
        _column("event_at", DateTime(timezone=True), "Instant of the patch"),
        _column("phase", Text, "Phase of the programme: inscription, phase1, mission, ..."),
        _column("event_name", Text, "What happened"),
        _column("field", Text, "Field that changed; null for a creation", nullable=True),
        _column("from_value", Text, "Its value before; null for a creation", nullable=True),
        _column("to_value", Text, "Its value after", nullable=True),
        _column(
            "state_before",
            JSONB,
            "Kept fields before the event under their source names; {} before a creation",
        ),
        _column("state_after", JSONB, "Kept fields after the event under their source names"),
        *(_key_column(catalogue, entity, *named) for named in entity.columns.items()),
        _column(
            "actor_role",
            Text,
            "Role of the user who made the change, of a closed list, else null",
            nullable=True,
        ),
        _column(
            "quality",
            Text,
            "Of what the event asserts. recorded; inferred: from today's document, no patch tells "
            "it; conflict: the history around the patch contradicts it",
        ),
        *(
            _column(
                f"doubts_{side}",
                JSONB,
                f"Fields of state_{side} that no patch confirms, each inferred (today's value), "
                "conflict or unknown; null when all are recorded",
                nullable=True,
            )
            for side in ("before", "after")
        ),
    ]


def _key_column(catalogue: Catalogue, entity: Entity, name: str, column: KeyColumn) -> Column:
    kept = catalogue.field(entity, column)
    told = column.description or kept.description
    unit = kept.unit or ("years" if kept.treatment == "age" else None)
    origin = "state_after"
    if column.joined and entity.join:
        origin = f"the {entity.join.entity} at that instant"
    comment = (
        f"{told}{f' ({unit})' if unit else ''}; after the event, from {origin}: {column.field}"
    )
    kind = _TYPES[catalogue.column_type(entity, column)]
    return _column(name, kind, comment, nullable=True)


def _daily_figure(metadata: MetaData, catalogue: Catalogue) -> None:
    definitions = "; ".join(
        f"{figure.phase} {figure.figure}: {figure.description}"
        for entity in catalogue.entities.values()
        for figure in entity.figures
    )
    keys = [
        _column("day", Date, "Day in Europe/Paris"),
        _column("phase", Text, "inscription or mission"),
        _column("figure", Text, f"What is counted. {definitions}"),
        _column("gender", Text, "Gender as declared", nullable=True),
        _column("age", SmallInteger, "Full years of age on the day (years)", nullable=True),
        _column("region", Text, "Region of residence", nullable=True),
        _column("department", Text, "Department of residence", nullable=True),
        _column("cohort", Text, "Session of the cohesion stay", nullable=True),
    ]
    Table(
        "daily_figure",
        metadata,
        *keys,
        _column("value", Integer, "Number of events (count)"),
        CheckConstraint("value > 0", "daily_figure_value_check"),
        Index(
            "daily_figure_key",
            *(column.name for column in keys),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        comment="Events of the day by figure and group; a group without an event has no row",
    )


def _quarantine(metadata: MetaData) -> None:
    Table(
        "quarantine",
        metadata,
        _column("entity", Text, "Entity of the catalogue", primary_key=True),
        _column("day", Date, "Day in Europe/Paris the patch would belong to", primary_key=True),
        _column("patch_id", Uuid, "Pseudonym of the patch", primary_key=True),
        _column("reason", Text, "Why it was set aside; never its content"),
        comment="Patches that could not be read: they make no events",
    )


def _day_load(metadata: MetaData) -> None:
    Table(
        "day_load",
        metadata,
        _column("relation", Text, "Table of this schema", primary_key=True),
        _column("day", Date, "Day in Europe/Paris", primary_key=True),
        _column("row_count", Integer, "Rows written; 0 for an empty day (count)"),
        _column("patch_count", Integer, "Patches it was made of (count)", nullable=True),
        _column("digest", Text, "Keyed digest of what these patches say", nullable=True),
        comment="Days that were loaded whole: tells an empty day from one never loaded",
    )


def _day_found(metadata: MetaData) -> None:
    Table(
        "day_found",
        metadata,
        _column("entity", Text, "Entity of the catalogue", primary_key=True),
        _column("day", Date, "Day in Europe/Paris", primary_key=True),
        _column("patch_count", Integer, "Patches of the day at the last audit (count)"),
        _column("digest", Text, "Keyed digest of what these patches say"),
        comment="Days as the last audit found them in the source; where the digest is not that of "
        "day_load, patches came late, vanished or were mended since",
    )


def _history_audit(metadata: MetaData) -> None:
    Table(
        "history_audit",
        metadata,
        _column("month", Date, "First day of the month audited"),
        _column("entity", Text, "Entity of the catalogue"),
        _column("measure", Text, "documents, creations, breaks, drift, values, patches or days"),
        _column("field", Text, "Field; null where whole documents or patches count", nullable=True),
        _column("cause", Text, "Which of them are counted", nullable=True),
        _column("count", BigInteger, "How many (count)"),
        _column("total", BigInteger, "Of how many (count)"),
        Index("history_audit_month_entity_idx", "month", "entity"),
        comment="How sound the histories of a month are: counts per field, of no person",
    )


def _pseudonym_key(metadata: MetaData) -> None:
    Table(
        "pseudonym_key",
        metadata,
        _column(
            "fingerprint",
            Text,
            "One-way fingerprint of the key behind all pseudonyms here, never the key",
            primary_key=True,
        ),
        _column("since", DateTime(timezone=True), "First use", server_default=func.now()),
        comment="The one pseudonym key with which the rows of this schema were made",
    )
