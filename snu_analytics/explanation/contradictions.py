"""What contradicts a change, in words: the verdict is the rebuild's, here it is only told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from snu_analytics.days import PARIS
from snu_analytics.history import CONFLICT, Canonicaliser, Timeline, whole_field_ops
from snu_analytics.source import Histories

# A field and a canonical text of it, as they may be shown.
Tell = Callable[[str, str], str]

_NEVER_SAVED = "it was never saved (a phantom patch), or written over by one who had not seen it"


@dataclass(frozen=True)
class Step:
    """What a patch says of a whole field: canonical texts, `original` None where it tells none."""

    row: int
    at: datetime
    value: str
    original: str | None
    element_conflict: bool  # an element's original contradicts


def field_steps(
    timeline: Timeline, histories: Histories, canonicaliser: Canonicaliser
) -> dict[str, list[Step]]:
    """The steps of each field of a timeline of one document, in row order."""
    rows = timeline.heads.select(
        "patch", "ref", "date", row=pl.Series(np.flatnonzero(timeline.patch_of >= 0))
    )
    told = histories.patches.ops.join(
        rows.select("patch", "ref"), on="patch", how="inner", maintain_order="left"
    )
    whole = whole_field_ops(told, histories.documents).join(
        rows.drop("ref"), on="patch", how="inner", maintain_order="left"
    )
    return {
        str(field): _steps(part, str(field), canonicaliser)
        for (field,), part in whole.partition_by("field", as_dict=True, maintain_order=True).items()
    }


def _steps(ops: pl.DataFrame, field: str, canonicaliser: Canonicaliser) -> list[Step]:
    """One step per row: the last value stands, the first original is told."""
    original = canonicaliser.series(field, ops["original"])
    absent = pl.Series((ops["op"] == "add") & original.is_null())
    merged = (
        ops.with_columns(
            value=canonicaliser.series(field, ops["value"]),
            original=pl.select(pl.when(absent).then(pl.lit("")).otherwise(original)).to_series(),
        )
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("date").first(),
            pl.col("value").last(),
            pl.col("original").first(),
            pl.col("conflict").any(),
        )
    )
    return [Step(*line) for line in merged.iter_rows()]


class Contradictions:
    """Sentences on the rows of a timeline of one document."""

    def __init__(self, timeline: Timeline, steps: dict[str, list[Step]], tell: Tell) -> None:
        self._timeline = timeline
        self._steps = steps
        self._tell = tell

    def of(self, row: int, fields: Sequence[str]) -> list[tuple[tuple[str, ...], str]]:
        """Pairs of fields and sentence: why the values around the row's change are in conflict."""
        found: dict[str, list[str]] = {}
        for field in fields:
            for sentence in self._of(row, field):
                found.setdefault(sentence, []).append(field)
        return [(tuple(told_of), sentence) for sentence, told_of in found.items()]

    def _of(self, row: int, field: str) -> Iterator[str]:
        steps = self._steps.get(field, [])
        at = next((n for n, step in enumerate(steps) if step.row == row), None)
        if at is not None:
            previous = steps[at - 1] if at else None
            following = steps[at + 1] if at + 1 < len(steps) else None
            yield from self._original(field, steps[at], previous)
            yield from self._outcome(field, steps[at], following)
        elif CONFLICT in self._timeline.tracks[field].marks[[row - 1, row]]:
            yield self._denial(field, row, next((step for step in steps if step.row > row), None))

    def _original(self, field: str, step: Step, previous: Step | None) -> Iterator[str]:
        track = self._timeline.tracks[field]
        before = self._carried(field, step.row - 1)
        false = step.row in self._timeline.false
        if step.row not in track.broken:
            if step.original in (None, before):
                return
            if false:
                yield (
                    "the originals of this patch are another document's, or made up: they tell "
                    "nothing, and what was there is taken to be what the patch tells"
                )
            elif previous:
                yield (
                    f"a moment before, on {instant(previous.at)}, the same change was told: a save "
                    "that was tried again, and one event"
                )
            return
        if step.original in (None, before):
            yield "the original of an element is not the one that the history carries"
            return
        told = self._against(field, step.original or "", before)
        if false:
            yield f"{told}: another document's original"
        elif previous and previous.row in track.no_effect:
            yield (
                f"{told}, told on {instant(previous.at)}: that patch was never saved (a phantom), "
                "or this writer had not seen it"
            )
        else:
            yield f"{told}: in between it changed without a patch"

    def _outcome(self, field: str, step: Step, following: Step | None) -> Iterator[str]:
        track = self._timeline.tracks[field]
        before = self._tell(field, self._carried(field, step.row - 1))
        if step.row in track.no_effect:
            if following:
                yield (
                    f"the next patch that names it, on {instant(following.at)}, again starts from "
                    f"{before}, the value from before this one: {_NEVER_SAVED}"
                )
            else:
                yield f"today's document still holds {before}, as before this patch: {_NEVER_SAVED}"
        elif following and track.marks[step.row] == CONFLICT:
            yield (
                f"the same change is told again on {instant(following.at)}: a save that was tried "
                "again, with which of the two it happened is not known"
            )

    def _denial(self, field: str, row: int, following: Step | None) -> str:
        carried = self._carried(field, row)
        if following and following.row in self._timeline.false:
            return (
                f"the patch of {instant(following.at)} starts from other values than the history "
                "carries: the originals of another document"
            )
        if following and following.element_conflict:
            return f"the patch of {instant(following.at)} starts from another element"
        if following and following.original not in (None, carried):
            return f"the patch of {instant(following.at)} " + self._against(
                field, following.original or "", carried, "starts from"
            )
        track = self._timeline.tracks[field]
        today = track.texts[int(track.today[0])]
        if not following and today != carried:
            return "today's document " + self._against(field, today, carried, "holds")
        return "the history around this patch contradicts the value carried"

    def _against(self, field: str, told: str, carried: str, verb: str = "it starts from") -> str:
        one, other = self._tell(field, told), self._tell(field, carried)
        if one == other:
            other += " (another one, shown alike)"
        return f"{verb} {one} where the history carries {other}"

    def _carried(self, field: str, row: int) -> str:
        return self._timeline.tracks[field].at(np.array([row]))[0]


def instant(moment: datetime) -> str:
    """The instant in Paris time, to the second."""
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
