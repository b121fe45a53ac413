"""Small literal histories, the damage of one kind that hits them, and what is left of them."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from snu_analytics.simulation import damage
from snu_analytics.simulation.moments import DocumentHistory
from snu_analytics.simulation.recorder import Recorder
from snu_analytics.simulation.scene import Scene

BORN = datetime(2024, 3, 1, 10, tzinfo=UTC)
END = datetime(2024, 12, 31, tzinfo=UTC)
STAFF = {"role": "admin"}
NAMES = {
    "IN_PROGRESS": "inscription_reopened",
    "VALIDATED": "inscription_validated",
    "WAITING_VALIDATION": "inscription_completed",
}

ADD_STATUS = {"op": "add", "path": "/status", "value": "IN_PROGRESS"}
ADD_CREATED = {"op": "add", "path": "/createdAt", "value": "2024-03-01T10:00:00.000Z"}


def add(path: str, value: Any) -> dict:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, original: Any, value: Any) -> dict:
    return {"op": "replace", "path": path, "value": value, "originalValue": original}


def remove(path: str, original: Any) -> dict:
    return {"op": "remove", "path": path, "originalValue": original}


def instant(ms: int) -> datetime:
    return BORN + timedelta(milliseconds=ms)


def young(*saves: tuple[int, dict], serial: int = 1, **fields: Any) -> Recorder:
    """Someone created IN_PROGRESS at 0 ms, then saved so many ms later."""
    made = Recorder("young", Random(serial), END)
    made.create(BORN, {"status": "IN_PROGRESS", **fields})
    for ms, changes in saves:
        made.save(instant(ms), changes, STAFF, NAMES.get(changes.get("status", "")))
    return made


def hit(kind: str, position: int | None, *records: Recorder, end: int = 10**6) -> Recorder:
    """The first record after the damage: of that save, or of the whole document."""
    histories = [DocumentHistory(record) for record in records]
    scene = Scene(Random(1), instant(end), histories)
    if position is None:
        damage.OF_DOCUMENTS[kind](scene, histories[0])
    else:
        damage.OF_SAVES[kind](scene, histories[0], histories[0].moments[position])
    for history in histories:
        history.write()
    written = [(patch["date"], patch["_id"]) for patch in records[0].patches]
    assert written == sorted(set(written))
    return records[0]


def patches(record: Recorder) -> list[tuple[int, list[dict]]]:
    return [((p["date"] - BORN) // timedelta(milliseconds=1), p["ops"]) for p in record.patches]


def states(record: Recorder, *fields: str) -> list[tuple]:
    """The fields after each patch, "–" where there is none."""
    assert [s.patch_id for s in record.states] == [str(p["_id"]) for p in record.patches]
    assert [s.date for s in record.states] == [p["date"] for p in record.patches]
    written = [json.loads(state.state) for state in record.states]
    return [tuple(state.get(field, "–") for field in fields) for state in written]


def events(record: Recorder) -> list[tuple]:
    """Number of the patch or None, instant in ms, name, from and to of every true event."""
    number = {str(patch["_id"]): at for at, patch in enumerate(record.patches)}
    return [
        (None if e.patch_id is None else number[e.patch_id],
         (e.date - BORN) // timedelta(milliseconds=1), e.event_name, e.from_value, e.to_value)
        for e in record.events
    ]  # fmt: skip


CREATED = (0, 0, "inscription_created", None, "IN_PROGRESS")
CREATED_WITHOUT_PATCH = (None, *CREATED[1:])
