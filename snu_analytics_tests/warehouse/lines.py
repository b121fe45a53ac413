"""Rows of the tests: events of young people as COPY text, and what stands in the tables."""

from datetime import date
from uuid import UUID

import psycopg

DAY = date(2024, 3, 1)
NEXT_DAY = date(2024, 3, 2)

COLUMNS = [
    "event_id",
    "change_id",
    "subject_id",
    "event_date",
    "event_at",
    "phase",
    "event_name",
    "state_before",
    "state_after",
    "age",
    "quality",
]


def event(number: int, name: str = "inscription_created", day: date = DAY) -> bytes:
    """One line of COPY text for COLUMNS; equal numbers are equal event ids."""
    ids = "\t".join([str(UUID(int=number))] * 3)
    told = f'{day}\t{day} 10:00+00\tinscription\t{name}\t{{}}\t{{"a": 1}}\t16\trecorded'
    return f"{ids}\t{told}\n".encode()


def stored(url: str) -> list[tuple[str, int, str]]:
    """Day, number and name of the events in the table, in order."""
    return rows(
        url,
        "SELECT event_date::text, right(event_id::text, 6)::int, event_name "
        "FROM analytics.young_event ORDER BY event_date, event_id",
    )


def rows(url: str, query: str, *parameters: object) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, parameters).fetchall()


def until(url: str, query: str) -> None:
    """Wait, in the server, for a state that no event announces: the query's value is true."""
    with psycopg.connect(url, options="-c statement_timeout=30s") as connection:
        connection.execute(
            f"DO $$ BEGIN WHILE NOT coalesce(({query}), false) LOOP PERFORM pg_sleep(0.01), "
            "pg_stat_clear_snapshot(); END LOOP; END $$"
        )
