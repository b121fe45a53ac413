"""No text that a list does not hold gets through, whatever it hides in and however it is disguised.

A day of documents, one for each plant, which stands in all listed fields in every form; then the
real steps, and a look at all that they wrote.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest

from snu_analytics.catalogue import OTHER, Field
from snu_analytics.events.render import AGE
from snu_analytics_tests.fixtures import plants
from snu_analytics_tests.fixtures.attackers import stored
from snu_analytics_tests.fixtures.histories import APPLICATION, CATALOGUE, YOUNG, add, patch
from snu_analytics_tests.fixtures.world import World

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLANTED = (YOUNG, APPLICATION)


@pytest.fixture(scope="module")
def stored_before(shared_world) -> set[str]:
    """What a migration writes: days, places, definitions."""
    return set(stored(shared_world.url))


@pytest.fixture(scope="module")
def planted_world(shared_world, stored_before) -> World:
    shared_world.hold(**plants.planted_source(CATALOGUE, plants.texts()))
    shared_world.load(plants.DAY)
    return shared_world


def test_there_are_plants_of_every_kind():
    assert len(plants.texts()) >= 89
    assert len(set(plants.texts())) == len(plants.texts())


def test_nothing_of_a_plant_is_staged_or_stored(planted_world, stored_before):
    folder = planted_world.folder / "staging"
    assert plants.recovered_from(folder, planted_world.url, stored_before, CATALOGUE) == {}


def test_where_every_text_is_listed_plants_pass(world, stored_before):
    """The look for plants sees them."""
    names = plants.PLANTS["names"]
    world.hold(**plants.planted_source(CATALOGUE, names))
    replace(world, catalogue=plants.without_lists(CATALOGUE)).load(plants.DAY)
    folder = world.folder / "staging"
    assert set(plants.recovered_from(folder, world.url, stored_before, CATALOGUE)) >= set(names)


@pytest.mark.parametrize("entity", PLANTED, ids=lambda entity: entity.name)
def test_every_plant_has_its_events(planted_world, entity):
    subjects = planted_world.rows(
        f"SELECT count(DISTINCT subject_id) FROM analytics.{entity.table}"
    )
    assert subjects == [(len(plants.texts()),)]


@pytest.mark.parametrize("entity", PLANTED, ids=lambda entity: entity.name)
def test_where_a_plant_stood_other_stands(planted_world, entity):
    held = planted_world.rows(
        f"SELECT DISTINCT key, value::text FROM analytics.{entity.table}, jsonb_each(state_after)"
    )
    strange = [
        (name, leaf)
        for name, text in held
        for leaf in plants.leaves(text)
        if name != AGE and leaf not in clean_leaves(entity.fields[name])
    ]
    assert [s for s in strange if entity.fields[s[0]].treatment != "pseudonym"] == []
    assert [leaf for _, leaf in strange if not UUID.fullmatch(leaf)] == []


def clean_leaves(field: Field) -> set[str]:
    """What a state may hold of a planted history's clean values, and what stands for the others."""
    if field.treatment == "date":
        return {plants.DAY, OTHER}
    clean = plants.clean_value(field, CATALOGUE)
    return {*plants.leaves(json.dumps(clean)), *plants.CLEAN_WORDS, OTHER}


DISGUISES: dict[str, Callable[[str], str]] = {
    "full-width letters": lambda text: text.translate({n: n + 0xFEE0 for n in range(33, 127)}),
    "capitals and blanks": lambda text: f"  {text.upper()}\t",
    "invisible characters": lambda text: "\u200b".join(text) + "\u00ad\ufeff",
    "right-to-left marks": lambda text: f"\u200f{text}\u202c",
    "decomposed accents": lambda text: unicodedata.normalize("NFD", text),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_listed_value_passes_in_its_other_spellings(world, disguise):
    listed = {
        name: value
        for name, field in YOUNG.fields.items()
        if field.treatment == "closed"
        and isinstance(value := plants.clean_value(field, CATALOGUE), str)
    }
    spelled = {name: DISGUISES[disguise](value) for name, value in listed.items()}
    ops = [add(f"/{name}", text) for name, text in spelled.items()]
    world.hold(youngs=[], young_patches=[patch(f"{plants.DAY}T10:00", *ops)])
    world.load(plants.DAY)
    assert world.rows("SELECT state_after FROM analytics.young_event") == [(listed,)]
