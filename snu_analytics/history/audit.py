"""How sound the histories of a month are: counts and rates per field, of no person."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from snu_analytics.history.creations import BIRTH
from snu_analytics.history.provenance import MARKS
from snu_analytics.history.rebuild import Timeline
from snu_analytics.source import made

AUDIT_SCHEMA = {
    "measure": pl.String,
    "field": pl.String,  # null where it is of whole documents or patches
    "cause": pl.String,
    "count": pl.Int64,
    "total": pl.Int64,  # of what the count is a part
}

# An ObjectId is made on the machine that writes, within the second; a day is read a day wider.
_SAME_MOMENT = timedelta(minutes=1)
_READ_WIDER = timedelta(days=1)


def audit(
    timeline: Timeline, patches: pl.DataFrame, start: datetime, end: datetime
) -> pl.DataFrame:
    """The measures (AUDIT_SCHEMA) of the documents that were touched or born in [start, end).

    `patches` are the heads of the patches of that time, the defective ones among them.
    """
    heads = timeline.heads
    within = heads.select(((pl.col("date") >= start) & (pl.col("date") < end)).alias("in"))["in"]
    rows = np.flatnonzero(timeline.patch_of >= 0)[within.to_numpy()]
    inferred_creations = heads["patch_id"].str.starts_with(BIRTH).to_numpy()
    documents = np.unique(timeline.document_of[rows])
    told = [
        *_documents(timeline, rows, documents),
        *_creations(timeline, rows, inferred_creations),
        *_breaks(timeline, rows, inferred_creations),
        *_drift(timeline, documents),
        *_marks(timeline, rows),
        *_patches(patches),
    ]
    return pl.DataFrame(told, AUDIT_SCHEMA, orient="row")


_Line = tuple[str, str | None, str | None, int, int]


def _documents(timeline: Timeline, rows: np.ndarray, documents: np.ndarray) -> list[_Line]:
    broken = np.zeros(len(timeline.refs), dtype=bool)
    for track in timeline.tracks.values():
        broken[timeline.document_of[np.intersect1d(track.conflicts, rows)]] = True
    intact = int((~broken[documents]).sum())
    gone = int((~timeline.exists[documents]).sum())
    return [
        ("documents", None, "intact chain", intact, len(documents)),
        ("documents", None, "gone, patches remain", gone, len(documents)),
    ]


def _creations(timeline: Timeline, rows: np.ndarray, inferred_creations: np.ndarray) -> list[_Line]:
    born = np.intersect1d(timeline.creation, rows)
    inferred = int(inferred_creations[timeline.patch_of[born]].sum())
    return [
        ("creations", None, "recorded", len(born) - inferred, len(born)),
        ("creations", None, "inferred", inferred, len(born)),
    ]


def _breaks(timeline: Timeline, rows: np.ndarray, inferred_creations: np.ndarray) -> list[_Line]:
    patches = len(rows) - int(inferred_creations[timeline.patch_of[rows]].sum())
    found: list[_Line] = []
    for field, track in timeline.tracks.items():
        broken, no_effect = (
            np.intersect1d(which, rows) for which in (track.broken, track.no_effect)
        )
        false = np.intersect1d(broken, timeline.false)
        # The patch that gives an undone one away contradicts it as well: told once.
        after = np.isin(broken, _following(timeline, no_effect, track.broken))
        unrecorded = len(broken) - len(false) - int((after & ~np.isin(broken, false)).sum())
        for cause, count in (
            ("never saved, or written over unseen", len(no_effect)),
            ("originals of another document", len(false)),
            ("change without a patch", unrecorded),
        ):
            if count:
                found.append(("breaks", field, cause, count, patches))
    return found


def _following(timeline: Timeline, no_effect: np.ndarray, broken: np.ndarray) -> np.ndarray:
    """The next broken row of the same document after each of the undone ones."""
    at = np.searchsorted(broken, no_effect, side="right")
    inside = at < len(broken)
    following = broken[at[inside]]
    same = timeline.document_of[following] == timeline.document_of[no_effect[inside]]
    return following[same]


def _drift(timeline: Timeline, documents: np.ndarray) -> list[_Line]:
    there = documents[timeline.exists[documents]]
    last = np.searchsorted(timeline.document_of, there, side="right") - 1
    found: list[_Line] = []
    for field, track in timeline.tracks.items():
        count = int((track.codes[last] != track.today[there]).sum())
        if count:
            found.append(("drift", field, None, count, len(there)))
    return found


def _marks(timeline: Timeline, rows: np.ndarray) -> list[_Line]:
    found: list[_Line] = []
    for field, track in timeline.tracks.items():
        held = rows[(track.texts != "").to_numpy()[track.codes[rows]] | (track.marks[rows] > 1)]
        counts = np.bincount(track.marks[held], minlength=len(MARKS))
        for mark, count in zip(MARKS, counts.tolist(), strict=True):
            if count:
                found.append(("values", field, mark, count, len(held)))
    return found


def _patches(patches: pl.DataFrame) -> list[_Line]:
    written = patches.filter(pl.col("patch_id").str.contains("^[0-9a-f]{24}$")).select(
        apart=(pl.col("date") - made(pl.col("patch_id"))).abs()
    )["apart"]
    total = len(patches)
    found: list[_Line] = [
        ("patches", None, "date and id a minute apart", int((written > _SAME_MOMENT).sum()), total),
        ("patches", None, "date and id a day apart", int((written > _READ_WIDER).sum()), total),
    ]
    defects = patches["defect"].drop_nulls().value_counts().sort("defect")
    found += [("patches", None, defect, count, total) for defect, count in defects.iter_rows()]
    return found
