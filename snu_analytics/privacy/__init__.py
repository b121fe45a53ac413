"""What is owed to persons: erasure, the change of the key, the risk of recognition, the register.

Imports whatever holds something of a person, the source and what is published included; not
Dagster. The risk (k-anonymity, l-diversity, small cells) consists of measures of groups, never of a
person. `register` is a room of its own, which imports the catalogue alone.
"""

from snu_analytics.privacy.carry_over import carry_over
from snu_analytics.privacy.erase import erase_absent, erase_requested, remnants
from snu_analytics.privacy.key_change import destroy, in_force, new_key_for, settle, with_key
from snu_analytics.privacy.risk import report_risk
from snu_analytics.privacy.risk_cells import CELL_TABLES, LEAST_CELL, cell_query, small_cells
from snu_analytics.privacy.risk_classes import class_query, exposed
from snu_analytics.privacy.risk_dates import date_query
from snu_analytics.privacy.risk_measures import MEANINGS, Measure, meaning
from snu_analytics.privacy.risk_verdict import verdict

__all__ = [
    "CELL_TABLES",
    "LEAST_CELL",
    "MEANINGS",
    "Measure",
    "carry_over",
    "cell_query",
    "class_query",
    "date_query",
    "destroy",
    "erase_absent",
    "erase_requested",
    "exposed",
    "in_force",
    "meaning",
    "new_key_for",
    "remnants",
    "report_risk",
    "settle",
    "small_cells",
    "verdict",
    "with_key",
]
