"""An invented application: people, campaigns and their histories, with the truth beside them.

May import the calendar and the errors; never the catalogue, nor how histories are read, rebuilt,
turned into events or stored, so that its truth is a witness of its own.
"""

from snu_analytics.simulation.damage import PROFILES
from snu_analytics.simulation.dump import write_dump, write_truth
from snu_analytics.simulation.generate import Simulation, simulate
from snu_analytics.simulation.mongo import load_into_mongo

__all__ = ["PROFILES", "Simulation", "load_into_mongo", "simulate", "write_dump", "write_truth"]
