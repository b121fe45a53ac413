"""The time of one story: it only goes forward, at the hours when people, staff and jobs save."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from snu_analytics.days import PARIS

# Share of the hours of a day, in Paris: evenings lead, some save just around midnight.
_PEOPLE = tuple(
    accumulate(
        (4, 2, 1, 1, 1, 1, 2, 6, 12, 16, 18, 16, 14, 18, 18, 18, 20, 24, 26, 24, 24, 22, 16, 9)
    )
)
_STAFF = tuple(accumulate((0,) * 8 + (6, 18, 22, 18, 8, 12, 20, 22, 18, 10, 3, 1, 1, 0, 0, 0)))
_JOBS = tuple(accumulate((0, 1, 3, 3, 1) + (0,) * 19))

_AROUND_MIDNIGHT = 0.004


class Clock:
    """`now` is a UTC instant, whole milliseconds."""

    def __init__(self, random: Random, day: date, staff: bool = False) -> None:
        self._random = random
        self.now = self._within(day, _STAFF if staff else _PEOPLE)

    @property
    def today(self) -> date:
        """The Paris day."""
        return self.now.astimezone(PARIS).date()

    def later(self, days: float) -> datetime:
        """Some days later, exponentially distributed, when people are at it."""
        return self._move(self._within(self._after(days), _PEOPLE))

    def office(self, days: float) -> datetime:
        """Some days later, within the hours of an office."""
        day = self._after(days)
        if day.weekday() >= 5:
            day += timedelta(days=7 - day.weekday())
        return self._move(self._within(day, _STAFF))

    def night(self, day: date) -> datetime:
        """In the night of that day, when jobs run, or soon if it is over."""
        return self._move(self._within(day, _JOBS))

    def on(self, day: date) -> datetime:
        """On that day, or soon if it is over."""
        return self._move(self._within(day, _PEOPLE))

    def at(self, instant: datetime) -> datetime:
        """At that instant, or soon if it is over."""
        return self._move(instant)

    def soon(self) -> datetime:
        """A minute to half an hour later."""
        self.now += timedelta(milliseconds=self._random.randrange(40_000, 1_800_000))
        return self.now

    def at_once(self) -> datetime:
        """Some milliseconds later: a second save of the same request."""
        self.now += timedelta(milliseconds=self._random.randrange(3, 400))
        return self.now

    def _after(self, days: float) -> date:
        return self.today + timedelta(days=int(self._random.expovariate(1 / days)))

    def _move(self, target: datetime) -> datetime:
        if target <= self.now:
            return self.soon()
        self.now = target
        return self.now

    def _within(self, day: date, hours: tuple[int, ...]) -> datetime:
        random = self._random
        if hours is _PEOPLE and random.random() < _AROUND_MIDNIGHT:
            wall = random.choice((time(0, 0, 0), time(23, 59, 59)))
        else:
            (hour,) = random.choices(range(24), cum_weights=hours)
            wall = time(
                hour, random.randrange(60), random.randrange(60), fold=random.getrandbits(1)
            )
        wall = wall.replace(microsecond=random.randrange(1000) * 1000)
        return datetime.combine(day, wall, PARIS).astimezone(UTC)
