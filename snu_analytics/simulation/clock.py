"""The time of one person's story: it only goes forward, at the hours at which people save."""

from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from snu_analytics.days import PARIS, midnight
from snu_analytics.simulation.campaigns import HOURS

_HOURS = tuple(accumulate(HOURS))
_MILLISECONDS_PER_HOUR = 3_600_000


class Clock:
    """`now` is a UTC instant, whole milliseconds."""

    def __init__(self, random: Random, day: date) -> None:
        self._random = random
        self.now = self._on(day)

    def later(self, days: float) -> datetime:
        """Some days later, exponentially distributed, at a usual hour."""
        target = self.now + timedelta(days=self._random.expovariate(1 / days))
        return self._move(self._on(target.astimezone(PARIS).date()))

    def soon(self) -> datetime:
        """A minute to half an hour later."""
        self.now += timedelta(milliseconds=self._random.randrange(40_000, 1_800_000))
        return self.now

    def at_once(self) -> datetime:
        """Some milliseconds later: a second save of the same request."""
        self.now += timedelta(milliseconds=self._random.randrange(3, 400))
        return self.now

    def not_before(self, day: date) -> datetime:
        """On that day, or soon if it is over."""
        return self._move(self._on(day))

    def _move(self, target: datetime) -> datetime:
        if target <= self.now:
            return self.soon()
        self.now = target
        return self.now

    def _on(self, day: date) -> datetime:
        (hour,) = self._random.choices(range(24), cum_weights=_HOURS)
        within = self._random.randrange(_MILLISECONDS_PER_HOUR)
        return midnight(day) + timedelta(hours=hour, milliseconds=within)
