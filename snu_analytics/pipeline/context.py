"""What the steps work with, and what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity, Vocabulary, load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.events import Pseudonymiser, kind_of, may_be_listed
from snu_analytics.history import Canonicaliser
from snu_analytics.pipeline.staging import Staging
from snu_analytics.settings import Settings
from snu_analytics.source import Source

PATCHES = "raw_patches"
SNAPSHOTS = "user_snapshots"
EVENTS = "anonymized_events"
FIGURES = "daily_aggregates"
STEPS = (PATCHES, SNAPSHOTS, EVENTS, FIGURES)

DayCounts = dict[date, dict[str, int]]


@dataclass(frozen=True)
class PipelineContext:
    """What the steps work with: the catalogue, the key, the staging folder and SNU_HOME."""

    catalogue: Catalogue
    pseudonyms: Pseudonymiser
    staging: Staging
    home: Path

    def canonicaliser(self, entity: Entity, source: Source) -> Canonicaliser:
        """The entity's canonicaliser, its vocabularies completed from the source's collections."""
        return canonicaliser_of(self.catalogue, entity, source)


def pipeline_context(settings: Settings) -> PipelineContext:
    """What the settings make the steps work with; SettingsError for a key that cannot be used."""
    pseudonyms = Pseudonymiser(settings.key())
    staging = Staging(settings.staging_url)
    return PipelineContext(load_catalogue(), pseudonyms, staging, settings.home)


def canonicaliser_of(catalogue: Catalogue, entity: Entity, source: Source) -> Canonicaliser:
    """The entity's canonicaliser, its vocabularies completed from the source's collections."""
    used = {field.vocabulary for field in entity.fields.values() if field.vocabulary}
    vocabularies: Mapping[str, Vocabulary] = {
        name: _completed(catalogue.vocabularies[name], source) for name in used
    }
    return Canonicaliser(entity, vocabularies, kind_of)


def _completed(vocabulary: Vocabulary, source: Source) -> Vocabulary:
    if vocabulary.collection is None:
        return vocabulary
    names = source.names(vocabulary.collection)
    return vocabulary.extended([name for name in names if may_be_listed(name)])


def counts_by_day(frame: pl.DataFrame, days: DayRange, **counted: pl.Expr) -> DayCounts:
    """The counts of each day, by the frame's column `day`; 0 for a day without rows."""
    counts = frame.group_by("day").agg(**counted).iter_rows(named=True)
    by_day = {row.pop("day"): row for row in counts}
    return {day: by_day.get(day, dict.fromkeys(counted, 0)) for day in days}
