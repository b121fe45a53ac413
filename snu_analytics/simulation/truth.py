"""What really happened, as tables: true states after every patch, and true events."""

import io
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from snu_analytics.simulation.life import Life, Profile

_DATE = pl.Datetime("ms", "UTC")
_STATES = {"ref": pl.String, "patch_id": pl.String, "date": _DATE, "state": pl.String}
_EVENTS = {
    **{"ref": pl.String, "patch_id": pl.String, "date": _DATE, "event_name": pl.String},
    **{"field": pl.String, "from_value": pl.String, "to_value": pl.String},
}
_PROFILE = {
    **{"young_gender": pl.String, "young_birthdateAt": pl.String},
    **{"young_region": pl.String, "young_department": pl.String},
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "young_states": _STATES,
    "young_events": _EVENTS,
    "application_states": _STATES,
    "application_events": _EVENTS | _PROFILE,
}


def truth_of(lives: Sequence[Life]) -> dict[str, bytes]:
    """The tables of SCHEMAS as Parquet, for some people."""
    applications = [(life, record) for life in lives for record in life.applications]
    rows: dict[str, Iterable[tuple]] = {
        "young_states": (state for life in lives for state in life.young.states),
        "young_events": (event for life in lives for event in life.young.events),
        "application_states": (state for _, record in applications for state in record.states),
        "application_events": (
            (*event, *profile_at(life.profiles, event.date))
            for life, record in applications
            for event in record.events
        ),
    }
    return {name: _parquet(rows[name], schema) for name, schema in SCHEMAS.items()}


def profile_at(profiles: Sequence[tuple[datetime, Profile]], instant: datetime) -> Profile:
    """The profile as of that instant, changes of that very instant included."""
    return profiles[bisect_right(profiles, instant, key=lambda dated: dated[0]) - 1][1]


def write_parts(parts: Sequence[bytes], file: Path) -> None:
    """Write Parquet parts as one file, one part in memory at a time."""
    with pq.ParquetWriter(file, pq.read_schema(io.BytesIO(parts[0])), compression="zstd") as out:
        for part in parts:
            out.write_table(pq.read_table(io.BytesIO(part)))


def _parquet(rows: Iterable[tuple], schema: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(list(rows), schema, orient="row").write_parquet(buffer)
    return buffer.getvalue()
