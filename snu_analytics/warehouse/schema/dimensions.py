"""The rows of the dimension tables, which readers see beside the published figures.

They come with the package: a migration writes the rows that differ and no others.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, MetaData, Table, tuple_
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

_SCHEMA = "published"


def ensure_dimensions(connection: Connection, metadata: MetaData) -> Iterator[Change]:
    """The dimension tables whose rows differed from the package's, and were brought to them."""
    contents: dict[str, Iterable[Sequence]] = {
        "dim_calendar": calendar_days(),
        "dim_region": regions(),
        "dim_department": departments(),
        "dim_cohort": cohorts(),
        "dim_status": statuses(),
        "dim_figure": definitions(),
    }
    dropped = {}
    for name, rows in contents.items():
        table = metadata.tables[f"{_SCHEMA}.{name}"]
        held = _by_key(table, connection.execute(table.select()))
        wanted = _by_key(table, rows)
        written = [row for key, row in wanted.items() if held.get(key) != row]
        _write(connection, table, written)
        dropped[table] = [key for key in held if key not in wanted]
        if written or dropped[table]:
            sentence = (
                f"{table.fullname}: {len(written)} rows written, {len(dropped[table])} dropped"
            )
            yield Change("changed", f"table {table.fullname}", sentence)
    # Departments refer to regions: the last tables let go of their rows first.
    for table, keys in reversed(dropped.items()):
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
