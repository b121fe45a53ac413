"""How far each value of a state can be trusted, judged from what comes before and after it.

A later original, or today's document, confirms a value or contradicts it. Two contradictions say
more: when it tells the value from before an operation, that operation never reached the document
(a failed save) or was written over by somebody who had not seen it; both are marked.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

# What a value rests on: a patch; today's document; contradicting patches; nothing at all.
RECORDED, INFERRED, CONFLICT, UNKNOWN = range(4)
MARKS = ("recorded", "inferred", "conflict", "unknown")

# A save that failed and was tried again leaves its patch twice within seconds. The change happened,
# with which of the two is not known.
_REPEATED_WITHIN = 60_000  # ms


@dataclass(frozen=True)
class Layout:
    """Where the rows of a timeline lie.

    `base_rows` (row per document), `document_of` (document per row), `exists` (whether there is a
    document today), `purged` (whether its history was cut down to some fields), `creation_of` (row
    of its creation patch, -1 for none), `instants` (ms per row).
    """

    base_rows: np.ndarray
    document_of: np.ndarray
    exists: np.ndarray
    purged: np.ndarray
    creation_of: np.ndarray
    instants: np.ndarray

    def filled(self, base: np.ndarray, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Per row: the document's base value, then from each of `rows` on the value given."""
        starts = np.concatenate([self.base_rows, rows])
        order = np.argsort(starts, kind="stable")
        lengths = np.diff(np.append(starts[order], len(self.document_of)))
        return np.repeat(np.concatenate([base, values])[order], lengths)


@dataclass(frozen=True)
class Evidence:
    """One field's operations in row order, as codes of equal texts.

    `rows`, `documents`, `first` (of its document), `values`, `before` (carried), `originals` where
    `told`, `derived` (rests on today's document), `torn` (an element contradicts); `base` and
    `current` per document, `nothing` the code of absence.
    """

    rows: np.ndarray
    documents: np.ndarray
    first: np.ndarray
    values: np.ndarray
    before: np.ndarray
    originals: np.ndarray
    told: np.ndarray
    derived: np.ndarray
    element_conflict: np.ndarray
    base: np.ndarray
    current: np.ndarray
    nothing: int
    assumed: np.ndarray  # documents whose base is the value of a patch that tells no original


@dataclass(frozen=True)
class Judgement:
    """Per operation: `contradicted`, its original is not the carried value; `undone`, it never
    reached the document or was written over unseen. `marks` per row of the timeline.
    """

    contradicted: np.ndarray
    no_effect: np.ndarray
    marks: np.ndarray


def judged(layout: Layout, found: Evidence) -> Judgement:
    """What the operations of one field say of each other and of the values between them."""
    rows, documents = found.rows, found.documents
    last = np.append(found.first[1:], True)[: len(rows)]
    instants = layout.instants[rows]
    contradicted = (found.told & (found.originals != found.before)) | found.element_conflict

    following = np.append(np.arange(1, len(rows)), 0)[: len(rows)]
    repeated = (
        ~last
        & (found.values[following] == found.values)
        & (found.originals[following] == found.before)
        & (instants[following] - instants <= _REPEATED_WITHIN)
    )
    contradicted[following[repeated]] = False
    next_value = np.where(last, found.current[documents], found.originals[following])
    denied = np.where(
        last,
        layout.exists[documents] & (next_value != found.values),
        contradicted[following],
    )
    no_effect = denied & (next_value == found.before) & (found.values != found.before)
    no_effect &= layout.creation_of[documents] != rows

    told = np.where(found.derived, INFERRED, RECORDED)
    at = np.where(no_effect | repeated, CONFLICT, told).astype("u1")
    after = np.where(denied, CONFLICT, told).astype("u1")
    marks = layout.filled(_base_marks(layout, found), rows, after)
    marks[rows] = at
    return Judgement(contradicted, no_effect, marks)


def _base_marks(layout: Layout, found: Evidence) -> np.ndarray:
    created = layout.creation_of >= 0
    never_there = np.where((created | layout.exists) & ~layout.purged, RECORDED, UNKNOWN)
    untouched = np.where(found.current == found.nothing, never_there, INFERRED).astype("u1")
    firsts, documents = found.rows[found.first], found.documents[found.first]
    # Something that the creation did not tell, and no patch since.
    appeared = created[documents] & (firsts > layout.creation_of[documents])
    appeared &= found.base[documents] != found.nothing
    untouched[documents] = np.where(appeared | found.derived[found.first], INFERRED, RECORDED)
    untouched[found.assumed] = INFERRED
    return untouched


def doubts(marks: dict[str, np.ndarray], absent: dict[str, np.ndarray]) -> pl.Series:
    """JSON members (`"status":"conflict"`) of the fields not recorded; "" where all are.

    `marks` and `absent` hold a value per row for each field. A value that is inferred to be absent
    is not in the state and not told.
    """
    parts = []
    for field, mark in marks.items():
        told = np.where((mark == INFERRED) & absent[field], RECORDED, mark)
        if told.any():
            texts = ["", *(f',"{field}":"{name}"' for name in MARKS[1:])]
            parts.append(pl.Series(texts).gather(told))
    rows = len(next(iter(marks.values())))
    if not parts:
        return pl.repeat("", rows, eager=True, dtype=pl.String)
    return pl.select(pl.concat_str(parts).str.strip_prefix(",")).to_series()
