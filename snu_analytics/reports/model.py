"""What a report is asked for: a day or month, an edition, a language."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from snu_analytics.days import DayRange, campaign_of, month_of

Edition = Literal["public", "restricted"]
Language = Literal["fr", "en"]
PeriodName = Literal["day", "month"]

EDITIONS: tuple[str, ...] = get_args(Edition)
LANGUAGES: tuple[str, ...] = get_args(Language)
PERIODS: tuple[str, ...] = get_args(PeriodName)


@dataclass(frozen=True)
class Request:
    """A report of a day, or of the month that it lies in, which then must be over."""

    day: date
    edition: Edition = "public"
    language: Language = "fr"
    period: PeriodName = "day"

    @property
    def days(self) -> DayRange:
        return month_of(self.day) if self.period == "month" else DayRange(self.day, self.day)

    @property
    def last(self) -> date:
        """The last day that is reported."""
        return self.days.last

    @property
    def campaign(self) -> int:
        return campaign_of(self.last)

    @property
    def open_month(self) -> date:
        """The first day of the month that was open when the last day had ended."""
        return (self.last + timedelta(days=1)).replace(day=1)

    @property
    def name(self) -> str:
        """The name of its folder: `2024-03-04`, or `2024-03` of a month."""
        return f"{self.last:%Y-%m}" if self.period == "month" else self.last.isoformat()
