"""A small catalogue, and a warehouse of one table, written out."""

from pathlib import Path

from snu_analytics.catalogue import Catalogue
from snu_analytics.catalogue.load import read_catalogue
from snu_analytics.privacy.register import StoredColumn, StoredTable

PONY = """
collection: ponies
patches: pony_patches
title: Ponies
description: One row per event of a pony.
fields:
  status: {treatment: closed, vocabulary: mood, category: programme, description: Mood,
    reason: Moods are counted}
  foaledAt: {treatment: age, category: demography, description: Age, reason: Age is enough}
  createdAt: {treatment: date, category: programme, description: First day, reason: Waiting times}
  herdId: {treatment: pseudonym, namespace: herd, category: identifier, description: Its herd,
    reason: Herds are counted}
  weight: {treatment: keep, type: number, unit: kg, category: programme, description: Weight,
    reason: Feed is foreseen}
dropped:
  identity: {reason: A name names a pony., identifying: true, fields: [name, 'owner*']}
  free_text: {reason: May tell anything., fields: [notes]}
columns:
  status: {field: status, sensitive: true}
  age: {field: foaledAt, quasi_identifier: true}
creation: {event: pony_created, field: status, phase: stable}
events: []
"""

TABLES = [
    StoredTable(
        "analytics.pony_event",
        "Ponies. One row per event of a pony.",
        (
            StoredColumn("subject_id", "uuid", "Pseudonym of the pony"),
            StoredColumn("status", "text", "Mood after the event"),
            StoredColumn("age", "smallint", "Full years"),
        ),
    ),
    StoredTable("published.daily", "Ponies a day", (StoredColumn("value", "integer", "How many"),)),
]


def ponies(folder: Path, text: str = PONY) -> Catalogue:
    """The catalogue of one entity, with one list of values."""
    folder.mkdir(exist_ok=True)
    (folder / "pony.yaml").write_text(text)
    (folder / "vocabularies.yaml").write_text("mood: {values: [merry, cross]}\n")
    (folder / "places.yaml").write_text("{}\n")
    return read_catalogue(folder)
