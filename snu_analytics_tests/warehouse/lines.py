"""Rows of the tests: events of young people, and what stands in the tables."""

from datetime import date
from uuid import UUID

import polars as pl
import psycopg

from snu_analytics.warehouse import SourceFingerprint, connect, replace_days

DAY = date(2024, 3, 1)
NEXT_DAY = date(2024, 3, 2)


def event(
    number: int, name: str = "inscription_created", day: date = DAY, **values: object
) -> pl.DataFrame:
    """The row of an event; equal numbers are equal event ids, `values` are of other columns."""
    row = {
        **dict.fromkeys(("event_id", "change_id", "subject_id"), str(UUID(int=number))),
        "event_date": day,
        "event_order": 1,
        "phase": "inscription",
        "event_name": name,
        "state_before": "{}",
        "state_after": '{"a": 1}',
        "age": "16",
        "quality": "recorded",
    }
    return pl.DataFrame([row | values])


NO_EVENTS = event(1).clear()


def load(
    connection: psycopg.Connection,
    *events: pl.DataFrame,
    day: date = DAY,
    fingerprint: SourceFingerprint | None = None,
) -> int:
    """Replace the events of a day; the number of rows written."""
    days = {day: fingerprint} if fingerprint else [day]
    rows = pl.concat([*events] or [NO_EVENTS])
    return replace_days(connection, "young_event", "event_date", days, rows)[day]


def load_day(url: str, *events: pl.DataFrame, day: date = DAY) -> int:
    """As `load`, over a connection of its own."""
    with connect(url) as connection:
        return load(connection, *events, day=day)


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
