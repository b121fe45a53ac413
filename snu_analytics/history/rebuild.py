"""The rule: a base row per document, then the carried values, patch by patch.

A field's base is the `originalValue` of the first operation that touches it (absent when that is an
`add`), else the current document's value. Replaying backwards from the current document instead was
measured at 35 % wrong states on damaged histories, against 3 % for this rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.history.canonical import Canonicaliser
from snu_analytics.history.nested import whole_field_ops
from snu_analytics.source.contract import Histories


@dataclass(frozen=True)
class Track:
    """One field over all rows of a timeline: codes into the distinct canonical texts."""

    texts: pl.Series
    codes: np.ndarray
    conflicts: np.ndarray

    def at(self, rows: np.ndarray) -> pl.Series:
        """The field's text on the given rows."""
        return self.texts.gather(self.codes[rows])


@dataclass(frozen=True)
class Timeline:
    """The states of documents: for each one a base row, then a row per patch, in time order.

    `heads` holds the sound patches in row order; `patch_of` gives a row's patch, -1 on base rows;
    `document_of` gives the row's position in `refs`. `creation` marks the patches that gave birth
    to their document, `unchanged` counts operations whose value was there already.
    """

    refs: pl.Series
    heads: pl.DataFrame
    document_of: np.ndarray
    patch_of: np.ndarray
    creation: np.ndarray
    tracks: dict[str, Track]
    unchanged: int

    def conflicts(self, rows: np.ndarray) -> pl.Series:
        """The fields in conflict on each of the rows, as a list of names."""
        found = np.zeros(len(self.patch_of), dtype=bool)
        for track in self.tracks.values():
            found[track.conflicts] = True
        hit = found[rows]
        names: list[list[str]] = [[] for _ in range(int(hit.sum()))]
        place = dict(zip(rows[hit].tolist(), names, strict=True))
        for field, track in self.tracks.items():
            for row in track.conflicts.tolist():
                if row in place:
                    place[row].append(field)
        told = pl.DataFrame(
            {"at": np.flatnonzero(hit), "conflicts": names},
            {"at": pl.UInt32, "conflicts": pl.List(pl.String)},
        )
        frame = pl.DataFrame({"at": pl.arange(len(rows), dtype=pl.UInt32, eager=True)})
        return frame.join(told, on="at", how="left", maintain_order="left")["conflicts"]


def rebuild(
    histories: Histories,
    entity: Entity,
    canonicaliser: Canonicaliser,
    fields: Sequence[str] | None = None,
) -> Timeline:
    """The timeline of all documents of `histories`, over `fields` or all the entity's.

    Defective patches are left out.
    """
    fields = list(entity.fields if fields is None else fields)
    sound = histories.patches.heads.filter(pl.col("defect").is_null())
    refs = pl.concat([sound["ref"], histories.documents["ref"]]).unique().sort().rename("ref")
    numbers = pl.DataFrame({"ref": refs}).with_row_index("document")
    heads = sound.join(numbers, on="ref", how="left", maintain_order="left")
    document = heads["document"].to_numpy()
    first_patch = np.searchsorted(document, np.arange(len(refs)))
    base_rows = first_patch + np.arange(len(refs))
    patch_rows = np.arange(len(heads)) + document + 1
    total = len(refs) + len(heads)

    patch_of = np.full(total, -1, dtype=np.int64)
    patch_of[patch_rows] = np.arange(len(heads))
    document_of = np.repeat(np.arange(len(refs)), np.diff(np.append(base_rows, total)))

    rows = pl.DataFrame({"patch": heads["patch"], "row": patch_rows, "ref": heads["ref"]})
    told = histories.patches.ops.filter(pl.col("field").is_in(fields)).join(
        rows, on="patch", how="inner", maintain_order="left"
    )
    creation = _creation_rows(told, entity.creation.field, base_rows)
    ops = whole_field_ops(told, histories.documents).join(
        rows, on="patch", how="inner", maintain_order="left"
    )
    documents = pl.DataFrame({"ref": refs}).join(
        histories.documents, on="ref", how="left", maintain_order="left"
    )
    by_field = ops.partition_by("field", as_dict=True, maintain_order=True)
    nothing = ops.clear()
    tracks, unchanged = {}, 0
    for field in fields:
        track, idle = _track(
            field,
            by_field.get((field,), nothing),
            documents[field].fill_null(""),
            base_rows,
            document_of,
            canonicaliser,
        )
        tracks[field] = track
        unchanged += idle
    return Timeline(refs, heads, document_of, patch_of, creation, tracks, unchanged)


def _creation_rows(ops: pl.DataFrame, field: str, base_rows: np.ndarray) -> np.ndarray:
    """Rows of the patches that are their document's first and add the field from nothing."""
    born = ops.filter(
        (pl.col("field") == field)
        & (pl.col("sub") == "")
        & (pl.col("op") == "add")
        & pl.col("original").is_null()
    )
    rows = born["row"].to_numpy()
    return np.intersect1d(rows, base_rows + 1)


def _track(
    field: str,
    ops: pl.DataFrame,
    current: pl.Series,
    base_rows: np.ndarray,
    document_of: np.ndarray,
    canonicaliser: Canonicaliser,
) -> tuple[Track, int]:
    """One field carried forward over all rows, and the count of operations that changed nothing."""
    ops = ops.with_columns(
        value=canonicaliser.series(field, ops["value"]),
        original=canonicaliser.series(field, ops["original"]),
    ).with_columns(
        original=pl.when(pl.col("original").is_null() & (pl.col("op") == "add"))
        .then(pl.lit(""))
        .otherwise("original")
    )
    # Two operations of one patch on one field: the last value stands, the first original is told.
    ops = ops.group_by("row", maintain_order=True).agg(
        pl.col("value").last(), pl.col("original").first(), pl.col("conflict").any()
    )
    current = canonicaliser.series(field, current)

    everything = pl.concat([ops["value"], ops["original"].fill_null(""), current])
    texts = everything.unique(maintain_order=True)
    codes = everything.cast(pl.Enum(texts)).to_physical().to_numpy()
    values, originals, base = np.split(codes, [len(ops), 2 * len(ops)])
    rows = ops["row"].to_numpy()
    told = ops["original"].is_not_null().to_numpy()

    documents = document_of[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = documents[1:] != documents[:-1]
    base = base.copy()
    # Where the first operation tells no original the field was not there: "" is what fills it.
    base[documents[first]] = originals[first]

    set_rows = np.concatenate([base_rows, rows])
    order = np.argsort(set_rows, kind="stable")
    carried = np.concatenate([base, values])[order]
    column = np.repeat(carried, np.diff(np.append(set_rows[order], len(document_of))))

    before = column[rows - 1]
    contradicted = (told & (originals != before)) | ops["conflict"].to_numpy()
    return Track(texts, column, rows[contradicted]), int((values == before).sum())
