"""What was achieved against the objectives, by department, region and year."""

from typing import TYPE_CHECKING

import polars as pl

from snu_analytics.catalogue import places
from snu_analytics.figures.objectives.read import cohort_year

if TYPE_CHECKING:
    import pandas as pd

ACHIEVED = {
    "cohort": pl.String,
    "region": pl.String,
    "department": pl.String,
    "source": pl.String,
    "achieved": pl.Int64,  # young people validated
}

COLUMNS = (
    *("cohort", "year", "region", "department", "level", "achieved", "achieved_cle", "objective"),
    *("rate", "region_achieved", "region_objective", "region_rate", "reached", "missing"),
)

_CLASSES = "CLE"
_KEY = ["cohort", "region", "department"]


def progress(objectives: pl.DataFrame, achieved: pl.DataFrame | None) -> "pd.DataFrame":
    """Objectives (OBJECTIVES) against the young people validated (ACHIEVED; None: not known).

    A row per cohort and department with either, and COLUMNS: `achieved` counts everybody,
    `achieved_cle` those with a class among them; `rate` is achieved / objective, null without an
    objective above 0; `region_…` the same over the region's departments, of their objectives those
    that have a maximum. `reached` follows the cohort's level: regional by the region's rate,
    departemental by the greater of both (inscriptiongoals in the application). `missing` says what
    is not there, null when nothing is.
    """
    counted = _counted(achieved if achieved is not None else pl.DataFrame(schema=ACHIEVED))
    goals = objectives.select(*_KEY, "objective", goal=pl.lit(value=True))
    levels = objectives.select("cohort", "level", "year").unique("cohort", maintain_order=True)
    rows = (
        goals.join(counted, on=_KEY, how="full", coalesce=True, nulls_equal=True)
        .join(levels, on="cohort", how="left", nulls_equal=True)
        .with_columns(
            pl.col("goal").fill_null(value=False),
            pl.col("achieved", "achieved_cle").fill_null(0),
            year=pl.coalesce("year", pl.col("cohort").map_elements(cohort_year, pl.Int64)),
        )
    )
    region = ["cohort", "region"]
    rows = rows.with_columns(
        rate=_rate("achieved", "objective"),
        region_achieved=pl.col("achieved").sum().over(region),
        region_objective=pl.when(pl.col("objective").is_not_null().any().over(region)).then(
            pl.col("objective").sum().over(region)
        ),
    ).with_columns(region_rate=_rate("region_achieved", "region_objective"))
    by_either = pl.max_horizontal("rate", "region_rate")
    rows = rows.with_columns(
        reached=pl.when(pl.col("level") == "regional").then("region_rate").otherwise(by_either)
        >= 1,
        missing=_missing(achieved is not None),
    ).with_columns(reached=pl.when(pl.col("level").is_not_null()).then("reached"))
    if achieved is None:
        unknown = ("achieved", "achieved_cle", "rate", "region_achieved", "region_rate", "reached")
        rows = rows.with_columns(pl.lit(None, rows.schema[name]).alias(name) for name in unknown)
    rows = rows.sort("year", *_KEY, nulls_last=True).select(COLUMNS)
    return _for_people(rows)


def annual(progress: "pd.DataFrame") -> "pd.DataFrame":
    """The progress summed over the cohorts of each year.

    Columns year, achieved, achieved_cle, objective, rate, missing.
    """
    rows = pl.from_pandas(progress[["cohort", "year", "achieved", "achieved_cle", "objective"]])
    cohorts = rows.group_by("year", "cohort").agg(
        pl.col("achieved", "achieved_cle", "objective").sum(),
        unknown=pl.col("achieved").is_null().any(),
        limited=pl.col("objective").is_not_null().any(),
    )
    years = (
        cohorts.group_by("year")
        .agg(
            pl.when(~pl.col("unknown").any()).then(pl.col("achieved").sum()).alias("achieved"),
            pl.when(~pl.col("unknown").any())
            .then(pl.col("achieved_cle").sum())
            .alias("achieved_cle"),
            pl.when(pl.col("limited").any()).then(pl.col("objective").sum()).alias("objective"),
            pl.len().alias("cohorts"),
            (~pl.col("limited")).sum().alias("without"),
        )
        .with_columns(
            rate=_rate("achieved", "objective"),
            missing=pl.when(pl.col("year").is_null())
            .then(pl.lit("these cohorts name no year"))
            .when(pl.col("without") > 0)
            .then(
                pl.format(
                    "{} of the year's {} cohorts have no objective with a limit",
                    "without",
                    "cohorts",
                )
            ),
        )
        .sort("year", nulls_last=True)
    )
    return _for_people(
        years.select("year", "achieved", "achieved_cle", "objective", "rate", "missing")
    )


def _counted(achieved: pl.DataFrame) -> pl.DataFrame:
    """Achieved, and of these with a class, per cohort, region of the department, and department."""
    homes = pl.DataFrame(
        [(place.department, place.region) for place in places()],
        {"department": pl.String, "home": pl.String},
        orient="row",
    )
    return (
        achieved.join(homes, on="department", how="left")
        .group_by("cohort", pl.coalesce("home", "region").alias("region"), "department")
        .agg(
            pl.col("achieved").sum(),
            achieved_cle=pl.col("achieved").filter(pl.col("source") == _CLASSES).sum(),
        )
        .filter(pl.col("achieved") != 0)
    )


def _rate(count: str, most: str) -> pl.Expr:
    return pl.when(pl.col(most) > 0).then(pl.col(count) / pl.col(most))


def _missing(known: bool) -> pl.Expr:
    """What a row lacks, in sentences separated by semicolons; null when nothing is."""
    any_goal = pl.col("goal").any().over("cohort")
    nobody = pl.col("achieved").sum().over("cohort") == 0
    conditions = [
        (
            pl.lit(value=not known),
            "not counted yet: some days since the first partition were never run",
        ),
        (pl.col("cohort").is_null(), "young people without a cohort"),
        (pl.col("cohort").is_not_null() & ~any_goal, "no objective was set for this cohort"),
        (any_goal & ~pl.col("goal"), "no objective was set for this department"),
        (pl.col("goal") & pl.col("objective").is_null(), "the objective has no limit"),
        (pl.col("objective") == 0, "the objective is zero"),
        (pl.lit(known) & nobody, "nobody of this cohort is validated yet"),
    ]
    sentences = [pl.when(condition).then(pl.lit(text)) for condition, text in conditions]
    joined = pl.concat_str(sentences, separator="; ", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _for_people(frame: pl.DataFrame) -> "pd.DataFrame":
    """The frame in pandas, integers and booleans nullable."""
    kinds = {pl.Int64: "Int64", pl.Boolean: "boolean"}
    types = {name: kinds.get(kind.base_type()) for name, kind in frame.schema.items()}
    return frame.to_pandas().astype({name: kind for name, kind in types.items() if kind})
