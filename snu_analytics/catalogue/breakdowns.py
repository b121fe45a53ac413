"""The dimensions that figures are told apart by, and the categories of each."""

from collections.abc import Iterable, Sequence

import polars as pl

from snu_analytics.catalogue.load import Place

DIMENSIONS = ("gender", "age", "region", "department", "cohort")
TOTAL = "total"
UNKNOWN = "unknown"
AGE_GROUPS = ("under 15", "15", "16", "17", "18 and over")


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
    lines: list[dict[str, str]] = [{"breakdown": TOTAL}]
    lines += [
        {"breakdown": dimension, dimension: category}
        for dimension, categories in known.items()
        if dimension in dimensions
        for category in categories
    ]
    return pl.DataFrame(lines, dict.fromkeys(("breakdown", *DIMENSIONS), pl.String))
