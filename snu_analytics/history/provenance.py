"""How far each value of a state can be trusted, judged from what comes before and after it.

A later original, or today's document, confirms a value or contradicts it. Audits and
explanations read everything on contradictions from the two codes given here.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl

# What a value rests on: a patch; today's document; contradicting patches; nothing at all.
RECORDED, INFERRED, CONFLICT, UNKNOWN = range(4)
MARKS = ("recorded", "inferred", "conflict", "unknown")

# A save that failed and was tried again leaves its patch twice within seconds. The change happened,
# with which of the two is not known.
_REPEATED_WITHIN = 60_000  # ms


class Break(IntEnum):
    """Why the original of an operation is not the value carried to it; from UNRECORDED on the two
    contradict each other.
    """

    NONE = 0  # it is that value, or the operation has no original
    IGNORED = 1  # the patch's originals are untrusted, and the value carried was taken from it
    REPEATED = 2  # the patch before made the same change a moment earlier
    UNRECORDED = 3  # the field changed in between without a patch
    AFTER_NO_EFFECT = 4  # the operation before never took effect
    UNTRUSTED = 5  # the patch's originals are another document's, or made up
    ELEMENT = 6  # only the original of an array's element differs
    UNTRUSTED_ELEMENT = 7  # the same, in a patch whose originals are untrusted


class Outcome(IntEnum):
    """Whether the change that an operation describes is there afterwards."""

    TOOK_EFFECT = 0  # as far as anything shows
    NO_EFFECT = 1  # the next original, or today's document, still has the value from before
    REPEATED = 2  # the next patch makes it again at once; it happened with one of the two


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
class FieldOperations:
    """One field's operations in row order, at most one a row, with codes for equal texts.

    `originals` hold `nothing`, the code of absence, where there is none (`has_original`). `derived`
    rests on today's document, of `element_conflict` an element's original contradicts, `untrusted`
    are those of patches whose originals are not their document's. `today` is per document.
    """

    rows: np.ndarray
    values: np.ndarray
    originals: np.ndarray
    has_original: np.ndarray
    derived: np.ndarray
    element_conflict: np.ndarray
    untrusted: np.ndarray
    today: np.ndarray
    nothing: int


@dataclass(frozen=True)
class Judgement:
    """Per row of the timeline the field's `codes` and `marks` (positions in MARKS); per operation
    `breaks` (see Break) and `outcomes` (see Outcome).
    """

    codes: np.ndarray
    marks: np.ndarray
    breaks: np.ndarray
    outcomes: np.ndarray


def judged(layout: Layout, ops: FieldOperations) -> Judgement:
    """The values of one field carried over all rows, and which operations contradict each other."""
    rows, values, originals = ops.rows, ops.values, ops.originals
    documents = layout.document_of[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = documents[1:] != documents[:-1]
    # The base is the first original: "", where it has none, for the field was not there. Of an
    # untrusted one nothing is taken: what was there is taken to be the value that follows.
    assumed = first & ops.untrusted
    base = ops.today.copy()
    base[documents[first]] = np.where(ops.untrusted, values, originals)[first]
    codes = layout.filled(base, rows, values)
    before = codes[rows - 1]

    last = np.append(first[1:], True)[: len(rows)]
    following = np.append(np.arange(1, len(rows)), 0)[: len(rows)]
    instants = layout.instants[rows]
    differs = ops.has_original & (originals != before)
    contradicted = (differs & ~assumed) | ops.element_conflict
    repeated = (
        ~last
        & (values[following] == values)
        & (originals[following] == before)
        & (instants[following] - instants <= _REPEATED_WITHIN)
    )
    contradicted[following[repeated]] = False
    next_value = np.where(last, ops.today[documents], originals[following])
    denied = np.where(
        last, layout.exists[documents] & (next_value != values), contradicted[following]
    )
    no_effect = denied & (next_value == before) & (values != before)
    no_effect &= layout.creation_of[documents] != rows

    rests_on = np.where(ops.derived, INFERRED, RECORDED)
    after = np.where(denied, CONFLICT, rests_on).astype("u1")
    marks = layout.filled(_base_marks(layout, ops, first, base, documents[assumed]), rows, after)
    marks[rows] = np.where(no_effect | repeated, CONFLICT, rests_on)
    after_no_effect = np.append(False, no_effect)[: len(rows)] & ~first
    outcomes = np.where(repeated, Outcome.REPEATED, Outcome.TOOK_EFFECT)
    return Judgement(
        codes,
        marks,
        _breaks(contradicted, differs, ops.untrusted, after_no_effect),
        np.where(no_effect, Outcome.NO_EFFECT, outcomes).astype("u1"),
    )


def _breaks(
    contradicted: np.ndarray,
    differs: np.ndarray,
    untrusted: np.ndarray,
    after_no_effect: np.ndarray,
) -> np.ndarray:
    cause = np.where(after_no_effect, Break.AFTER_NO_EFFECT, Break.UNRECORDED)
    cause = np.where(untrusted, Break.UNTRUSTED, cause)
    element = np.where(untrusted, Break.UNTRUSTED_ELEMENT, Break.ELEMENT)
    settled = np.where(untrusted, Break.IGNORED, Break.REPEATED)
    return np.where(
        contradicted,
        np.where(differs, cause, element),
        np.where(differs, settled, Break.NONE),
    ).astype("u1")


def _base_marks(
    layout: Layout,
    ops: FieldOperations,
    first: np.ndarray,
    base: np.ndarray,
    assumed: np.ndarray,
) -> np.ndarray:
    """What the base value of each document rests on; `assumed` are documents."""
    created = layout.creation_of >= 0
    never_there = np.where((created | layout.exists) & ~layout.purged, RECORDED, UNKNOWN)
    marks = np.where(ops.today == ops.nothing, never_there, INFERRED).astype("u1")
    documents = layout.document_of[ops.rows[first]]
    # Something that the creation did not hold, and no patch since.
    appeared = created[documents] & (ops.rows[first] > layout.creation_of[documents])
    appeared &= base[documents] != ops.nothing
    marks[documents] = np.where(appeared | ops.derived[first], INFERRED, RECORDED)
    marks[assumed] = INFERRED
    return marks


def doubts(marks: dict[str, np.ndarray], absent: dict[str, np.ndarray]) -> pl.Series:
    """JSON members (`"status":"conflict"`) of the fields not recorded; "" where all are.

    `marks` and `absent` hold a value per row for each field. A value that is inferred to be absent
    is not in the state and has no member.
    """
    parts = []
    for field, mark in marks.items():
        shown = np.where((mark == INFERRED) & absent[field], RECORDED, mark)
        if shown.any():
            texts = ["", *(f',"{field}":"{name}"' for name in MARKS[1:])]
            parts.append(pl.Series(texts).gather(shown))
    rows = len(next(iter(marks.values())))
    if not parts:
        return pl.repeat("", rows, eager=True, dtype=pl.String)
    return pl.select(pl.concat_str(parts).str.strip_prefix(",")).to_series()
