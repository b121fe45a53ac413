"""What a damage draws on: chance, room in time, and what the people around have saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from snu_analytics.simulation.fields import EVENTS, status_event
from snu_analytics.simulation.moments import Moment, Telling, changes_between, instants
from snu_analytics.simulation.recorder import UNSET, Event, as_json, value_text

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Saved:
    """The changes of one save, and its instant as the values of dates tell it."""

    instant: str
    changes: dict[str, Any]

    def moved_to(self, at: datetime) -> dict[str, Any]:
        """The same changes made at another instant."""
        now = as_json(at)
        return {key: now if v == self.instant else v for key, v in self.changes.items()}


class Scene:
    """The documents of some people, whose time ends at `end`."""

    def __init__(self, random: Random, end: datetime, tellings: Sequence[Telling]) -> None:
        self.random = random
        self.end = end
        self._tellings = tellings
        self._saved: dict[tuple[str, Any], list[_Saved]] = {}
        for telling in tellings:
            for before, moment in zip(telling.moments, telling.moments[1:], strict=False):
                saved = _Saved(as_json(moment.at), changes_between(before.state, moment.state))
                self._saved.setdefault((telling.model, before.state["status"]), []).append(saved)

    def room_after(
        self, telling: Telling, moment: Moment, count: int = 1, within: timedelta = A_WEEK
    ) -> list[datetime]:
        """So many instants after the moment and before the document's next; none without room."""
        following = telling.after(moment)
        end = following.at if following else self.end
        return instants(self.random, moment.at, end, count, within)

    def saved_in(self, model: str, status: str, at: datetime) -> dict[str, Any]:
        """The changes that somebody made in that status, as if made at that instant."""
        known = self._saved.get((model, status))
        return self.random.choice(known).moved_to(at) if known else {}

    def someone_else(self, telling: Telling, at: datetime) -> dict[str, Any] | None:
        """The state of another document of the kind as of that instant, None if there is none."""
        others = [t for t in self._tellings if t.model == telling.model and t is not telling]
        states = [state for other in others if (state := other.state_at(at)) is not None]
        return self.random.choice(states) if states else None

    def applications_of(self, young: Telling) -> list[Telling]:
        return [
            telling
            for telling in self._tellings
            if telling.model == "application" and telling.moments[0].state["youngId"] == young.ref
        ]


def events_between(telling: Telling, before: dict[str, Any], after: dict[str, Any]) -> list[Event]:
    """What a true change means; instant and patch are filled in when the telling is written."""
    events = []
    for field, value in changes_between(before, after).items():
        old, new = value_text(before.get(field, UNSET)), value_text(value)
        name = EVENTS[telling.model].get(field)
        if field == "status":
            name = status_event(telling.model, old, new)
        if name:
            events.append(Event(telling.ref, None, telling.moments[0].at, name, field, old, new))
    return events
