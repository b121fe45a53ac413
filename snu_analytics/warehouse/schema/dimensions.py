"""The dimension tables that readers see beside the published figures, and what they hold.

Their contents come with the package: a migration writes the rows that differ and no others.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Connection,
    Date,
    ForeignKeyConstraint,
    MetaData,
    SmallInteger,
    Table,
    Text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from snu_analytics.catalogue import (
    calendar_days,
    cohorts,
    definitions,
    departments,
    regions,
    statuses,
)
from snu_analytics.warehouse.change import Change
from snu_analytics.warehouse.schema.columns import column

_SCHEMA = "published"


def dimension_tables(metadata: MetaData) -> None:
    """Add the dimension tables of schema `published` to the metadata."""
    _calendar(metadata)
    _region(metadata)
    _department(metadata)
    _cohort(metadata)
    _status(metadata)
    _figure(metadata)


def ensure_dimensions(connection: Connection, metadata: MetaData) -> Iterator[Change]:
    """Bring the rows of the dimension tables to the package's; each table that differed is told."""
    contents: dict[str, Iterable[Sequence]] = {
        "dim_calendar": calendar_days(),
        "dim_region": regions(),
        "dim_department": departments(),
        "dim_cohort": cohorts(),
        "dim_status": statuses(),
        "dim_figure": definitions(),
    }
    gone = {}
    for name, rows in contents.items():
        table = metadata.tables[f"{_SCHEMA}.{name}"]
        held = _by_key(table, connection.execute(table.select()))
        wanted = _by_key(table, rows)
        written = [row for key, row in wanted.items() if held.get(key) != row]
        _write(connection, table, written)
        gone[table] = [key for key in held if key not in wanted]
        if written or gone[table]:
            told = f"{table.fullname}: {len(written)} rows written, {len(gone[table])} dropped"
            yield Change("changed", f"table {table.fullname}", told)
    # Departments refer to regions: the last tables let go of their rows first.
    for table, keys in reversed(gone.items()):
        if keys:
            connection.execute(table.delete().where(tuple_(*table.primary_key).in_(keys)))


def _by_key(table: Table, rows: Iterable[Sequence]) -> dict[tuple, tuple]:
    places = [list(table.columns).index(key) for key in table.primary_key]
    return {tuple(row[place] for place in places): tuple(row) for row in rows}


def _write(connection: Connection, table: Table, rows: Sequence[tuple]) -> None:
    if not rows:
        return
    statement = insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others),
        [dict(zip(table.columns.keys(), row, strict=True)) for row in rows],
    )


def _calendar(metadata: MetaData) -> None:
    zones = [
        column(
            f"school_holiday_{zone}",
            Boolean,
            f"No school in zone {zone.upper()}; metropolitan France without Corse",
        )
        for zone in "abc"
    ]
    Table(
        "dim_calendar",
        metadata,
        column("day", Date, "Day in Europe/Paris", primary_key=True),
        column("iso_week_monday", Date, "Monday of its ISO week"),
        column("month", Date, "First day of its month"),
        column("campaign", SmallInteger, "Campaign: September to August, by the year it ends"),
        column("weekday", SmallInteger, "1 Monday to 7 Sunday"),
        column("is_weekend", Boolean, "Saturday or Sunday"),
        column(
            "public_holiday",
            Text,
            "Name of the public holiday of metropolitan France; null on other days",
            nullable=True,
        ),
        *zones,
        column(
            "school_holiday",
            Text,
            "Name of the school holiday in any of the three zones; null on other days",
            nullable=True,
        ),
        schema=_SCHEMA,
        comment="Days from 1 September 2019 to 31 August 2027 with public holidays and the school "
        "holidays of zones A, B and C as decreed; spring 2021 as it was moved",
    )


def _region(metadata: MetaData) -> None:
    Table(
        "dim_region",
        metadata,
        column("region", Text, "Name, as the figures tell it", primary_key=True),
        column("insee_code", Text, "INSEE code; null for what is no region by law", nullable=True),
        schema=_SCHEMA,
        comment="Regions",
    )


def _department(metadata: MetaData) -> None:
    Table(
        "dim_department",
        metadata,
        column("department", Text, "Name, as the figures tell it", primary_key=True),
        column("code", Text, "Code; 99 abroad"),
        column("region", Text, "Its region"),
        column("academy", Text, "Its academy; null where it has none", nullable=True),
        column(
            "school_zone",
            Text,
            "Zone of its school holidays: A, B or C; null in Corse and overseas, whose calendars "
            "are their own",
            nullable=True,
        ),
        ForeignKeyConstraint(
            ["region"], [f"{_SCHEMA}.dim_region.region"], "dim_department_region_fkey"
        ),
        CheckConstraint("school_zone IN ('A', 'B', 'C')", "dim_department_school_zone_check"),
        schema=_SCHEMA,
        comment="Departments with region, academy and zone of the school holidays",
    )


def _cohort(metadata: MetaData) -> None:
    Table(
        "dim_cohort",
        metadata,
        column("cohort", Text, "Name, as the figures tell it", primary_key=True),
        column("kind", Text, "HTS: alone; CLE: with a class", nullable=True),
        column("year", SmallInteger, "Year of the stay", nullable=True),
        column("first_day", Date, "First day of the stay; null when not known", nullable=True),
        column("last_day", Date, "Last day of the stay; null when not known", nullable=True),
        schema=_SCHEMA,
        comment="Cohorts known by name; figures may tell of others, made later in the application",
    )


def _status(metadata: MetaData) -> None:
    Table(
        "dim_status",
        metadata,
        column("entity", Text, "Entity of the catalogue", primary_key=True),
        column("field", Text, "Field that holds the status", primary_key=True),
        column("status", Text, "Value, as the tables tell it", primary_key=True),
        column("label", Text, "Label in French"),
        column("rank", SmallInteger, "Place in the usual course, from 1 (count)"),
        schema=_SCHEMA,
        comment="Statuses of each entity with their labels in French",
    )


def _figure(metadata: MetaData) -> None:
    Table(
        "dim_figure",
        metadata,
        column("phase", Text, "Phase, as the figures tell it", primary_key=True),
        column("figure", Text, "Name, as the figures tell it", primary_key=True),
        column("definition", Text, "What it counts, as the catalogue defines it"),
        column("rank", SmallInteger, "Place in the catalogue, from 1 (count)"),
        schema=_SCHEMA,
        comment="Figures with their definitions",
    )
