"""The tables of the pool, of the objectives, and of what is achieved of them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

from snu_analytics.warehouse.schema.columns import column


def pool_tables(metadata: MetaData) -> None:
    """`pool_movement`, `pool_load`, `pool_difference`, `objective` and `objective_progress`."""
    _pool_movement(metadata)
    _pool_load(metadata)
    _pool_difference(metadata)
    _objective(metadata)
    _objective_progress(metadata)


def _pool_movement(metadata: MetaData) -> None:
    keys = [
        column("entity", Text, "young: inscriptions; application: mission applications"),
        column(
            "day",
            Date,
            "Day in Europe/Paris; the eve of the first partition holds the opening stock",
        ),
        *(column(name, Text, comment, nullable=True) for name, comment in _CELL.items()),
    ]
    Table(
        "pool_movement",
        metadata,
        *keys,
        column("entries", Integer, "Changes of the day that led into the cell (count)"),
        column("exits", Integer, "Changes of the day that led out of the cell (count)"),
        CheckConstraint(
            "entries >= 0 AND exits >= 0 AND entries + exits > 0", "pool_movement_check"
        ),
        Index(
            "pool_movement_key",
            *(key.name for key in keys),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        comment="Who enters and leaves each status and group on a day; the sum of entries - exits "
        "up to a day is the stock at its end",
    )


_CELL = {
    "status": "Status of the inscription or application",
    "gender": "Gender as declared; null for applications, which do not tell it",
    "region": "Region of residence; of applications that of the department",
    "department": "Department of residence; of applications the copy in them",
    "cohort": "Session of the cohesion stay; of applications the copy in them",
    "source": "Alone (VOLONTAIRE) or with a class (CLE); null for applications",
}


def _pool_load(metadata: MetaData) -> None:
    Table(
        "pool_load",
        metadata,
        column("entity", Text, "Entity of the catalogue", primary_key=True),
        column("day", Date, "Day in Europe/Paris", primary_key=True),
        column("opening", Boolean, "The day holds the opening stock"),
        comment="Days whose movements were counted, the empty ones too: stocks are known from the "
        "opening stock on, as long as no day is lacking",
    )


def _pool_difference(metadata: MetaData) -> None:
    Table(
        "pool_difference",
        metadata,
        column("day", Date, "Day in Europe/Paris"),
        column("entity", Text, "Entity of the catalogue"),
        column("status", Text, "Status; null where a document has none", nullable=True),
        column("closing", Integer, "Stock at the end of the day, by the movements (count)"),
        column("live", Integer, "Documents with that status in the source, when counted (count)"),
        Index(
            "pool_difference_key",
            *("day", "entity", "status"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        comment="The stock of the last day against a count in the source. What differs is of "
        "after midnight, was written without a patch (history_audit), or was erased (erasure_log)",
    )


def _objective(metadata: MetaData) -> None:
    columns: list[Column] = [
        column("cohort", Text, "Session of the cohesion stay", primary_key=True),
        column("department", Text, "Department of residence", primary_key=True),
        column("region", Text, "Region of the department"),
        column("academy", Text, "Academy of the department; null where none", nullable=True),
        column("year", SmallInteger, "Year of the cohort; null when not known", nullable=True),
        column("level", Text, "departemental or regional: by which the cohort is reached"),
        column("objective", Integer, "Most young people (count); null: no limit", nullable=True),
    ]
    Table(
        "objective",
        metadata,
        *columns,
        CheckConstraint("level IN ('departemental', 'regional')", "objective_level_check"),
        CheckConstraint("objective >= 0", "objective_objective_check"),
        comment="Objectives of the cohorts by department, as last read",
    )


def _objective_progress(metadata: MetaData) -> None:
    keys = [
        column("day", Date, "Last day that is counted, in Europe/Paris: at its end"),
        column("cohort", Text, "Session of the cohesion stay; null where none", nullable=True),
        column("region", Text, "Region of residence", nullable=True),
        column("department", Text, "Department of residence", nullable=True),
    ]
    Table(
        "objective_progress",
        metadata,
        *keys,
        column("year", SmallInteger, "Year of the cohort; null when not known", nullable=True),
        column("level", Text, "departemental or regional: how the cohort is held", nullable=True),
        column("achieved", Integer, "Young people VALIDATED (count)", nullable=True),
        column("achieved_cle", Integer, "Those of them with a class (count)", nullable=True),
        column("objective", Integer, "Most young people (count); null: no limit", nullable=True),
        column("rate", Float, "achieved / objective (share)", nullable=True),
        column("region_achieved", Integer, "achieved over the region (count)", nullable=True),
        column("region_objective", Integer, "objective over the region (count)", nullable=True),
        column("region_rate", Float, "The one over the other (share)", nullable=True),
        column(
            "reached",
            Boolean,
            "Whether the cohort's level is reached: regional by the region's rate, departemental "
            "by the greater of both",
            nullable=True,
        ),
        column("missing", Text, "What is not there; null when nothing is", nullable=True),
        Index(
            "objective_progress_key",
            *(key.name for key in keys),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        comment="Young people validated at the end of the last day that is counted, against the "
        "objectives as last read",
    )
