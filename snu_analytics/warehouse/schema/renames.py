"""Tables that a former version named otherwise: renamed in place, so that their rows stay."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from snu_analytics.warehouse.change import Change

# Schema, former name, name.
_TABLES = (("analytics", "day_found", "audited_day"),)

_STANDS = text("SELECT to_regclass(:table) IS NOT NULL")


def ensure_table_names(connection: Connection) -> Iterator[Change]:
    """The changes that give tables of a former version, and their keys, their names of today."""
    for schema, former, name in _TABLES:
        if not connection.scalar(_STANDS, {"table": f"{schema}.{former}"}):
            continue
        connection.exec_driver_sql(f"ALTER TABLE {schema}.{former} RENAME TO {name}")
        connection.exec_driver_sql(f"ALTER INDEX {schema}.{former}_pkey RENAME TO {name}_pkey")
        sentence = f"table {schema}.{former} is renamed {name}, its rows stay"
        yield Change("changed", f"table {schema}.{name}", sentence)
