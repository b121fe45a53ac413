"""One field carried forward: a base value per document, then the value after each patch."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from snu_analytics.history.canonical import Canonicaliser
from snu_analytics.history.provenance import Break, FieldOperations, Layout, Outcome, judged


@dataclass(frozen=True)
class Track:
    """One field over all rows of a timeline: codes into the distinct canonical texts.

    Per row `codes` and `marks` (what the value rests on, see provenance); per document `today`, the
    code of its present value. Per operation, at most one a row: its row in `rows`, the code of its
    original in `originals` (that of "" where it has none), why the original is not the value
    carried (`breaks`, see Break) and whether the change is there afterwards (`outcomes`, see
    Outcome).
    """

    texts: pl.Series
    codes: np.ndarray
    marks: np.ndarray
    today: np.ndarray
    rows: np.ndarray
    originals: np.ndarray
    breaks: np.ndarray
    outcomes: np.ndarray

    @property
    def broken(self) -> np.ndarray:
        """The rows whose original contradicts the carried value."""
        return self.rows[self.breaks >= Break.UNRECORDED]

    @property
    def conflicts(self) -> np.ndarray:
        """The rows whose change of the field cannot be trusted."""
        no_effect = self.outcomes == Outcome.NO_EFFECT
        return self.rows[no_effect | (self.breaks >= Break.UNRECORDED)]

    def at(self, rows: np.ndarray) -> pl.Series:
        """The field's text on the given rows."""
        return self.texts.gather(self.codes[rows])


def track_of(
    field: str,
    ops: pl.DataFrame,
    today: pl.Series,
    layout: Layout,
    canonicaliser: Canonicaliser,
    untrusted: np.ndarray,
) -> Track:
    """The track of a field.

    `ops` are its operations (WHOLE_SCHEMA and `row`) in row order, `today` the texts of the
    documents, `untrusted` the rows of patches whose originals are not their document's.
    """
    ops = ops.with_columns(
        value=canonicaliser.series(field, ops["value"]),
        original=canonicaliser.series(field, ops["original"]),
    ).with_columns(
        original=pl.when(pl.col("original").is_null() & (pl.col("op") == "add"))
        .then(pl.lit(""))
        .otherwise("original")
    )
    # Of two operations of one patch on one field the last value and the first original count.
    ops = ops.group_by("row", maintain_order=True).agg(
        pl.col("value").last(),
        pl.col("original").first(),
        pl.col("conflict", "derived").any(),
    )
    today = canonicaliser.series(field, today)

    everything = pl.concat([ops["value"], ops["original"].fill_null(""), today, pl.Series([""])])
    texts = everything.unique(maintain_order=True)
    codes = everything.cast(pl.Enum(texts)).to_physical().to_numpy()
    # A byte for most fields: a timeline holds each of them for every row.
    codes = codes.astype(np.min_scalar_type(len(texts)))
    values, originals, today_codes, nothing = np.split(
        codes, np.cumsum([len(ops), len(ops), len(today)])
    )
    rows = ops["row"].to_numpy()
    judgement = judged(
        layout,
        FieldOperations(
            rows=rows,
            values=values,
            originals=originals,
            has_original=ops["original"].is_not_null().to_numpy(),
            derived=ops["derived"].to_numpy(),
            element_conflict=ops["conflict"].to_numpy(),
            untrusted=np.isin(rows, untrusted),
            today=today_codes,
            nothing=int(nothing[0]),
        ),
    )
    return Track(
        texts=texts,
        codes=judgement.codes,
        marks=judgement.marks,
        today=today_codes,
        rows=rows,
        originals=originals,
        breaks=judgement.breaks,
        outcomes=judgement.outcomes,
    )
