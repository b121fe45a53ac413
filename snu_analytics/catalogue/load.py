"""Reads the catalogue's YAML files into the model."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError

from snu_analytics.catalogue.model import Catalogue, Entity
from snu_analytics.catalogue.vocabulary import Vocabulary
from snu_analytics.errors import CatalogueError

_SHARED = {
    "breakdowns.yaml",
    "places.yaml",
    "school_zones.yaml",
    "statuses.yaml",
    "vocabularies.yaml",
}


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the package.

    Raises CatalogueError naming the file and the entry at fault.
    """
    return read_catalogue(files(__package__))


@dataclass(frozen=True)
class Place:
    """A department with its code; `academy` is None for the few that have none.

    `region_insee` is the region's INSEE code, None where it is no region by law.
    """

    region: str
    academy: str | None
    department: str
    code: str
    region_insee: str | None


@cache
def places() -> tuple[Place, ...]:
    """Every department of places.yaml."""
    return tuple(
        Place(region, None if academy == "none" else academy, department, code, given.get("insee"))
        for region, given in read_yaml("places.yaml").items()
        for academy, departments in given["academies"].items()
        for code, department in departments.items()
    )


def read_catalogue(folder: Traversable) -> Catalogue:
    """The catalogue of a folder: one YAML per entity beside `vocabularies.yaml`, `places.yaml`."""
    places = read_yaml("places.yaml", folder)
    vocabularies = _vocabularies(read_yaml("vocabularies.yaml", folder), places)
    names = {file.name for file in folder.iterdir() if file.name.endswith(".yaml")} - _SHARED
    read = (_entity(name, read_yaml(name, folder), vocabularies) for name in sorted(names))
    entities = {entity.name: entity for entity in read}
    for entity in entities.values():
        _check_join(entity, entities)
    joined_last = sorted(entities.items(), key=lambda item: (item[1].join is not None, item[0]))
    return Catalogue(dict(joined_last), vocabularies)


def parse_yaml(text: str) -> Any:
    """The content of a YAML text; raises yaml.YAMLError.

    By libyaml where PyYAML has it: seven times as fast, and every process reads the catalogue.
    """
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def read_yaml(name: str, folder: Traversable | None = None) -> dict[str, Any]:
    """The content of a YAML file of a folder, by default of the package's own.

    Raises CatalogueError naming the file that cannot be read.
    """
    folder = folder or files(__package__)
    try:
        return parse_yaml((folder / name).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as fault:
        raise CatalogueError(f"{name} cannot be read as YAML: {fault}") from None


def _entity(file: str, content: dict[str, Any], vocabularies: Mapping[str, Vocabulary]) -> Entity:
    try:
        entity = Entity(name=file.removesuffix(".yaml"), **content)
    except ValidationError as fault:
        raise CatalogueError(f"{file}, {first_fault(fault)}") from None
    for name, field in entity.fields.items():
        if field.vocabulary and field.vocabulary not in vocabularies:
            raise CatalogueError(
                f"{file}, fields.{name}: '{field.vocabulary}' is not in vocabularies.yaml"
            )
    return entity


def first_fault(fault: ValidationError) -> str:
    """The entry that pydantic refused first, and why: `fields.status: a closed field ...`."""
    first = fault.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole file"
    return f"{place}: {first['msg']}"


def _check_join(entity: Entity, entities: Mapping[str, Entity]) -> None:
    if not entity.join:
        return
    other = entities.get(entity.join.entity)
    if other is None:
        raise CatalogueError(f"{entity.name}.yaml, join: there is no {entity.join.entity}.yaml")
    if unknown := set(entity.joined_fields) - set(other.state_fields):
        raise CatalogueError(
            f"{entity.name}.yaml, columns: {other.name}.yaml does not keep {sorted(unknown)}"
        )


def _vocabularies(content: dict[str, Any], places: dict[str, Any]) -> dict[str, Vocabulary]:
    vocabularies = {}
    for name, given in content.items():
        try:
            vocabularies[name] = _vocabulary(name, given, places)
        except CatalogueError as fault:
            raise CatalogueError(f"vocabularies.yaml, {fault}") from None
        except (AttributeError, TypeError, KeyError, re.error) as fault:
            raise CatalogueError(f"vocabularies.yaml, {name}: {fault}") from None
    return vocabularies


def _vocabulary(name: str, given: dict[str, Any], places: dict[str, Any]) -> Vocabulary:
    values = list(given.get("values", ()))
    spellings = list(given.get("aliases", {}).items())
    codes: list[tuple[str, str]] = []
    if "places" in given:
        for place, others, place_codes in _LEVELS[given["places"]](places):
            values.append(place)
            spellings += [(other, place) for other in others]
            codes += [(code, place) for code in place_codes]
    return Vocabulary.listing(
        name, values, given.get("patterns", ()), spellings, codes, given.get("collection")
    )


# A place, its other names and its codes.
_Names = tuple[str, list[str], list[str]]


def _regions(places: dict[str, Any]) -> Iterator[_Names]:
    for region, given in places.items():
        yield region, given.get("also", []), [given["insee"]] if "insee" in given else []


def _academies(places: dict[str, Any]) -> Iterator[_Names]:
    for given in places.values():
        for academy in given["academies"]:
            if academy != "none":
                yield academy, [], []


def _departments(places: dict[str, Any]) -> Iterator[_Names]:
    """Every department; its code may lack its zero, have one more, or stand beside the name."""
    for given in places.values():
        for departments in given["academies"].values():
            for code, name in departments.items():
                codes = [code, code.lstrip("0"), *([f"0{code}"] if len(code) == 2 else [])]
                yield name, [f"{name} ({code})", f"{code} - {name}"], codes


_LEVELS = {"region": _regions, "academy": _academies, "department": _departments}
