"""What really happened, as tables: true states after every patch, and true events."""

import io
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from snu_analytics.simulation.fields import COLLECTIONS
from snu_analytics.simulation.life import Profile
from snu_analytics.simulation.messy import Oddity
from snu_analytics.simulation.recorder import Recorder

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
# The models whose documents name a young person: their events carry that person's profile.
_OF_A_YOUNG = ("application", "mission_equivalence")
SCHEMAS: dict[str, dict[str, Any]] = {
    **{f"{model}_states": _STATES for model in COLLECTIONS},
    **{f"{model}_events": _EVENTS for model in COLLECTIONS},
    **{f"{model}_events": _EVENTS | _PROFILE for model in _OF_A_YOUNG},
    "oddities": dict.fromkeys(Oddity._fields, pl.String),
}

Profiles = Sequence[tuple[datetime, Profile]]
"""The profiles of a young person, each with the instant from which on it holds."""


def truth_of(
    records: Mapping[str, Sequence[Recorder]], profiles: Mapping[str, Profiles]
) -> dict[str, bytes]:
    """The tables of SCHEMAS as Parquet, for the models of these records.

    `profiles` are those of the young people by the text of their id.
    """
    tables = {}
    for model, made in records.items():
        states: Iterable[tuple] = (state for record in made for state in record.states)
        events: Iterable[tuple] = (event for record in made for event in record.events)
        if model in _OF_A_YOUNG:
            events = (
                (*event, *profile_at(profiles[record.young], event.date))
                for record in made
                for event in record.events
            )
        for name, rows in ((f"{model}_states", states), (f"{model}_events", events)):
            tables[name] = _parquet(rows, SCHEMAS[name])
    return tables


def oddities_of(rows: Sequence[Oddity]) -> dict[str, bytes]:
    """The table `oddities` as Parquet."""
    return {"oddities": _parquet(rows, SCHEMAS["oddities"])}


def profile_at(profiles: Profiles, instant: datetime) -> Profile:
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
