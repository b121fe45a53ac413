"""Given objectives to checked ones: a row that cannot be read is named, the others stand."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from snu_analytics.catalogue import Vocabulary, places

OBJECTIVES = {
    "cohort": pl.String,
    "department": pl.String,
    "region": pl.String,
    "academy": pl.String,
    "year": pl.Int64,  # of the cohort's name or dates; null without either
    "level": pl.String,  # departemental or regional
    "objective": pl.Int64,  # most young people; null: no limit
}

LEVELS = ("departemental", "regional")

_MOST = 2**31  # what a PostgreSQL integer does not hold

# The application's objectives are older than its cohorts: those without one are of the first.
_FIRST_COHORT = "2021"

_YEAR = re.compile(r"\b(20\d\d)\b")
_SCHOOL_YEAR = re.compile(r"\b(\d\d)-(\d\d)\b")


@dataclass(frozen=True)
class GivenObjective:
    """An objective as it was given, and the place it stands at, for people: `line 3`."""

    place: str
    cohort: Any
    department: Any
    maximum: Any
    region: Any = None
    academy: Any = None

    def __str__(self) -> str:
        cohort = self.cohort or _FIRST_COHORT
        return f"{self.place} (cohort {cohort}, department {self.department})"


@dataclass(frozen=True)
class CohortFacts:
    """Level and year of a cohort of the source's collection."""

    level: str
    year: int | None


@dataclass(frozen=True)
class Objectives:
    """Objectives (OBJECTIVES, one per cohort and department), and a sentence per row left out."""

    frame: pl.DataFrame
    problems: tuple[str, ...]


def from_records(records: Iterable[Mapping[str, Any]]) -> list[GivenObjective]:
    """The objectives of the source's collection: `cohort`, `department`, `max`, and so on."""
    return [
        GivenObjective(
            f"inscriptiongoals, document {number}",
            *(record.get(name) for name in ("cohort", "department", "max", "region", "academy")),
        )
        for number, record in enumerate(records, 1)
    ]


def cohort_facts(records: Iterable[Mapping[str, Any]]) -> dict[str, CohortFacts]:
    """Level and year of the source's cohorts by name; the level is departemental by default."""
    facts = {}
    for record in records:
        name, level, starts = (record.get(key) for key in ("name", "objectifLevel", "dateStart"))
        if isinstance(name, str):
            year = cohort_year(name)
            if year is None and isinstance(starts, str) and starts[:4].isdecimal():
                year = int(starts[:4])
            facts[name] = CohortFacts(level if level in LEVELS else LEVELS[0], year)
    return facts


def read_objectives(
    given: Iterable[GivenObjective],
    facts: Mapping[str, CohortFacts],
    vocabularies: Mapping[str, Vocabulary],
) -> Objectives:
    """The given objectives, cohorts and places under their own names.

    Left out are those of a cohort or department that the vocabularies do not list, with a maximum
    that is no whole number of people, and a second one of a cohort and department. The region and
    academy are those of the department, whatever is given. Each of these is one of `problems`.
    """
    known = vocabularies["cohort"].extended(list(facts))
    homes = {place.department: place for place in places()}
    lines: dict[tuple[str, str], tuple] = {}
    problems = []
    for objective in given:
        try:
            cohort = _listed(known, objective.cohort or _FIRST_COHORT, "cohort")
            department = _listed(vocabularies["department"], objective.department, "department")
            maximum = _maximum(objective.maximum)
            if (cohort, department) in lines:
                raise ValueError("a second objective, the first one stands")
        except ValueError as fault:
            problems.append(f"{objective}: {fault}")
            continue
        home = homes[department]
        for name, value, own in (
            ("region", objective.region, home.region),
            ("academy", objective.academy, home.academy),
        ):
            if value and vocabularies[name].canonical(str(value)) != own:
                problems.append(f"{objective}: its {name} is {own}, not {value}")
        fact = facts.get(cohort, CohortFacts(LEVELS[0], cohort_year(cohort)))
        lines[cohort, department] = (
            *(cohort, department, home.region, home.academy),
            *(fact.year, fact.level, maximum),
        )
    frame = pl.DataFrame(list(lines.values()), OBJECTIVES, orient="row")
    return Objectives(frame.sort("cohort", "region", "department"), tuple(problems))


def _listed(vocabulary: Vocabulary, value: Any, name: str) -> str:
    listed = vocabulary.canonical(value.strip()) if isinstance(value, str) else None
    if listed is None:
        raise ValueError(f"the {name} is not known" if value else f"there is no {name}")
    return listed


def _maximum(value: Any) -> int | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if isinstance(value, bool) or not number.is_integer() or not 0 <= number < _MOST:
        raise ValueError("its max is not a whole number of people")
    return int(number)


def cohort_year(cohort: str) -> int | None:
    """The year in a cohort's name, of a school year the one it ends in; None without one."""
    if match := _YEAR.search(cohort):
        return int(match[1])
    if match := _SCHOOL_YEAR.search(cohort):
        return 2000 + int(match[2])
    return None
