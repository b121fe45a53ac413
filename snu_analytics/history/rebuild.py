"""The rule: a base row per document, then the carried values, patch by patch.

A field's base is the `originalValue` of the first operation that touches it (absent when that is an
`add`), else the current document's value. Replaying backwards from the current document instead was
measured at 35 % wrong states on damaged histories, against 3 % for this rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.history.canonical import Canonicaliser
from snu_analytics.history.creations import INFERRED_CREATION, creation_dates, creations
from snu_analytics.history.nested import whole_field_ops
from snu_analytics.history.provenance import Layout, doubts
from snu_analytics.history.tracks import Track, track_of
from snu_analytics.source import Histories

# An updateMany pairs documents with the originals of others: most originals of its patch are then
# theirs, while an unrecorded write before a patch makes one or two of them look so.
_FEWEST_CONTRADICTED = 2
_CONTRADICTED_SHARE = 0.5


@dataclass(frozen=True)
class Timeline:
    """The states of documents: for each one a base row, then a row per patch, in time order.

    `heads` holds the sound patches in row order and, for every document that no patch created, an
    inferred creation (`patch_id` begins with INFERRED_CREATION) at its date of creation. `patch_of`
    is a row's position in `heads`, -1 on base rows; `document_of` its position in `refs`; `exists`
    is whether a document of `refs` is there today. `creation` are the rows of creations, recorded
    and inferred; `untrusted_originals` those of patches whose originals are another document's, or
    defaults of a model.
    """

    refs: pl.Series
    exists: np.ndarray
    heads: pl.DataFrame
    document_of: np.ndarray
    patch_of: np.ndarray
    creation: np.ndarray
    untrusted_originals: np.ndarray
    tracks: dict[str, Track]

    def doubts(self, rows: np.ndarray) -> pl.Series:
        """For each of the rows, the fields that are not recorded, as JSON members."""
        return doubts(
            {field: track.marks[rows] for field, track in self.tracks.items()},
            {
                field: (track.texts == "").to_numpy()[track.codes[rows]]
                for field, track in self.tracks.items()
            },
        )

    def conflicts(self, rows: np.ndarray) -> pl.Series:
        """The fields in conflict on each of the rows, as a list of names; null for none."""
        fields = [(row, field) for field, track in self.tracks.items() for row in track.conflicts]
        by_row = (
            pl.DataFrame(fields, {"row": pl.Int64, "conflicts": pl.String}, orient="row")
            .group_by("row", maintain_order=True)
            .agg("conflicts")
        )
        frame = pl.DataFrame({"row": rows}, {"row": pl.Int64})
        return frame.join(by_row, on="row", how="left", maintain_order="left")["conflicts"]


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
    documents = histories.documents
    sound = histories.patches.heads.filter(pl.col("defect").is_null())
    ops = histories.patches.ops.join(
        sound.select("patch", "ref"), on="patch", how="inner", maintain_order="left"
    )
    dates = creation_dates(sound, documents, entity.creation, canonicaliser)
    created = creations(sound, ops, entity.creation, canonicaliser, dates)
    uncreated = dates.join(created.filter("genuine"), on="ref", how="anti")
    heads = _with_inferred_creations(sound, uncreated, len(histories.patches.heads))
    refs = pl.concat([heads["ref"], documents["ref"]]).unique().sort().rename("ref")
    purged = _purged(documents, entity, canonicaliser)
    layout, rows = _laid_out(heads, refs, documents["ref"], purged, created)

    whole = whole_field_ops(ops.filter(pl.col("field").is_in(fields)), documents)
    whole = whole.join(rows.select("patch", "row"), on="patch", how="inner", maintain_order="left")
    by_field = whole.partition_by("field", as_dict=True, maintain_order=True)
    today = pl.DataFrame({"ref": refs}).join(documents, on="ref", how="left", maintain_order="left")

    def track(field: str, untrusted: np.ndarray) -> Track:
        field_ops = by_field.get((field,), whole.clear())
        values = today[field].fill_null("")
        return track_of(field, field_ops, values, layout, canonicaliser, untrusted)

    untrusted = rows.filter(~pl.col("genuine"))["row"].to_numpy()
    tracks = {field: track(field, untrusted) for field in fields}
    of_others = _originals_of_others(tracks.values(), len(layout.document_of))
    untrusted = np.union1d(untrusted, of_others)
    concerned = [field for field in fields if np.isin(tracks[field].rows, of_others).any()]
    tracks |= {field: track(field, untrusted) for field in concerned}
    patch_of = np.full(len(layout.document_of), -1, dtype=np.int64)
    patch_of[rows["row"].to_numpy()] = np.arange(len(heads))
    return Timeline(
        refs=refs,
        exists=layout.exists,
        heads=heads,
        document_of=layout.document_of,
        patch_of=patch_of,
        creation=rows.filter(pl.col("genuine") | pl.col("inferred"))["row"].to_numpy(),
        untrusted_originals=untrusted,
        tracks=tracks,
    )


def _laid_out(
    heads: pl.DataFrame,
    refs: pl.Series,
    present: pl.Series,
    purged: pl.Series,
    created: pl.DataFrame,
) -> tuple[Layout, pl.DataFrame]:
    """The rows of the timeline: a base row per document, then its patches.

    The frame has a line per patch in row order: `patch`, `row`, whether it is an `inferred`
    creation, and `genuine` (see `creations`; null for other patches).
    """
    numbers = pl.DataFrame({"ref": refs}).with_row_index("document")
    heads = heads.join(numbers, on="ref", how="left", maintain_order="left")
    document = heads["document"].to_numpy()
    base_rows = np.searchsorted(document, np.arange(len(refs))) + np.arange(len(refs))
    patch_rows = np.arange(len(heads)) + document + 1
    total = len(refs) + len(heads)
    rows = heads.select(
        "patch",
        pl.Series("row", patch_rows),
        inferred=pl.col("patch_id").str.starts_with(INFERRED_CREATION),
    ).join(created.select("patch", "genuine"), on="patch", how="left", maintain_order="left")

    document_of = np.repeat(np.arange(len(refs)), np.diff(np.append(base_rows, total)))
    genuine = rows.filter("genuine")["row"].to_numpy()
    creation_of = np.full(len(refs), -1)
    creation_of[document_of[genuine]] = genuine
    instants = np.zeros(total, dtype=np.int64)
    instants[patch_rows] = heads["date"].to_physical().to_numpy()
    layout = Layout(
        base_rows=base_rows,
        document_of=document_of,
        exists=refs.is_in(present.implode()).to_numpy(),
        purged=refs.is_in(purged.implode()).to_numpy(),
        creation_of=creation_of,
        instants=instants,
    )
    return layout, rows


def _purged(documents: pl.DataFrame, entity: Entity, canonicaliser: Canonicaliser) -> pl.Series:
    """The refs of the documents whose history was cut down when they were deleted."""
    purge = entity.purge
    if purge is None or purge.field not in documents.columns:
        return documents["ref"].clear()
    texts = canonicaliser.series(purge.field, documents[purge.field])
    return documents["ref"].filter(texts == f'"{purge.value}"')


def _with_inferred_creations(
    sound: pl.DataFrame, uncreated: pl.DataFrame, number: int
) -> pl.DataFrame:
    """The patches and an inferred creation per uncreated document, in (ref, date, id) order.

    The `patch` of inferred creations is numbered from `number` on.
    """
    uncreated = uncreated.filter(pl.col("instant").is_not_null())
    if uncreated.is_empty():
        return sound
    inferred = uncreated.with_row_index("patch", number).select(
        "patch",
        pl.concat_str(pl.lit(INFERRED_CREATION), "ref").alias("patch_id"),
        "ref",
        pl.col("instant").alias("date"),
        pl.lit(None, pl.String).alias("role"),
        pl.lit(None, pl.String).alias("defect"),
    )
    return pl.concat([sound, inferred]).sort("ref", "date", "patch_id")


def _originals_of_others(tracks: Iterable[Track], total: int) -> np.ndarray:
    """The rows of patches whose originals are those of another document."""
    contradicted = np.zeros(total, dtype=np.int64)
    operations = np.zeros(total, dtype=np.int64)
    for track in tracks:
        contradicted[track.broken] += 1
        operations[track.rows] += 1
    rows = np.flatnonzero(contradicted >= _FEWEST_CONTRADICTED)
    return rows[contradicted[rows] >= _CONTRADICTED_SHARE * operations[rows]]
