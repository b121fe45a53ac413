"""What contradicts a change, in sentences: the cause codes of the rebuild, put into words."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import numpy as np

from snu_analytics.days import PARIS
from snu_analytics.history import CONFLICT, Break, Outcome, Timeline, Track

_NEVER_SAVED = "it was never saved (a phantom patch), or written over by one who had not seen it"


class Contradictions:
    """Sentences on the rows of a timeline of one document.

    `shown` gives a canonical text of a field as a person may see it.
    """

    def __init__(self, timeline: Timeline, shown: Callable[[str, str], str]) -> None:
        self._timeline = timeline
        self._shown = shown

    def of(self, row: int, fields: Sequence[str]) -> list[tuple[tuple[str, ...], str]]:
        """Pairs of fields and sentence: why the values around the row's change are in conflict."""
        by_sentence: dict[str, list[str]] = {}
        for field in fields:
            for sentence in self._of(row, field):
                by_sentence.setdefault(sentence, []).append(field)
        return [(tuple(concerned), sentence) for sentence, concerned in by_sentence.items()]

    def _of(self, row: int, field: str) -> Iterator[str]:
        track = self._timeline.tracks[field]
        at = int(np.searchsorted(track.rows, row))
        if at < len(track.rows) and track.rows[at] == row:
            yield from filter(None, (self._original(field, at), self._outcome(field, at)))
        elif CONFLICT in track.marks[[row - 1, row]]:
            yield self._denial(field, row, at)

    def _original(self, field: str, at: int) -> str | None:
        """The sentence on the original of the field's operation number `at`."""
        track = self._timeline.tracks[field]
        cause = track.breaks[at]
        if cause == Break.NONE:
            return None
        if cause == Break.IGNORED:
            return (
                "the originals of this patch are another document's, or made up: they tell "
                "nothing, and what was there is taken to be what the patch tells"
            )
        if cause in (Break.ELEMENT, Break.UNTRUSTED_ELEMENT):
            return "the original of an element is not the one that the history carries"
        if cause == Break.REPEATED:
            return (
                f"a moment before, on {self._when(track, at - 1)}, the same change was told: a "
                "save that was tried again, and one event"
            )
        start = "it starts from " + self._against(
            field, _text(track, track.originals[at]), self._carried(field, track.rows[at] - 1)
        )
        if cause == Break.UNTRUSTED:
            return f"{start}: another document's original"
        if cause == Break.AFTER_NO_EFFECT:
            return (
                f"{start}, told on {self._when(track, at - 1)}: that patch was never saved (a "
                "phantom), or this writer had not seen it"
            )
        return f"{start}: in between it changed without a patch"

    def _outcome(self, field: str, at: int) -> str | None:
        """The sentence on what came of the field's operation number `at`."""
        track = self._timeline.tracks[field]
        if track.outcomes[at] == Outcome.REPEATED:
            return (
                f"the same change is told again on {self._when(track, at + 1)}: a save that was "
                "tried again, with which of the two it happened is not known"
            )
        if track.outcomes[at] != Outcome.NO_EFFECT:
            return None
        before = self._shown(field, self._carried(field, track.rows[at] - 1))
        if at + 1 == len(track.rows):
            return f"today's document still holds {before}, as before this patch: {_NEVER_SAVED}"
        return (
            f"the next patch that names it, on {self._when(track, at + 1)}, again starts from "
            f"{before}, the value from before this one: {_NEVER_SAVED}"
        )

    def _denial(self, field: str, row: int, following: int) -> str:
        """The sentence on a value carried over the row, which has no operation on the field."""
        track = self._timeline.tracks[field]
        carried = self._carried(field, row)
        if following == len(track.rows):
            today = _text(track, track.today[0])
            if today != carried:
                return "today's document holds " + self._against(field, today, carried)
        else:
            cause = track.breaks[following]
            patch = f"the patch of {self._when(track, following)} starts from "
            if track.rows[following] in self._timeline.untrusted_originals:
                return (
                    f"{patch}other values than the history carries: the originals of another "
                    "document"
                )
            if cause == Break.ELEMENT:
                return f"{patch}another element"
            if cause != Break.NONE:
                original = _text(track, track.originals[following])
                return patch + self._against(field, original, carried)
        return "the history around this patch contradicts the value carried"

    def _against(self, field: str, text: str, carried: str) -> str:
        shown, shown_carried = self._shown(field, text), self._shown(field, carried)
        alike = " (another one, shown alike)" if shown == shown_carried else ""
        return f"{shown} where the history carries {shown_carried}{alike}"

    def _carried(self, field: str, row: int) -> str:
        track = self._timeline.tracks[field]
        return _text(track, track.codes[row])

    def _when(self, track: Track, at: int) -> str:
        """The instant of the patch of a track's operation number `at`."""
        return instant(self._timeline.heads["date"][int(self._timeline.patch_of[track.rows[at]])])


def _text(track: Track, code: np.integer) -> str:
    return track.texts[int(code)]


def instant(moment: datetime) -> str:
    """The instant in Paris time, to the second."""
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
