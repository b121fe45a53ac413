"""Columns that a former version named otherwise: renamed in place, so that their rows stay."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from snu_analytics.warehouse.change import Change

# Table, former name, name. campaign_day counts from 1 September wherever it stands; the day of a
# projection counts from 1 October.
_COLUMNS = (("analytics.projection", "campaign_day", "horizon_day"),)

_HAS_COLUMN = text(
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(:table) "
    "AND attname = :column AND NOT attisdropped)"
)


def ensure_column_names(connection: Connection) -> Iterator[Change]:
    """The changes that give columns of a former version their names of today."""
    for table, former, name in _COLUMNS:
        if connection.scalar(_HAS_COLUMN, {"table": table, "column": former}):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME COLUMN {former} TO {name}")
            sentence = f"column {table}.{former} is renamed {name}, its rows stay"
            yield Change("changed", f"column {table}.{name}", sentence)
