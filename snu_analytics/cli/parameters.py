"""Arguments and options that several commands take."""

from collections.abc import Callable
from datetime import date

import click

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import parse_day, parse_month
from snu_analytics.errors import PartitionError


class DateParameter(click.ParamType):
    """A date that `parse` reads from the command line; its PartitionError is wrong use."""

    def __init__(self, name: str, parse: Callable[[str], date]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value, param, ctx) -> date:
        try:
            return value if isinstance(value, date) else self._parse(value)
        except PartitionError as fault:
            self.fail(str(fault), param, ctx)


DAY = DateParameter("day", parse_day)
MONTH = DateParameter("month", parse_month)
ENTITIES = click.Choice(list(load_catalogue().entities))
ENTITY = click.option("--entity", type=ENTITIES, help="Take this entity alone.")
