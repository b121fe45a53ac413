"""Odd writings of invented documents and patches, with what each must become.

Comes after damage, and changes the truth along with what is written.
"""

from snu_analytics.simulation.messy.inflict import check_share, make_messy, messy_records
from snu_analytics.simulation.messy.rewriting import Oddity

__all__ = ["Oddity", "check_share", "make_messy", "messy_records"]
