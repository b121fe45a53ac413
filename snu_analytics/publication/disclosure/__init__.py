"""Statistical disclosure control: which counts may be shown so that the others stay unknown.

Frames of fine counts go in, cells with their masks come out. Knows the calendar and the places;
neither Dagster nor a database.

The attacker knows every value and every zero that is published, that counts are not negative, and
how all tables hang together, since they are sums of the same fine counts; fractions are as good to
him as whole counts. A masked count from 1 to k-1 is protected when, for all he knows, it could be 1
or less and could be k-1 or more; any other masked cell when its possible values lie k-1 apart
(`audit.Needs`). What is published is not taken back: a later table takes the former ones as known,
and masks only cells of its own. Where the shown cells of former tables bound a small count of a new
one more closely than that, and no mask of the new one would widen it, its possible values still lie
k-1 apart. Where no choice of masks does as much, the figure is withheld for that period.

A masked cell stays masked in every later publication of its period, and one that masks more than
the former tells nothing else that is new (`suppress`), so that two publications beside each other
give no more away than one. Counts of days beyond the months beside a period are taken as known to
the attacker, which leaves him no less than he has.
"""

from snu_analytics.publication.disclosure.cube import CELLS, Cube
from snu_analytics.publication.disclosure.revisions import Revised, revised
from snu_analytics.publication.disclosure.suppress import Secured, secure

__all__ = ["CELLS", "Cube", "Revised", "Secured", "revised", "secure"]
