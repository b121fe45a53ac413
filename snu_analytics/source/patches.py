"""Patches as plain columns, and the frames of the contract made of them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from snu_analytics.source.columns import (
    HEX_ID,
    TEXT,
    Table,
    concatenate,
    id_series,
    spans,
    take,
    text_series,
)
from snu_analytics.source.contract import DEFECTS, INSTANT, Patches

NO_INSTANT = np.iinfo("i8").min

HEADS = {
    "patch_id": TEXT,
    "ref": HEX_ID,
    "date": "i8",  # ms since 1970 UTC, or NO_INSTANT
    "when": "i8",  # the date, else the time of the `_id`, else NO_INSTANT
    "role": "u4",  # position in `roles`
    "defect": "u1",  # 0, or 1 + position in DEFECTS
    "first": "i8",  # row of the first operation
    "count": "u4",  # operations
}
OPS = {
    "place": "u4",  # position in `places`
    "kind": "u1",  # position in KINDS
    "value": TEXT,
    "original": TEXT,  # empty where none is told
}
KINDS = ("add", "replace", "remove")

_DEFECTS = pl.Series([None, *DEFECTS], dtype=pl.String)
_KINDS = pl.Series(KINDS)


@dataclass(frozen=True)
class PatchColumns:
    """Patches as tables of HEADS and OPS; `places` holds (field, sub), `roles` the user roles.

    The sub of a field that no catalogue knows is None: of its operations nothing else is held.
    """

    heads: Table
    ops: Table
    places: list[tuple[str, str | None]]
    roles: list[str | None]

    def __len__(self) -> int:
        return len(self.heads["first"])

    def take(self, rows: np.ndarray) -> "PatchColumns":
        """The patches of the given rows, in the order given, with their operations."""
        heads = take(self.heads, rows)
        ops = take(self.ops, spans(heads["first"], heads["count"]))
        heads["first"] = np.cumsum(heads["count"], dtype="i8") - heads["count"]
        return PatchColumns(heads, ops, self.places, self.roles)

    def order(self) -> np.ndarray:
        """The row numbers in (ref, date, patch_id) order; none and null come last."""
        keys = pl.DataFrame(
            {
                "ref": id_series(self.heads["ref"]),
                "date": _instants(self.heads["date"]),
                "patch_id": text_series(self.heads["patch_id"]),
            }
        )
        order = pl.arg_sort_by(keys.columns, nulls_last=True, maintain_order=True)
        return keys.select(order.cast(pl.Int64)).to_series().to_numpy()

    def frames(self) -> Patches:
        """The frames of the contract, in the order the rows have here."""
        heads, ops = self.heads, self.ops
        numbers = np.arange(len(self), dtype="u4")
        patch_of = np.repeat(numbers, heads["count"])
        fields = pl.Series([field for field, _ in self.places], dtype=pl.String)
        subs = pl.Series([sub for _, sub in self.places], dtype=pl.String)
        known = subs.is_not_null().to_numpy()[ops["place"]] if len(ops["place"]) else np.array([])
        unknown = pl.DataFrame(
            {"patch": patch_of[known == 0], "field": fields.gather(ops["place"][known == 0])}
        )
        if len(unknown):
            rows = np.flatnonzero(known)
            ops, patch_of = take(ops, rows), patch_of[rows]
        original = text_series(ops["original"])
        return Patches(
            heads=pl.DataFrame(
                {
                    "patch": numbers,
                    "patch_id": text_series(heads["patch_id"]),
                    "ref": id_series(heads["ref"]),
                    "date": _instants(heads["date"]),
                    "role": pl.Series(self.roles, dtype=pl.String).gather(heads["role"]),
                    "defect": _DEFECTS.gather(heads["defect"]),
                }
            ),
            ops=pl.DataFrame(
                {
                    "patch": patch_of,
                    "field": fields.gather(ops["place"]),
                    "sub": subs.gather(ops["place"]),
                    "op": _KINDS.gather(ops["kind"]),
                    "value": text_series(ops["value"]),
                    "original": original.set(original == "", None),
                }
            ),
            unknown=unknown.unique(maintain_order=True),
        )


class Names:
    """Gives the places and roles of several batches one common numbering."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str | None], int] = {}
        self._roles: dict[str | None, int] = {}

    @property
    def places(self) -> list[tuple[str, str | None]]:
        return list(self._places)

    @property
    def roles(self) -> list[str | None]:
        return list(self._roles)

    def renumber(self, batch: PatchColumns, first: int) -> PatchColumns:
        """The batch in the common numbering, its operations counted from row `first`."""
        places = [self._places.setdefault(place, len(self._places)) for place in batch.places]
        roles = [self._roles.setdefault(role, len(self._roles)) for role in batch.roles]
        heads = batch.heads | {
            "role": np.array(roles, "u4")[batch.heads["role"]],
            "first": batch.heads["first"] + first,
        }
        ops = batch.ops | {"place": np.array(places, "u4")[batch.ops["place"]]}
        return PatchColumns(heads, ops, self.places, self.roles)


def join(batches: list[PatchColumns]) -> PatchColumns:
    """The batches one after the other."""
    names, heads, ops, first = Names(), [], [], 0
    for batch in batches:
        told = names.renumber(batch, first)
        heads.append(told.heads)
        ops.append(told.ops)
        first += len(told.ops["kind"])
    return PatchColumns(concatenate(heads, HEADS), concatenate(ops, OPS), names.places, names.roles)


def _instants(milliseconds: np.ndarray) -> pl.Series:
    instants = pl.Series(milliseconds, dtype=pl.Int64).cast(INSTANT)
    return instants.set(pl.Series(milliseconds == NO_INSTANT), None)
