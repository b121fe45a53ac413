"""Statistical disclosure control: which counts may be shown so that the others stay unknown.

Fine counts by disjoint kinds of change go in, cells with their masks come out. Knows the calendar
and the dimensions; neither Dagster nor a database.

National totals are known to everybody. A cell from 0 to k-1 is masked, and so are others until an
attacker who knows every shown cell, every total, how tables, periods and figures add up, and which
masked cells are small, can place a small cell nowhere narrower than from 0 to k-1 (or to the
national total where that is less), and any other masked cell within no less than k-1. `close` does
it for one period, `nest` for periods that add up to others; `suppress` is the search that both use,
first among counts `nearby`, and `audit` has the last word on a period, `joint` on a campaign with
its months. `revise` decides what may
change of periods that are out.
"""

from snu_analytics.publication.disclosure.audit import audited_cells, recoverable
from snu_analytics.publication.disclosure.close import Cell, Cells, Closing, Key
from snu_analytics.publication.disclosure.joint import joint_masks
from snu_analytics.publication.disclosure.nest import Period, Scheme, nested_masks
from snu_analytics.publication.disclosure.revise import Addition, revised_cells
from snu_analytics.publication.disclosure.space import Labels

__all__ = [
    "Addition",
    "Cell",
    "Cells",
    "Closing",
    "Key",
    "Labels",
    "Period",
    "Scheme",
    "audited_cells",
    "joint_masks",
    "nested_masks",
    "recoverable",
    "revised_cells",
]
