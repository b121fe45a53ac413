"""Which tables are published, and the categories their cells are made of."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Literal, NamedTuple

import polars as pl

from snu_analytics.catalogue.load import Place
from snu_analytics.days import DayRange, month_of

Kind = Literal["day", "week", "month"]

KINDS: tuple[Kind, ...] = ("day", "week", "month")
DIMENSIONS = ("gender", "age", "region", "department", "cohort")
UNKNOWN = "unknown"
AGE_GROUPS = ("under 15", "15", "16", "17", "18 and over")

# Of a day each dimension by itself, of a week two together, of a month three: the longer the
# period, the more there is to hide in.
_DIMENSIONS_CROSSED: dict[Kind, int] = {"day": 1, "week": 2, "month": 3}


class Table(NamedTuple):
    """A breakdown of the counts of a day, week or month; by no dimension it is the total."""

    kind: Kind
    dimensions: tuple[str, ...]

    @property
    def breakdown(self) -> str:
        """Its name for readers, such as `gender × region`."""
        return " × ".join(self.dimensions) or "total"


def tables(dimensions: Sequence[str]) -> list[Table]:
    """The tables of a figure that has these dimensions, the totals first.

    Region and department together are left out: a department lies in one region.
    """
    known = [name for name in DIMENSIONS if name in dimensions]
    return [
        Table(kind, crossed)
        for kind in KINDS
        for crossed in ((), *combinations(known, _DIMENSIONS_CROSSED[kind]))
        if not {"region", "department"} <= set(crossed)
    ]


def period_of(kind: Kind, day: date) -> date:
    """The first day of the day, ISO week or month that a day lies in."""
    if kind == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "month" else day


def days_of_period(kind: Kind, first: date) -> DayRange:
    """All days of the period that begins with a day."""
    if kind == "week":
        return DayRange(first, first + timedelta(days=6))
    return month_of(first) if kind == "month" else DayRange(first, first)


def categorised(figures: pl.DataFrame) -> pl.DataFrame:
    """Fine counts by category: age groups for ages, `unknown` for null, equal groups added up.

    Takes and gives columns day, gender, age, region, department, cohort, value; all dimensions
    become texts without null.
    """
    age = pl.col("age").cast(pl.Int64)
    group = (
        pl.when(age < 15)
        .then(pl.lit(AGE_GROUPS[0]))
        .when(age >= 18)
        .then(pl.lit(AGE_GROUPS[-1]))
        .otherwise(age.cast(pl.String))
    )
    texts = figures.with_columns(group.alias("age")).with_columns(
        pl.col(DIMENSIONS).cast(pl.String).fill_null(UNKNOWN)
    )
    keys = ["day", *DIMENSIONS]
    return texts.group_by(keys).agg(pl.col("value").sum().cast(pl.Int64)).sort(keys)


def rows_of_zero(
    dimensions: Sequence[str], genders: Iterable[str], homes: Iterable[Place]
) -> pl.DataFrame:
    """The rows by no and by one dimension that a day's table has even where they count nothing.

    Columns breakdown and the five dimensions (texts): the total, and the genders, age groups and
    regions that are known to all, of a figure that has these dimensions.
    """
    known = {
        "gender": sorted(genders),
        "age": list(AGE_GROUPS),
        "region": list(dict.fromkeys(home.region for home in homes)),
    }
    lines: list[dict[str, str]] = [{"breakdown": "total"}]
    lines += [
        {"breakdown": dimension, dimension: category}
        for dimension, categories in known.items()
        if dimension in dimensions
        for category in categories
    ]
    return pl.DataFrame(lines, dict.fromkeys(("breakdown", *DIMENSIONS), pl.String))
