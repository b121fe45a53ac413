"""States to pseudonymised events: names, pseudonyms, ages, and nothing that identifies.

Knows the catalogue and the snapshots; neither Dagster nor a database.
"""

from snu_analytics.events.build import EventRows, build_events
from snu_analytics.events.deidentify import deidentified_patches, deidentified_states, marked_values
from snu_analytics.events.leaks import kind_of, may_be_listed, occurring
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import ages, column_values, pseudonymised, treated
from snu_analytics.events.rules import first_match

__all__ = [
    "EventRows",
    "Pseudonymiser",
    "ages",
    "build_events",
    "column_values",
    "deidentified_patches",
    "deidentified_states",
    "first_match",
    "kind_of",
    "marked_values",
    "may_be_listed",
    "occurring",
    "pseudonymised",
    "treated",
]
