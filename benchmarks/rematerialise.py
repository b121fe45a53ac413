"""Replacing one day when its table holds ten million rows."""

import time
from datetime import date

import polars as pl
import psycopg

from snu_analytics.warehouse import connect, replace_days

_ROWS = 10_000_000


def grow(url: str, rows: int = _ROWS) -> int:
    """Fill `young_event` with rows of the days of 2010 to 2019 until it holds so many.

    Their states are empty: what a replaced day meets is the size of the indexes.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        (held,) = connection.execute("SELECT count(*) FROM analytics.young_event").fetchone() or (
            0,
        )
        connection.execute(
            "INSERT INTO analytics.young_event (event_id, change_id, subject_id, event_date, "
            "event_order, phase, event_name, state_before, state_after, quality) "
            "SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), d, 1, 'inscription', "
            "'inscription_created', '{}', '{}', 'recorded' FROM (SELECT date '2010-01-01' + "
            "n %% 3650 AS d FROM generate_series(1, %s) n)",
            [max(0, rows - held)],
        )
        connection.execute("ANALYZE analytics.young_event")
        return max(rows, held)


def replace_one_day(url: str, day: date) -> tuple[float, int]:
    """Seconds to replace a day's rows by themselves, and how many they are."""
    with connect(url) as connection:
        nothing = connection.execute("SELECT * FROM analytics.young_event LIMIT 0")
        names = [column.name for column in nothing.description or ()]
        texts = [name if name == "event_date" else f"{name}::text" for name in names]
        cells = connection.execute(
            f"SELECT {', '.join(texts)} FROM analytics.young_event WHERE event_date = %s", [day]
        ).fetchall()
        rows = pl.DataFrame(cells, names, orient="row", infer_schema_length=None)
        began = time.monotonic()
        written = replace_days(connection, "young_event", "event_date", [day], rows)
        return time.monotonic() - began, written[day]
