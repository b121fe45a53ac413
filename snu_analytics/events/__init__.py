"""States to anonymised events: names, pseudonyms, ages, and nothing that identifies.

Knows the catalogue and the snapshots; neither Dagster nor a database.
"""

from snu_analytics.events.build import build_events
from snu_analytics.events.deidentify import (
    deidentified_patches,
    deidentified_states,
    marked_values,
)
from snu_analytics.events.leaks import kind_of, occurring
from snu_analytics.events.pseudonyms import Pseudonymiser

__all__ = [
    "Pseudonymiser",
    "build_events",
    "deidentified_patches",
    "deidentified_states",
    "kind_of",
    "marked_values",
    "occurring",
]
