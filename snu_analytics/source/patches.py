"""Decoded patches of any number of batches, and the frames of the contract made of them."""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from snu_analytics.source.contract import HEAD_SCHEMA, INSTANT, OP_SCHEMA, Patches

# `when` is the date, else the time of the `_id`, else null. The sub of a field that no catalogue
# knows is null: of its operations nothing else is held.
HEADS = pl.Schema({**HEAD_SCHEMA, "when": INSTANT})
OPS = pl.Schema(OP_SCHEMA)


class DecodedPatches(NamedTuple):
    """Patches in any order: `heads` (HEADS), and `ops` (OPS) in the order of each patch."""

    heads: pl.DataFrame
    ops: pl.DataFrame

    def numbered_from(self, first: int) -> "DecodedPatches":
        """The same patches, numbered from `first` on where they were from 0."""
        patch = pl.col("patch") + pl.lit(first, pl.UInt32)
        return DecodedPatches(self.heads.with_columns(patch), self.ops.with_columns(patch))

    def in_order(self) -> Patches:
        """The frames of the contract: in (ref, date, patch_id) order; null comes last."""
        heads = self.heads.sort("ref", "date", "patch_id", nulls_last=True, maintain_order=True)
        heads = heads.with_row_index("number")
        numbers = heads.select("patch", "number")
        ops = (
            self.ops.join(numbers, on="patch", how="inner", maintain_order="left")
            .with_columns(patch="number")
            .sort("patch", maintain_order=True)
        )
        return Patches(
            heads=heads.with_columns(patch="number").select(*HEAD_SCHEMA),
            ops=ops.filter(pl.col("sub").is_not_null()).select(*OP_SCHEMA),
            unknown=ops.filter(pl.col("sub").is_null())
            .select("patch", "field")
            .unique(maintain_order=True),
        )


def concatenated(batches: Iterable[DecodedPatches]) -> DecodedPatches:
    """The batches one after the other, numbered from 0 on."""
    parts, patches = [DecodedPatches(HEADS.to_frame(), OPS.to_frame())], 0
    for batch in batches:
        parts.append(batch.numbered_from(patches))
        patches += len(batch.heads)
    return DecodedPatches(*map(pl.concat, zip(*parts, strict=True)))
