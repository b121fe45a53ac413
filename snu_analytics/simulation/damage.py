"""Histories as they really are: profiles of damage, put into told lives with the truth kept."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from snu_analytics.errors import SourceError
from snu_analytics.simulation import document_damages, patch_damages, save_damages
from snu_analytics.simulation.life import Life, Profile
from snu_analytics.simulation.moments import Moment, Telling
from snu_analytics.simulation.scene import Scene

OF_SAVES: dict[str, Callable[[Scene, Telling, Moment], None]] = {
    "unrecorded": patch_damages.unrecorded,
    "phantom": save_damages.phantom,
    "failed_write": save_damages.failed_write,
    "cross_wired": patch_damages.cross_wired,
    "fake_creation": save_damages.fake_creation,
    "stale_writer": save_damages.stale_writer,
    "duplicate": patch_damages.duplicate,
    "backdated": patch_damages.backdated,
    "same_millisecond": patch_damages.same_millisecond,
    "stringified": patch_damages.stringified,
    "destroy_op": patch_damages.destroy_op,
    "virtual_paths": patch_damages.virtual_paths,
    "odd_keys": patch_damages.odd_keys,
    "array_object": save_damages.array_object,
    "blanks": save_damages.blanks,
}
OF_DOCUMENTS: dict[str, Callable[[Scene, Telling], None]] = {
    "resaved": document_damages.resaved,
    "schema_defaults": document_damages.schema_defaults,
    "missing_creation": document_damages.missing_creation,
    "soft_deleted": document_damages.soft_deleted,
    "hard_deleted": document_damages.hard_deleted,
}

# Kind of damage to the share of saves, or of documents, that it hits.
PROFILES: dict[str, Mapping[str, float]] = {
    **{kind: {kind: 0.05} for kind in (*OF_SAVES, *OF_DOCUMENTS)},
    "resaved": {"resaved": 0.2},  # of which few were saved by staff once validated
    "mixed": {"cross_wired": 0.05, "phantom": 0.05, "unrecorded": 0.1, "failed_write": 0.03},
    "everything": dict.fromkeys(OF_SAVES, 0.015) | dict.fromkeys(OF_DOCUMENTS, 0.03),
}


def check_profile(name: str | None) -> None:
    """Raises SourceError when there is no such profile."""
    if name is not None and name not in PROFILES:
        raise SourceError(f"{name} is no damage: give one of {', '.join(PROFILES)}")


def inflict(lives: Sequence[Life], profile: str, random: Random) -> None:
    """Damage documents and patches of people who know each other; states and events stay true.

    A save is hit once at most, a document by several kinds. Of a deleted document nothing is left
    but an empty one.
    """
    youngs = [Telling(life.young) for life in lives]
    applications = [Telling(record) for life in lives for record in life.applications]
    tellings = [*youngs, *applications]
    scene = Scene(random, lives[0].end, tellings)
    rates = PROFILES[profile]
    for telling in tellings:
        for moment in list(telling.moments):
            kind = _drawn(rates, random)
            if kind is not None:
                OF_SAVES[kind](scene, telling, moment)
    for telling in tellings:
        for name, hit in OF_DOCUMENTS.items():
            if random.random() < rates.get(name, 0):
                hit(scene, telling)
    for telling in tellings:
        telling.write()
    for life, young in zip(lives, youngs, strict=True):
        life.profiles = [(moment.at, _profile(moment)) for moment in young.moments]


def _drawn(rates: Mapping[str, float], random: Random) -> str | None:
    """The kind that hits a save, None for most."""
    chance = random.random()
    for kind, rate in rates.items():
        if kind in OF_SAVES:
            chance -= rate
            if chance < 0:
                return kind
    return None


def _profile(moment: Moment) -> Profile:
    told = moment.state.get
    return Profile(told("gender"), told("birthdateAt"), told("region"), told("department"))
