"""Places, cohorts, statuses and figures as rows."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from snu_analytics.catalogue.load import load_catalogue, places, read_yaml


class Region(NamedTuple):
    """A region; `insee_code` is None for territories that are none by law."""

    region: str
    insee_code: str | None


class Department(NamedTuple):
    """A department with the zone of its school holidays, None where it has its own calendar."""

    department: str
    code: str
    region: str
    academy: str | None
    school_zone: str | None


class Cohort(NamedTuple):
    """A session of the stay: `kind` is HTS (alone) or CLE (with a class)."""

    cohort: str
    kind: str | None
    year: int | None
    first_day: date | None
    last_day: date | None


class Status(NamedTuple):
    """A status of a field of an entity: its label in French, its place in the usual course."""

    entity: str
    field: str
    status: str
    label: str
    rank: int


class Definition(NamedTuple):
    """A figure of a phase: what it counts, and its place in the catalogue."""

    phase: str
    figure: str
    definition: str
    rank: int


def regions() -> list[Region]:
    """The regions by name."""
    return sorted({Region(place.region, place.region_insee) for place in places()})


def departments() -> list[Department]:
    """The departments by name."""
    zones = {
        academy: zone for zone, named in read_yaml("school_zones.yaml").items() for academy in named
    }
    return sorted(
        Department(p.department, p.code, p.region, p.academy, zones.get(p.academy or ""))
        for p in places()
    )


def cohorts() -> Iterator[Cohort]:
    """The cohorts of cohorts.csv, in the order of their years."""
    with (files(__package__) / "cohorts.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            year, first, last = line["year"], line["first_day"], line["last_day"]
            yield Cohort(
                line["name"],
                line["kind"] or None,
                int(year) if year else None,
                date.fromisoformat(first) if first else None,
                date.fromisoformat(last) if last else None,
            )


def statuses() -> Iterator[Status]:
    """The statuses of each entity in the order of the usual course, ranks from 1."""
    for entity, fields in read_yaml("statuses.yaml").items():
        for field, labels in fields.items():
            for rank, (status, label) in enumerate(labels.items(), 1):
                yield Status(entity, field, status, label, rank)


def definitions() -> Iterator[Definition]:
    """The figures in the order of the catalogue, ranks from 1 over all entities."""
    figures = (f for entity in load_catalogue().entities.values() for f in entity.figures)
    for rank, figure in enumerate(figures, 1):
        yield Definition(figure.phase, figure.figure, figure.definition, rank)
