"""Objectives of the cohorts by department: read from rows, and what was achieved held against them.

Knows the catalogue's places and cohorts; neither Dagster, the source, nor a database: rows go in,
frames and sentences come out.
"""

from snu_analytics.figures.objectives.file import read_file
from snu_analytics.figures.objectives.progress import ACHIEVED, COLUMNS, annual, progress
from snu_analytics.figures.objectives.read import (
    OBJECTIVES,
    CohortFacts,
    GivenObjective,
    Objectives,
    cohort_facts,
    cohort_year,
    from_records,
    read_objectives,
)

__all__ = [
    "ACHIEVED",
    "COLUMNS",
    "OBJECTIVES",
    "CohortFacts",
    "GivenObjective",
    "Objectives",
    "annual",
    "cohort_facts",
    "cohort_year",
    "from_records",
    "progress",
    "read_file",
    "read_objectives",
]
