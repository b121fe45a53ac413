"""Tables, columns and names in rows that a former version named otherwise: renamed in place."""

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

# Columns of published.* that name several dimensions, once joined by a sign of no keyboard.
_JOINED = (
    ("breakdown", "breakdown"),
    ("revised_cell", "breakdown"),
    ("campaign_revision", "unrevised"),
)
_FORMER_SIGN, _SIGN = " × ", ","

_STANDS = text("SELECT to_regclass(:table) IS NOT NULL")
_HAS_COLUMN = text(
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(:table) "
    "AND attname = :column AND NOT attisdropped)"
)


def ensure_names(connection: Connection) -> Iterator[Change]:
    """The changes that give what a former version made today's names."""
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
    for name, column in _JOINED:
        table = f"published.{name}"
        former = f"{column} LIKE '%{_FORMER_SIGN}%'"
        # Whoever may only look has no right to UPDATE, be it of no row.
        if connection.scalar(_HAS_COLUMN, {"table": table, "column": column}) and connection.scalar(
            text(f"SELECT EXISTS (SELECT FROM {table} WHERE {former})")
        ):
            connection.exec_driver_sql(
                f"UPDATE {table} SET {column} = replace({column}, '{_FORMER_SIGN}', '{_SIGN}') "
                f"WHERE {former}".replace("%", "%%")
            )
            sentence = f"dimensions in {table}.{column} are joined by a comma, the rows stay"
            yield Change("changed", f"column {table}.{column}", sentence)
