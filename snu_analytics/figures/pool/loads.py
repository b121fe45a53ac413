"""What replaces all that a small table holds."""

from collections.abc import Iterable, Sequence

import psycopg
from psycopg import sql

from snu_analytics.warehouse import mapped_errors


def replace_all(
    connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[bytes]
) -> None:
    """Make `rows`, blocks of COPY text, all that a table holds: `objective` or its progress."""
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("analytics", table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with mapped_errors(), connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table])
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("analytics", table)))
        with cursor.copy(copy) as writer:
            for block in rows:
                writer.write(block)
