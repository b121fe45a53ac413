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
from snu_analytics.history.creations import BIRTH, creations, inferred_creations
from snu_analytics.history.nested import whole_field_ops
from snu_analytics.history.provenance import Evidence, Layout, doubts, judged
from snu_analytics.source import Histories

# An updateMany pairs documents with the originals of others: most originals of its patch are then
# false, while an unrecorded write before a patch makes one or two of them look so.
_FALSE_ORIGINALS = 2
_FALSE_SHARE = 0.5


@dataclass(frozen=True)
class Track:
    """One field over all rows of a timeline: codes into the distinct canonical texts.

    `today` holds the code of each document's present value. `broken` are the rows whose original
    is not the carried value, `undone` those of which the next original, or the document, tells the
    value from before; `marks` tell per row what the value rests on (see provenance).
    """

    texts: pl.Series
    codes: np.ndarray
    today: np.ndarray
    broken: np.ndarray
    no_effect: np.ndarray
    marks: np.ndarray

    @property
    def conflicts(self) -> np.ndarray:
        """The rows whose change of the field cannot be trusted."""
        return np.union1d(self.broken, self.no_effect)

    def at(self, rows: np.ndarray) -> pl.Series:
        """The field's text on the given rows."""
        return self.texts.gather(self.codes[rows])


@dataclass(frozen=True)
class Timeline:
    """The states of documents: for each one a base row, then a row per patch, in time order.

    `heads` holds the sound patches in row order, with a birth (`patch_id` beginning with BIRTH) at
    the date of creation of every document that no patch created; `patch_of` gives a row's patch,
    -1 on base rows; `document_of` gives the row's position in `refs`, of which `exists` tells
    whether there is a document today. `creation` are the rows of births and creation patches,
    `false` those of patches whose originals are another document's or a default; `unchanged` counts
    operations whose value was there already.
    """

    refs: pl.Series
    exists: np.ndarray
    heads: pl.DataFrame
    document_of: np.ndarray
    patch_of: np.ndarray
    creation: np.ndarray
    false: np.ndarray
    tracks: dict[str, Track]
    unchanged: int

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
        found = pl.DataFrame(fields, {"row": pl.Int64, "conflicts": pl.String}, orient="row")
        asked = pl.DataFrame({"row": rows}, {"row": pl.Int64})
        told = found.group_by("row", maintain_order=True).agg("conflicts")
        return asked.join(told, on="row", how="left", maintain_order="left")["conflicts"]


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
    told = histories.patches.ops.join(
        sound.select("patch", "ref"), on="patch", how="inner", maintain_order="left"
    )
    known = inferred_creations(sound, documents, entity.creation, canonicaliser)
    created = creations(sound, told, entity.creation, canonicaliser, known)
    unborn = known.join(created.filter("genuine"), on="ref", how="anti")
    heads = _with_births(sound, unborn, len(histories.patches.heads))
    refs = pl.concat([heads["ref"], documents["ref"]]).unique().sort().rename("ref")
    purged = _purged(documents, entity, canonicaliser)
    layout, rows = _laid_out(heads, refs, documents["ref"], purged, created)

    ops = whole_field_ops(told.filter(pl.col("field").is_in(fields)), documents)
    ops = ops.join(rows.select("patch", "row"), on="patch", how="inner", maintain_order="left")
    by_field = ops.partition_by("field", as_dict=True, maintain_order=True)
    today = pl.DataFrame({"ref": refs}).join(documents, on="ref", how="left", maintain_order="left")

    def track(field: str, untold: np.ndarray) -> tuple[Track, int]:
        told = by_field.get((field,), ops.clear())
        return _track(field, told, today[field].fill_null(""), layout, canonicaliser, untold)

    untold = rows.filter(~pl.col("genuine"))["row"].to_numpy()
    found = {field: track(field, untold) for field in fields}
    false = _false_rows([one for one, _ in found.values()], by_field, len(layout.document_of))
    untold = np.union1d(untold, false)
    for (field,), told in by_field.items():
        if np.isin(told["row"].to_numpy(), false).any():
            found[field] = track(field, untold)
    patch_of = np.full(len(layout.document_of), -1, dtype=np.int64)
    patch_of[rows["row"].to_numpy()] = np.arange(len(heads))
    creation = rows.filter(pl.col("genuine") | pl.col("birth"))["row"].to_numpy()
    return Timeline(
        refs,
        layout.exists,
        heads,
        layout.document_of,
        patch_of,
        creation,
        untold,
        {field: one for field, (one, _) in found.items()},
        sum(idle for _, idle in found.values()),
    )


def _laid_out(
    heads: pl.DataFrame,
    refs: pl.Series,
    present: pl.Series,
    purged: pl.Series,
    created: pl.DataFrame,
) -> tuple[Layout, pl.DataFrame]:
    """The rows of the timeline: a base row per document, then its patches.

    The frame has a line per patch in row order: `patch`, `row`, `birth`, and `genuine` where it
    tells of a creation.
    """
    numbers = pl.DataFrame({"ref": refs}).with_row_index("document")
    heads = heads.join(numbers, on="ref", how="left", maintain_order="left")
    document = heads["document"].to_numpy()
    base_rows = np.searchsorted(document, np.arange(len(refs))) + np.arange(len(refs))
    patch_rows = np.arange(len(heads)) + document + 1
    total = len(refs) + len(heads)
    rows = heads.select(
        "patch", pl.Series("row", patch_rows), birth=pl.col("patch_id").str.starts_with(BIRTH)
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


def _with_births(sound: pl.DataFrame, unborn: pl.DataFrame, number: int) -> pl.DataFrame:
    """The patches and a birth per document, numbered from `number` on, in (ref, date, id) order."""
    unborn = unborn.filter(pl.col("born").is_not_null())
    if unborn.is_empty():
        return sound
    made = unborn.with_row_index("patch", number).select(
        "patch",
        pl.concat_str(pl.lit(BIRTH), "ref").alias("patch_id"),
        "ref",
        pl.col("born").alias("date"),
        pl.lit(None, pl.String).alias("role"),
        pl.lit(None, pl.String).alias("defect"),
    )
    return pl.concat([sound, made]).sort("ref", "date", "patch_id")


def _false_rows(tracks: list[Track], by_field: dict[tuple, pl.DataFrame], total: int) -> np.ndarray:
    """The rows of patches whose originals are those of another document."""
    contradicted = np.zeros(total, dtype=np.int64)
    for one in tracks:
        contradicted[one.broken] += 1
    rows = np.flatnonzero(contradicted >= _FALSE_ORIGINALS)
    if not len(rows):
        return rows
    operations = np.zeros(total, dtype=np.int64)
    for told in by_field.values():
        operations[told["row"].unique().to_numpy()] += 1
    return rows[contradicted[rows] >= _FALSE_SHARE * operations[rows]]


def _track(
    field: str,
    ops: pl.DataFrame,
    current: pl.Series,
    layout: Layout,
    canonicaliser: Canonicaliser,
    untold: np.ndarray,
) -> tuple[Track, int]:
    """One field carried forward over all rows, and the count of operations that changed nothing.

    `untold` are the rows of patches whose originals tell nothing: where such a patch is the first
    of a field, the value it replaced is taken to be the value it tells.
    """
    if not len(layout.document_of):
        nothing = np.empty(0, dtype=np.int64)
        return Track(pl.Series([""]), nothing, nothing, nothing, nothing, nothing), 0
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
        pl.col("value").last(),
        pl.col("original").first(),
        pl.col("conflict", "derived").any(),
    )
    current = canonicaliser.series(field, current)

    everything = pl.concat([ops["value"], ops["original"].fill_null(""), current, pl.Series([""])])
    texts = everything.unique(maintain_order=True)
    codes = everything.cast(pl.Enum(texts)).to_physical().to_numpy()
    # A byte for most fields: a timeline holds each of them for every row.
    codes = codes.astype(np.min_scalar_type(len(texts)))
    values, originals, today, nothing = np.split(
        codes, np.cumsum([len(ops), len(ops), len(current)])
    )
    rows = ops["row"].to_numpy()
    documents = layout.document_of[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = documents[1:] != documents[:-1]
    base = today.copy()
    # Where the first operation tells no original the field was not there: "" is what fills it.
    base[documents[first]] = originals[first]
    assumed = first & np.isin(rows, untold)
    base[documents[assumed]] = values[assumed]

    column = layout.filled(base, rows, values)
    before = column[rows - 1]
    judgement = judged(
        layout,
        Evidence(
            rows=rows,
            documents=documents,
            first=first,
            values=values,
            before=before,
            originals=originals,
            told=ops["original"].is_not_null().to_numpy() & ~assumed,
            derived=ops["derived"].to_numpy(),
            element_conflict=ops["conflict"].to_numpy(),
            base=base,
            current=today,
            nothing=int(nothing[0]),
            assumed=documents[assumed],
        ),
    )
    track = Track(
        texts=texts,
        codes=column,
        today=today,
        broken=rows[judgement.contradicted],
        no_effect=rows[judgement.no_effect],
        marks=judgement.marks,
    )
    return track, int((values == before).sum())
