"""The calendar: a partition is a Europe/Paris day, everything below works with UTC instants."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from snu_analytics.errors import PartitionError

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, order=True)
class DayRange:
    """Consecutive Paris days, both ends included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The UTC instant at which the first day begins."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The UTC instant at which the last day is over (not part of the range)."""
        return midnight(self.last + timedelta(days=1))

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def chunks(self, size: int) -> "Iterator[DayRange]":
        """The range cut into consecutive ranges of at most `size` days."""
        for offset in range(0, len(self), size):
            first = self.first + timedelta(days=offset)
            yield DayRange(first, min(first + timedelta(days=size - 1), self.last))


def midnight(day: date) -> datetime:
    """The UTC instant at which a Paris day begins: a day lasts 23 or 25 hours twice a year."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def consecutive(days: Iterable[date]) -> list[DayRange]:
    """The days as ranges without a gap."""
    numbered = enumerate(sorted(set(days)))
    runs = groupby(numbered, key=lambda pair: pair[1] - timedelta(days=pair[0]))
    ranges = [[day for _, day in run] for _, run in runs]
    return [DayRange(run[0], run[-1]) for run in ranges]


def even_ranges(days: DayRange, weights: Sequence[float], number: int) -> list[DayRange]:
    """The range cut into at most `number` consecutive ranges of like weight.

    `weights` are those of the days, in order; without any all weigh the same.
    """
    totals = list(accumulate(weights or [1.0] * len(days)))
    share = totals[-1] / number
    parts = [min(int((total - 1e-9) / share), number - 1) for total in totals]
    by_part = groupby(zip(parts, days, strict=True), key=itemgetter(0))
    ranges = [[day for _, day in part] for _, part in by_part]
    return [DayRange(run[0], run[-1]) for run in ranges]


def month_of(day: date) -> DayRange:
    """The days of the month that a day lies in."""
    first = day.replace(day=1)
    return DayRange(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def month_before(day: date) -> date:
    """The first day of the month before that of a day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def years_before(day: date, years: int) -> date:
    """The same day so many years before; 28 February for the 29th of a year that lacks it."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def campaign_of(day: date) -> int:
    """The campaign that a day lies in: from September to August, named by the year it ends."""
    return day.year + (day.month >= 9)


def campaign_days(campaign: int) -> DayRange:
    """The days of a campaign: 1 September to 31 August of the year that names it."""
    return DayRange(date(campaign - 1, 9, 1), date(campaign, 8, 31))


def parse_month(text: str) -> date:
    """The first day of the month written `YYYY-MM`.

    Raises PartitionError naming the text otherwise.
    """
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise PartitionError(f"'{text}' is not a month: write it as YYYY-MM") from None


def paris_today() -> date:
    return datetime.now(PARIS).date()


def parse_day(text: str) -> date:
    """The day written `YYYY-MM-DD`.

    Raises PartitionError naming the text otherwise.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PartitionError(f"'{text}' is not a day: write it as YYYY-MM-DD") from None
