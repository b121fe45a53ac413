"""Histories as they really are: profiles of damage, which leave the truth as it is."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from snu_analytics.errors import SourceError
from snu_analytics.simulation import document_damages, patch_damages, save_damages
from snu_analytics.simulation.life import Life, Profile
from snu_analytics.simulation.moments import DocumentHistory, Moment
from snu_analytics.simulation.scene import Scene

OF_SAVES: dict[str, Callable[[Scene, DocumentHistory, Moment], None]] = {
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
OF_DOCUMENTS: dict[str, Callable[[Scene, DocumentHistory], None]] = {
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
    """Damage documents and patches, some by those of other people in `lives`; the truth stays.

    A save is hit once at most, a document by several kinds. A deleted document becomes empty.
    """
    youngs = [DocumentHistory(life.young) for life in lives]
    applications = [DocumentHistory(record) for life in lives for record in life.applications]
    histories = [*youngs, *applications]
    scene = Scene(random, lives[0].end, histories)
    rates = PROFILES[profile]
    for history in histories:
        for moment in list(history.moments):
            kind = _drawn(rates, random)
            if kind is not None:
                OF_SAVES[kind](scene, history, moment)
    for history in histories:
        for name, hit in OF_DOCUMENTS.items():
            if random.random() < rates.get(name, 0):
                hit(scene, history)
    for history in histories:
        history.write()
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
    value = moment.state.get
    return Profile(value("gender"), value("birthdateAt"), value("region"), value("department"))
