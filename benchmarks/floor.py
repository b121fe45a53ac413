"""The physical floor: a bare COPY of the very same event rows into the same PostgreSQL."""

import time
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from snu_analytics.catalogue import load_catalogue


def copy_floor(url: str, folder: Path, entities: Iterable[str]) -> tuple[float, int]:
    """Seconds that COPY takes for all event rows of the entities, and their number.

    The tables have the indexes of the event tables. Reading the rows from the disk is not counted:
    they are taken out first, in one block a table.
    """
    seconds, rows = 0.0, 0
    catalogue = load_catalogue()
    with psycopg.connect(url, autocommit=True) as connection:
        for entity in (catalogue.entities[name] for name in entities):
            events = sql.Identifier("analytics", entity.table)
            bare = sql.Identifier(f"floor_{entity.name}")
            path = folder / f"{entity.name}.copy"
            with (
                path.open("wb") as file,
                connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(events)) as out,
            ):
                for block in out:
                    file.write(block)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(bare))
            like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING INDEXES)")
            connection.execute(like.format(bare, events))
            connection.execute("CHECKPOINT")
            began = time.monotonic()
            with connection.cursor() as cursor:
                with (
                    path.open("rb") as file,
                    cursor.copy(sql.SQL("COPY {} FROM STDIN").format(bare)) as into,
                ):
                    while block := file.read(1 << 20):
                        into.write(block)
                rows += cursor.rowcount
            seconds += time.monotonic() - began
            connection.execute(sql.SQL("DROP TABLE {}").format(bare))
            path.unlink()
    return seconds, rows
