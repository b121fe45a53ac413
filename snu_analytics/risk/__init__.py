"""The risk of recognising a person: k-anonymity, l-diversity and small cells, compiled to SQL.

Knows the catalogue and the tables' columns; neither Dagster nor a connection: a catalogue goes in,
queries come out, and what they found is told as measures of groups, never of a person.
"""

from snu_analytics.risk.cells import CELL_TABLES, LEAST_CELL, cell_query, small_cells
from snu_analytics.risk.classes import class_query, exposed
from snu_analytics.risk.measures import MEANINGS, Measure, meaning

__all__ = [
    "CELL_TABLES",
    "LEAST_CELL",
    "MEANINGS",
    "Measure",
    "cell_query",
    "class_query",
    "exposed",
    "meaning",
    "small_cells",
]
