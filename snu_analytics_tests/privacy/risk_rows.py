"""Event rows for the tests: quasi-identifiers and sensitive columns as given."""

import uuid
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql


def insert_event(
    url: str, person: int, day: str = "2024-03-01", table: str = "young_event", **columns: Any
) -> None:
    """One event of a person; columns that are not given are null."""
    insert_events(url, [(person, columns)], day, table)


def insert_events(
    url: str,
    people: Iterable[tuple[int, dict[str, Any]]],
    day: str = "2024-03-01",
    table: str = "young_event",
) -> None:
    """One event for each person and columns, all of the same columns."""
    rows = [
        {
            "event_id": uuid.uuid4(),
            "change_id": uuid.uuid4(),
            "subject_id": uuid.UUID(int=person),
            "event_date": day,
            "event_order": 1,
            "phase": "inscription",
            "event_name": "inscription_created",
            "state_before": "{}",
            "state_after": "{}",
            "quality": "recorded",
            **columns,
        }
        for person, columns in people
    ]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier("analytics", table),
        sql.SQL(", ").join(map(sql.Identifier, rows[0])),
        sql.SQL(", ").join(map(sql.Placeholder, rows[0])),
    )
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany(statement, rows)
