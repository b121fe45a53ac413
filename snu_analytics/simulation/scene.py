"""What a damage draws on: chance, room in time, and what the people around have saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from snu_analytics.simulation.fields import EVENTS, status_event
from snu_analytics.simulation.moments import DocumentHistory, Moment, changes_between, instants
from snu_analytics.simulation.recorder import UNSET, Event, as_json, value_text

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Saved:
    """The changes of one save, and its instant as the values of dates hold it."""

    instant: str
    changes: dict[str, Any]

    def moved_to(self, at: datetime) -> dict[str, Any]:
        """The same changes made at another instant."""
        now = as_json(at)
        return {key: now if v == self.instant else v for key, v in self.changes.items()}


class Scene:
    """The documents of some people, whose time ends at `end`."""

    def __init__(self, random: Random, end: datetime, histories: Sequence[DocumentHistory]) -> None:
        self.random = random
        self.end = end
        self._histories = histories
        self._saved: dict[tuple[str, Any], list[_Saved]] = {}
        for history in histories:
            for before, moment in zip(history.moments, history.moments[1:], strict=False):
                saved = _Saved(as_json(moment.at), changes_between(before.state, moment.state))
                self._saved.setdefault((history.model, before.state["status"]), []).append(saved)

    def room_after(
        self, history: DocumentHistory, moment: Moment, count: int = 1, within: timedelta = A_WEEK
    ) -> list[datetime]:
        """`count` instants after the moment and before the document's next; none without room."""
        following = history.after(moment)
        end = following.at if following else self.end
        return instants(self.random, moment.at, end, count, within)

    def saved_in(self, model: str, status: str, at: datetime) -> dict[str, Any]:
        """The changes that somebody made in that status, as if made at that instant."""
        saves = self._saved.get((model, status))
        return self.random.choice(saves).moved_to(at) if saves else {}

    def someone_else(self, history: DocumentHistory, at: datetime) -> dict[str, Any] | None:
        """The state of another document of the kind as of that instant, None if there is none."""
        others = [t for t in self._histories if t.model == history.model and t is not history]
        states = [state for other in others if (state := other.state_at(at)) is not None]
        return self.random.choice(states) if states else None

    def applications_of(self, young: DocumentHistory) -> list[DocumentHistory]:
        return [
            history
            for history in self._histories
            if history.model == "application" and history.moments[0].state["youngId"] == young.ref
        ]


def events_between(
    history: DocumentHistory, before: dict[str, Any], after: dict[str, Any]
) -> list[Event]:
    """What a true change means; instant and patch are filled in when the history is written."""
    events = []
    for field, value in changes_between(before, after).items():
        old, new = value_text(before.get(field, UNSET)), value_text(value)
        name = EVENTS[history.model].get(field)
        if field == "status":
            name = status_event(history.model, old, new)
        if name:
            events.append(Event(history.ref, None, history.moments[0].at, name, field, old, new))
    return events
