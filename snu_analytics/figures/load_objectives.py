"""The objectives to the warehouse, and what the pool has achieved of them."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import psycopg

from snu_analytics.figures import objectives
from snu_analytics.figures.objectives import ACHIEVED, OBJECTIVES, Objectives
from snu_analytics.figures.pool import closing_stock, known_until
from snu_analytics.pipeline import PipelineContext
from snu_analytics.source import Source
from snu_analytics.warehouse import replace_all

if TYPE_CHECKING:
    import pandas as pd

_GOALS, _GOAL_FIELDS = "inscriptiongoals", ("cohort", "department", "max", "region", "academy")
_COHORTS, _COHORT_FIELDS = "cohorts", ("name", "objectifLevel", "dateStart")

# Whose achievements are held against the objectives.
POOL_OF_OBJECTIVES, _REACHED = "young", "VALIDATED"
_STOCK = ("status", "cohort", "region", "department", "source")


def load_objectives(
    context: PipelineContext, source: Source, file: Path | None, warehouse: psycopg.Connection
) -> Objectives:
    """The objectives of the file, or of the source without one; they replace `analytics.objective`.

    Rows that cannot be read are left out and listed in `problems`. Raises ObjectivesError for a
    file that cannot be read at all; then the former objectives stand.
    """
    given = (
        objectives.read_file(file)
        if file
        else objectives.from_records(source.records(_GOALS, _GOAL_FIELDS))
    )
    facts = objectives.cohort_facts(source.records(_COHORTS, _COHORT_FIELDS))
    read = objectives.read_objectives(given, facts, context.catalogue.vocabularies)
    replace_all(warehouse, "objective", read.frame)
    return read


def load_progress(warehouse: psycopg.Connection, otherwise: date | None = None) -> date | None:
    """The day at whose end progress is counted; it replaces `analytics.objective_progress`.

    It is the last day up to which every day of the pool is counted: whichever day ran before, or
    whoever was erased, stocks from then on may be others. Without such a day it is `otherwise`,
    with rows that say what is missing; None, and nothing replaced, without both.
    """
    day = known_until(warehouse, POOL_OF_OBJECTIVES) or otherwise
    if day:
        rows = pl.from_pandas(progress(warehouse, day)).with_columns(pl.lit(day).alias("day"))
        replace_all(warehouse, "objective_progress", rows.select("day", *objectives.COLUMNS))
    return day


def progress(warehouse: psycopg.Connection, day: date) -> "pd.DataFrame":
    """The young people VALIDATED at the end of a day against the objectives as last read.

    Columns as of `objectives.progress`. Achieved is the stock of young people with the status
    VALIDATED, by department of residence; null while a day up to then, or the opening stock, is not
    counted.
    """
    until = known_until(warehouse, POOL_OF_OBJECTIVES)
    goals = warehouse.execute(f"SELECT {', '.join(OBJECTIVES)} FROM analytics.objective").fetchall()
    achieved = None
    if until is not None and until >= day:
        stock = closing_stock(warehouse, POOL_OF_OBJECTIVES, day, _STOCK)
        achieved = pl.DataFrame(
            [counts for status, *counts in stock if status == _REACHED], ACHIEVED, orient="row"
        )
    return objectives.progress(pl.DataFrame(goals, OBJECTIVES, orient="row"), achieved)
