"""The tables of the warehouse; those that depend on the catalogue are made here."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.catalogue import Column as KeyColumn
from snu_analytics.warehouse.schema.columns import column, unique_key
from snu_analytics.warehouse.schema.declared import TYPES, declared_tables
from snu_analytics.warehouse.schema.flow_table import flow_table
from snu_analytics.warehouse.schema.projection_table import projection_table
from snu_analytics.warehouse.schema.published_tables import published_tables

ANALYTICS = "analytics"
PUBLISHED = "published"


def warehouse_metadata(catalogue: Catalogue) -> MetaData:
    """All tables of the schemas `analytics` and `published`."""
    metadata = MetaData(schema=ANALYTICS)
    for entity in catalogue.entities.values():
        _event_table(metadata, catalogue, entity)
        _membership_table(metadata, catalogue, entity)
    _daily_figure(metadata, catalogue)
    declared_tables(metadata, ANALYTICS)
    projection_table(metadata)
    flow_table(metadata)
    published_tables(metadata, PUBLISHED)
    declared_tables(metadata, PUBLISHED)
    return metadata


def _event_table(metadata: MetaData, catalogue: Catalogue, entity: Entity) -> None:
    name = entity.table
    Table(
        name,
        metadata,
        *_event_columns(catalogue, entity),
        CheckConstraint("quality IN ('recorded', 'inferred', 'conflict')", f"{name}_quality_check"),
        Index(f"{name}_event_date_event_name_idx", "event_date", "event_name"),
        Index(f"{name}_subject_id_event_order_idx", "subject_id", "event_date", "event_order"),
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
    # how long it has waited, are then found in seconds among 10 million rows of 2 kB.
    if not entity.pool:
        return []
    return [
        Index(
            f"{entity.table}_status_idx",
            *("subject_id", "event_date", "event_order"),
            postgresql_include=["field", "from_value", "to_value"],
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
                *("subject_id", "event_order", "from_value", "to_value"),
                *_grouping_columns(entity),
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
            postgresql_include=["subject_id", "field", "to_value", *_grouping_columns(entity)],
            postgresql_where=text(f"field IS NULL OR {taken}"),
        )
    ]


def _grouping_columns(entity: Entity) -> list[str]:
    names = dict.fromkeys((*entity.groups.values(), *entity.pool.values()))
    return [name for name in names if name != "status"]


def _event_columns(catalogue: Catalogue, entity: Entity) -> list[Column]:
    return [
        column("event_id", Uuid, "Keyed hash of the patch and the event: stable", primary_key=True),
        column("change_id", Uuid, "Pseudonym of the patch; the events of one save share it"),
        column("subject_id", Uuid, f"Pseudonym of the document in {entity.collection}"),
        column("event_date", Date, "Day of the event in Europe/Paris"),
        column(
            "event_order",
            SmallInteger,
            "Place, from 1, of the change among its subject's of the day; the events of one save "
            "share it",
        ),
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
        *(_key_column(catalogue, entity, *named) for named in entity.event_columns.items()),
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
        _key_id(),
    ]


def _membership_table(metadata: MetaData, catalogue: Catalogue, entity: Entity) -> None:
    if not entity.membership_columns:
        return
    name = entity.membership_table
    Table(
        name,
        metadata,
        column("event_id", Uuid, f"Event of {entity.table}", primary_key=True),
        column("subject_id", Uuid, f"Pseudonym of the document in {entity.collection}"),
        column("event_date", Date, "Day of the event in Europe/Paris"),
        *(_key_column(catalogue, entity, *named) for named in entity.membership_columns.items()),
        _key_id(),
        Index(f"{name}_event_date_idx", "event_date"),
        Index(f"{name}_subject_id_idx", "subject_id"),
        comment=f"{entity.title}: the small groups that a subject belongs to after an event; for "
        "snu_membership_analyst alone. An event of a subject in none has no row",
    )


def _key_id() -> Column:
    # Nullable, so that it can be added to a table with rows of before there was one.
    return column(
        "key_id",
        Text,
        "Fingerprint of the key behind the pseudonyms of the row; null in rows of before key ids, "
        "which are of the current key",
        nullable=True,
    )


def _key_column(catalogue: Catalogue, entity: Entity, name: str, copied: KeyColumn) -> Column:
    field = catalogue.field(entity, copied)
    unit = field.unit or ("years" if field.treatment == "age" else None)
    meaning = f"{copied.description or field.description}{f' ({unit})' if unit else ''}"
    origin = "state_after"
    if copied.joined and entity.join:
        origin = f"the {entity.join.entity} at that instant"
    kind = TYPES[catalogue.column_type(entity, copied)]
    comment = f"{meaning}; after the event, from {origin}: {copied.field}"
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
        unique_key("daily_figure", [key.name for key in keys]),
        comment="Events of the day by figure and group; a group without an event has no row\n"
        f"{definitions}",
    )
