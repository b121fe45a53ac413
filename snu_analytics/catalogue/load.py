"""Reads the catalogue's YAML files into the model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError

from snu_analytics.catalogue.model import Catalogue, Entity
from snu_analytics.catalogue.vocabulary import Vocabulary, fold
from snu_analytics.errors import CatalogueError

_SHARED = {"vocabularies.yaml", "places.yaml"}


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
        Place(region, None if academy == "none" else academy, department, code, told.get("insee"))
        for region, told in _read(files(__package__), "places.yaml").items()
        for academy, departments in told["academies"].items()
        for code, department in departments.items()
    )


def read_catalogue(folder: Traversable) -> Catalogue:
    """The catalogue of a folder: one YAML per entity beside `vocabularies.yaml`, `places.yaml`."""
    vocabularies = _vocabularies(_read(folder, "vocabularies.yaml"), _read(folder, "places.yaml"))
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".yaml"))
    entities = {}
    for name in names:
        if name not in _SHARED:
            entity = _entity(name, _read(folder, name), vocabularies)
            entities[entity.name] = entity
    for entity in entities.values():
        _check_join(entity, entities)
    return Catalogue(_joined_last(entities), vocabularies)


def _read(folder: Traversable, name: str) -> dict[str, Any]:
    try:
        return yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as fault:
        raise CatalogueError(f"{name} cannot be read as YAML: {fault}") from None


def _entity(file: str, content: dict[str, Any], vocabularies: Mapping[str, Vocabulary]) -> Entity:
    try:
        entity = Entity(name=file.removesuffix(".yaml"), **content)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise CatalogueError(f"{file}, {place}: {first['msg']}") from None
    for name, kept in entity.fields.items():
        if kept.vocabulary and kept.vocabulary not in vocabularies:
            raise CatalogueError(
                f"{file}, fields.{name}: '{kept.vocabulary}' is not in vocabularies.yaml"
            )
    return entity


def _check_join(entity: Entity, entities: Mapping[str, Entity]) -> None:
    if not entity.join:
        return
    other = entities.get(entity.join.entity)
    if other is None:
        raise CatalogueError(f"{entity.name}.yaml, join: there is no {entity.join.entity}.yaml")
    if unknown := set(entity.joined_fields) - set(other.fields):
        raise CatalogueError(
            f"{entity.name}.yaml, columns: {other.name}.yaml does not keep {sorted(unknown)}"
        )


def _joined_last(entities: dict[str, Entity]) -> dict[str, Entity]:
    return dict(sorted(entities.items(), key=lambda e: (e[1].join is not None, e[0])))


def _vocabularies(content: dict[str, Any], places: dict[str, Any]) -> dict[str, Vocabulary]:
    vocabularies = {}
    for name, given in content.items():
        try:
            if "places" in given:
                vocabularies[name] = _place_vocabulary(name, given["places"], places)
            else:
                vocabularies[name] = Vocabulary(
                    name,
                    frozenset(given.get("values", ())),
                    tuple(re.compile(p) for p in given.get("patterns", ())),
                    collection=given.get("collection"),
                )
        except (TypeError, KeyError, re.error) as fault:
            raise CatalogueError(f"vocabularies.yaml, {name}: {fault}") from None
    return vocabularies


def _place_vocabulary(name: str, level: str, places: dict[str, Any]) -> Vocabulary:
    aliases: dict[str, str] = {}
    for region, told in places.items():
        if level == "region":
            aliases |= _spellings(region, told.get("insee"))
        for academy, departments in told["academies"].items():
            if level == "academy" and academy != "none":
                aliases |= _spellings(academy, None)
            if level == "department":
                for code, department in departments.items():
                    aliases |= _spellings(department, code)
    return Vocabulary(name, frozenset(aliases.values()), aliases=aliases)


def _spellings(place: str, code: str | None) -> dict[str, str]:
    codes = {fold(code), fold(code.lstrip("0"))} if code else set()
    return dict.fromkeys({fold(place), *codes}, place)
