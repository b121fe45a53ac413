"""An invented application: people, campaigns and their histories, with the truth beside them.

May import the catalogue (names of fields and places), the calendar and the errors; knows nothing of
how histories are read or rebuilt, so that its truth is a witness of its own.
"""

from snu_analytics.simulation.generate import Simulation, simulate
from snu_analytics.simulation.output import load_into_mongo, write_dump, write_truth

__all__ = ["Simulation", "load_into_mongo", "simulate", "write_dump", "write_truth"]
