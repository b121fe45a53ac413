"""The states that the events of a day are made of, taken from a timeline."""

from datetime import datetime

import numpy as np
import polars as pl

from snu_analytics.history.quarantine import paris_day
from snu_analytics.history.rebuild import Timeline

# Prefix of the columns that come from the joined entity.
JOINED = "joined."

_BEFORE_ALL = -(2**62)


def snapshots(timeline: Timeline, start: datetime, end: datetime) -> pl.DataFrame:
    """States before and after each patch dated in [start, end), day by day.

    For each document and Paris day: an opening row (`patch_id` null) with the state before the
    day's first patch, then one row per patch with the state after it. Columns: `day` Date, `ref`
    String, `patch_id` String, `date` Datetime(ms, UTC), `role` String, `creation` Boolean,
    `conflicts` List(String), `doubts` String (JSON members of the fields of the state that are not
    recorded, see provenance), then one String column per field: canonical JSON text, "" = absent.
    """
    heads = timeline.heads
    chosen = heads.with_columns(
        day=paris_day(pl.col("date")),
        row=pl.Series(np.flatnonzero(timeline.patch_of >= 0)),
    ).filter((pl.col("date") >= start) & (pl.col("date") < end))
    opens = chosen.select(
        opens=(pl.struct("ref", "day") != pl.struct("ref", "day").shift()).fill_null(value=True)
    )["opens"].to_numpy()
    after = chosen["row"].to_numpy()
    positions = np.arange(len(after)) + np.cumsum(opens)
    rows = np.empty(len(after) + int(opens.sum()), dtype=np.int64)
    rows[positions] = after
    rows[positions[opens] - 1] = after[opens] - 1
    is_opening = np.ones(len(rows), dtype=bool)
    is_opening[positions] = False

    source = np.empty(len(rows), dtype=np.int64)
    source[positions] = np.arange(len(after))
    source[positions[opens] - 1] = np.flatnonzero(opens)
    opening = pl.Series(is_opening)
    frame = (
        chosen.select("day", "ref", "patch_id", "date", "role")[source]
        .with_columns(
            pl.when(~opening).then(pl.col(c)).alias(c) for c in ("patch_id", "date", "role")
        )
        .with_columns(
            creation=pl.Series(np.isin(rows, timeline.creation)) & ~opening,
            conflicts=pl.when(~opening).then(timeline.conflicts(rows)),
            doubts=timeline.doubts(rows),
        )
    )
    return frame.with_columns(
        track.at(rows).alias(field) for field, track in timeline.tracks.items()
    )


def as_of(frame: pl.DataFrame, key: str, other: Timeline) -> pl.DataFrame:
    """The frame with the other entity's fields as of each row's `date`, as `joined.<field>`.

    `key` is the column that holds the other document's id as JSON text. Patches of that very
    instant are included; where no document or patch exists the fields are "" (absent).
    """
    stamps = np.full(len(other.patch_of), _BEFORE_ALL)
    stamps[other.patch_of >= 0] = other.heads["date"].to_physical().to_numpy()
    known = pl.DataFrame(
        {
            "_ref": other.refs.gather(other.document_of),
            "_date": pl.Series(stamps).cast(frame.schema["date"]),
        }
    )
    rows = np.arange(len(stamps))
    known = known.with_columns(
        track.at(rows).alias(JOINED + field) for field, track in other.tracks.items()
    ).unique(["_ref", "_date"], keep="last", maintain_order=True)
    ordered = frame.with_row_index("_order").with_columns(_ref=pl.col(key).str.strip_chars('"'))
    joined = ordered.sort("date", nulls_last=False).join_asof(
        known.sort("_date"),
        left_on="date",
        right_on="_date",
        by="_ref",
        strategy="backward",
        check_sortedness=False,
    )
    return (
        joined.sort("_order")
        .drop("_order", "_ref", "_date", strict=False)
        .with_columns(pl.col(JOINED + field).fill_null("") for field in other.tracks)
    )
