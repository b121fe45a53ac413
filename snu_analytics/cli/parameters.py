"""Dates as arguments of commands."""

from collections.abc import Callable
from datetime import date

import click

from snu_analytics.days import parse_day, parse_month
from snu_analytics.errors import PartitionError


class Written(click.ParamType):
    """A date in one of our spellings, told by its own fault when it is in none."""

    def __init__(self, name: str, parse: Callable[[str], date]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value, param, ctx) -> date:
        try:
            return value if isinstance(value, date) else self._parse(value)
        except PartitionError as fault:
            self.fail(str(fault), param, ctx)


DAY = Written("day", parse_day)
MONTH = Written("month", parse_month)
