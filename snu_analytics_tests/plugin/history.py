"""The histories that the plugin wrote, and what is rebuilt from them."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import bson
import polars as pl

from snu_analytics.catalogue import Field
from snu_analytics.events import kind_of
from snu_analytics.history import Canonicaliser, Timeline, rebuild, snapshots
from snu_analytics.source import open_source
from snu_analytics.source.contract import Histories
from snu_analytics_tests.fixtures.histories import BEGINNING, CATALOGUE, END, YOUNG, young_events

CASES = Path(__file__).parent / "cases"

# The catalogue keeps no nested objects; the plugin's way with them is proven all the same, under a
# treatment that a rebuild leaves alone.
NESTED = {
    name: Field(
        treatment="pseudonym",
        namespace=name,
        description=name,
        reason="proven",
        category="identifier",
    )
    for name in ("location", "notes", "extra")
}

ENTITY = YOUNG.model_copy(update={"fields": {**YOUNG.fields, **NESTED}})

FIRST_DAY = "2024-03-01T10:00:00.000Z"


class History:
    """The documents and patches of a case."""

    def __init__(self, name: str, home: Path) -> None:
        self._folder = CASES / name
        self._home = home
        self._canonicaliser = Canonicaliser(ENTITY, CATALOGUE.vocabularies, kind_of)
        self.documents = self._decoded("youngs")
        self.patches = self._decoded("young_patches")
        self.ops = [patch["ops"] for patch in self.patches]

    def _decoded(self, collection: str) -> list[dict[str, Any]]:
        return bson.decode_all((self._folder / f"{collection}.bson").read_bytes())

    @cached_property
    def _histories(self) -> Histories:
        refs = {str(d["_id"]) for d in self.documents} | {str(p["ref"]) for p in self.patches}
        return open_source(f"bson://{self._folder}", self._home).histories(ENTITY, sorted(refs))

    @cached_property
    def _timeline(self) -> Timeline:
        return rebuild(self._histories, ENTITY, self._canonicaliser)

    def states(self, *fields: str) -> list[tuple]:
        """The fields after each patch, document by document, as canonical JSON texts."""
        frame = snapshots(self._timeline, BEGINNING, END)
        own = [str(patch["_id"]) for patch in self.patches]
        return frame.filter(pl.col("patch_id").is_in(own)).select(fields).rows()

    def events(self) -> list[tuple]:
        """Name, former value, value and quality of each event."""
        events = young_events(self._home, self.documents, self.patches)
        return events.select("event_name", "from_value", "to_value", "quality").rows()

    def drift(self) -> list[tuple]:
        """Number of the document, field, last rebuilt and stored value, where these two differ."""
        last = self._timeline
        ends = {ref: row for row, ref in enumerate(last.refs.gather(last.document_of))}
        drift = []
        for stored in self._histories.documents.iter_rows(named=True):
            for field, track in last.tracks.items():
                rebuilt = track.texts[int(track.codes[ends[stored["ref"]]])]
                (today,) = self._canonicaliser.series(field, pl.Series([stored[field]]))
                if _parsed(rebuilt) != _parsed(today):
                    drift.append((int(stored["ref"][-8:]), field, rebuilt, today))
        return sorted(drift)


def _parsed(text: str) -> Any:
    return json.loads(text) if text else ...
