"""Tables and columns that a former version named otherwise: renamed in place, with their rows."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from snu_analytics.warehouse.change import Change

# Schema, former name, name.
_TABLES = (("analytics", "day_found", "audited_day"),)

# Table, former name, name. campaign_day counts from 1 September wherever it stands; the day of a
# projection counts from 1 October. The pseudonyms of the erased become digests when a command next
# has their key (`erased_digests`).
_COLUMNS = (
    ("analytics.projection", "campaign_day", "horizon_day"),
    ("analytics.erased_subject", "subject_id", "digest"),
)

_STANDS = text("SELECT to_regclass(:table) IS NOT NULL")
_HAS_COLUMN = text(
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(:table) "
    "AND attname = :column AND NOT attisdropped)"
)


def ensure_names(connection: Connection) -> Iterator[Change]:
    """The changes that give tables, their keys, and columns of a former version today's names."""
    for schema, former, name in _TABLES:
        if connection.scalar(_STANDS, {"table": f"{schema}.{former}"}):
            connection.exec_driver_sql(f"ALTER TABLE {schema}.{former} RENAME TO {name}")
            connection.exec_driver_sql(f"ALTER INDEX {schema}.{former}_pkey RENAME TO {name}_pkey")
            sentence = f"table {schema}.{former} is renamed {name}, its rows stay"
            yield Change("changed", f"table {schema}.{name}", sentence)
    for table, former, name in _COLUMNS:
        if connection.scalar(_HAS_COLUMN, {"table": table, "column": former}):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME COLUMN {former} TO {name}")
            sentence = f"column {table}.{former} is renamed {name}, its rows stay"
            yield Change("changed", f"column {table}.{name}", sentence)
