"""Where patches and documents are read: MongoDB or a mongodump folder, behind one interface.

May import the catalogue and the errors; nothing of what is done with the histories. Only
fields of the catalogue leave this folder. `mongo` and `dump` lie behind `open_source` and import
nothing of each other; what both share, the contract and the decoding, stands here.
"""

from snu_analytics.source.contract import Check, Histories, Patches, Source
from snu_analytics.source.dump import delete_indexes
from snu_analytics.source.open import open_source
from snu_analytics.source.times import instants, object_id_time

__all__ = [
    "Check",
    "Histories",
    "Patches",
    "Source",
    "delete_indexes",
    "instants",
    "object_id_time",
    "open_source",
]
