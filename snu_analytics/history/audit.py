"""How sound the histories of a month are: counts and rates per field, of no person."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from snu_analytics.history.creations import INFERRED_CREATION
from snu_analytics.history.provenance import INFERRED, MARKS, Break, Outcome
from snu_analytics.history.rebuild import Timeline
from snu_analytics.source import object_id_time

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
    """The measures (AUDIT_SCHEMA) of the documents changed or created in [start, end).

    `patches` are the heads of the patches of that time, the defective ones among them.
    """
    heads = timeline.heads
    within = heads.select(((pl.col("date") >= start) & (pl.col("date") < end)).alias("in"))["in"]
    rows = np.flatnonzero(timeline.patch_of >= 0)[within.to_numpy()]
    inferred = heads["patch_id"].str.starts_with(INFERRED_CREATION).to_numpy()
    inferred_rows = rows[inferred[timeline.patch_of[rows]]]
    documents = np.unique(timeline.document_of[rows])
    lines = [
        *_documents(timeline, rows, documents),
        *_creations(timeline, rows, inferred_rows),
        *_breaks(timeline, rows, len(rows) - len(inferred_rows)),
        *_drift(timeline, documents),
        *_marks(timeline, rows),
        *_patches(patches),
    ]
    return pl.DataFrame(lines, AUDIT_SCHEMA, orient="row")


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


def _creations(timeline: Timeline, rows: np.ndarray, inferred_rows: np.ndarray) -> list[_Line]:
    created = np.intersect1d(timeline.creation, rows)
    inferred = len(np.intersect1d(created, inferred_rows))
    return [
        ("creations", None, "recorded", len(created) - inferred, len(created)),
        ("creations", None, "inferred", inferred, len(created)),
    ]


def _breaks(timeline: Timeline, rows: np.ndarray, patches: int) -> Iterator[_Line]:
    for field, track in timeline.tracks.items():
        within = np.isin(track.rows, rows)
        no_effect = within & (track.outcomes == Outcome.NO_EFFECT)
        untrusted = within & np.isin(track.breaks, (Break.UNTRUSTED, Break.UNTRUSTED_ELEMENT))
        unrecorded = within & np.isin(track.breaks, (Break.UNRECORDED, Break.ELEMENT))
        # It is the next original that shows an operation without effect: one break of the month,
        # not two.
        before_within = np.append(False, within)[: len(within)]
        unrecorded |= within & (track.breaks == Break.AFTER_NO_EFFECT) & ~before_within
        for cause, count in (
            ("never saved, or written over unseen", int(no_effect.sum())),
            ("originals of another document", int(untrusted.sum())),
            ("change without a patch", int(unrecorded.sum())),
        ):
            if count:
                yield "breaks", field, cause, count, patches


def _drift(timeline: Timeline, documents: np.ndarray) -> Iterator[_Line]:
    present = documents[timeline.exists[documents]]
    last = np.searchsorted(timeline.document_of, present, side="right") - 1
    for field, track in timeline.tracks.items():
        count = int((track.codes[last] != track.today[present]).sum())
        if count:
            yield "drift", field, None, count, len(present)


def _marks(timeline: Timeline, rows: np.ndarray) -> Iterator[_Line]:
    for field, track in timeline.tracks.items():
        present = (track.texts != "").to_numpy()[track.codes[rows]]
        held = rows[present | (track.marks[rows] > INFERRED)]
        counts = np.bincount(track.marks[held], minlength=len(MARKS))
        for mark, count in zip(MARKS, counts.tolist(), strict=True):
            if count:
                yield "values", field, mark, count, len(held)


def _patches(patches: pl.DataFrame) -> Iterator[_Line]:
    written = patches.filter(pl.col("patch_id").str.contains("^[0-9a-f]{24}$")).select(
        apart=(pl.col("date") - object_id_time(pl.col("patch_id"))).abs()
    )["apart"]
    for cause, limit in (
        ("date and id a minute apart", _SAME_MOMENT),
        ("date and id a day apart", _READ_WIDER),
    ):
        yield "patches", None, cause, int((written > limit).sum()), len(patches)
    defects = patches["defect"].drop_nulls().value_counts().sort("defect")
    for defect, count in defects.iter_rows():
        yield "patches", None, defect, count, len(patches)
