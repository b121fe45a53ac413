"""Oddities of whole documents: fields of no schema, sizes, odd texts, lost and stray halves."""

from datetime import timedelta
from random import Random
from typing import Any

from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.simulation.fields import CREATION, status_event
from snu_analytics.simulation.life import Life, Profile
from snu_analytics.simulation.messy.kinds import DROPPED_TEXTS
from snu_analytics.simulation.messy.rewriting import Rewriting, Written, rewrite, values_of
from snu_analytics.simulation.people import identifier_at, sentence, word
from snu_analytics.simulation.recorder import Event, Recorder, State, as_json, differences

UNKNOWN_FIELDS = ("tmpImport2023", "legacy_id", "testField", "shoeSize", "isMigratedV2",
                  "champ libre", "émoji 🙂", " status", "STATUS", "region-old")  # fmt: skip
_SIGNS = (
    "🎉",
    "👩🏽‍🎓",
    "\u0007",
    "\u001b[31m",
    "\u202e",
    "\u2028",
    "\ud7ff",
    "\ufffd",
    "'; --",
    "%s {0}",
)
_OPERATIONS = 500
_LARGE_NOTES = 1_000


def unknown_fields(random: Random, record: Recorder) -> None:
    """Fields of no schema, in the document and in its first patch."""
    mail = f"{word(random, 3)}@champ-libre.test".lower()
    texts: tuple[Any, ...] = (mail, sentence(random), "1", {"by": word(random, 3)}, 7, None)
    names = random.sample(UNKNOWN_FIELDS, random.randint(1, 3))
    _add(record, 0, {name: random.choice(texts) for name in names})


def many_operations(random: Random, record: Recorder) -> None:
    """A patch of 500 operations or more, on dropped fields and on elements of lists."""
    half = _OPERATIONS // 2
    comments = {f"import{n}Comment": sentence(random) for n in range(half)}
    _add(record, -1, {**comments, "importFiles": []})
    files = [f"piece-{n}.pdf" for n in range(half - 1)]
    if record.document:
        record.document["importFiles"] = files
    if record.patches:
        record.patches[-1]["ops"] += [
            {"op": "add", "path": f"/importFiles/{n}", "value": name}
            for n, name in enumerate(files)
        ]


def large(random: Random, record: Recorder) -> None:
    """A document, and a patch, of about a megabyte."""
    notes = [
        {"phase": "INSCRIPTION", "note": sentence(random) + " " * 950} for _ in range(_LARGE_NOTES)
    ]
    _add(record, -1, {"historic": notes})


def odd_texts(random: Random, record: Recorder) -> None:
    """Emoji, control characters and the like in a text that is dropped."""
    held = [field for field in DROPPED_TEXTS[record.model] if values_of(record, field)]
    if held:
        field, sign = random.choice(held), random.choice(_SIGNS)
        values = values_of(record, field).items()
        entries = {k: Written(f"{sign}{v} {sign}", v, "") for k, v in values if isinstance(v, str)}
        rewrite(record, {field: Rewriting(entries)})


def _add(record: Recorder, position: int, values: dict[str, Any]) -> None:
    """Let the document hold the values since the patch at that position, where there are both."""
    values = {key: value for key, value in values.items() if key not in record.document}
    if record.document:
        record.document |= values
    if record.patches:
        record.patches[position]["ops"] += differences({}, values)


def remove(record: Recorder) -> bool:
    """Delete the document and leave its history, where this begins with the creation."""
    first = record.patches[0]["ops"] if record.patches else []
    if any(op["path"] == "/createdAt" for op in first):
        record.document = {}
        return True
    return False


def insert_whole(life: Life) -> None:
    """Let a young person be inserted as the document is now: no patch records anything of it."""
    young, document = life.young, life.young.document
    if not document:
        return
    at = document["createdAt"]
    name, status = CREATION[young.model], document["status"]
    young.patches, young.states = [], []
    young.events = [Event(young.ref, None, at, name, None, None, status)]
    held = {key: as_json(value) for key, value in document.items()}
    names = ("gender", "birthdateAt", "region", "department")
    life.profiles = [(at, Profile(*(held.get(name) for name in names)))]


def bare(random: Random, days: DayRange) -> Recorder:
    """A young person's document that holds its id and nothing else."""
    record = Recorder("young", random, days.end)
    at = days.start + timedelta(seconds=random.randrange(len(days) * 86_000))
    record.document = {"_id": ObjectId(identifier_at(f"{random.getrandbits(96):024x}", at))}
    record.ref = str(record.document["_id"])
    record.events = [Event(record.ref, None, at, CREATION["young"], None, None, None)]
    return record


def orphan(random: Random, days: DayRange) -> Recorder:
    """A patch of a change whose document does not exist and never did."""
    record = Recorder("young", random, days.end)
    at = days.start + timedelta(seconds=random.randrange(len(days) * 86_000))
    ref, patch_id = (
        ObjectId(identifier_at(f"{random.getrandbits(96):024x}", at)) for _ in range(2)
    )
    before, after = "WAITING_VALIDATION", random.choice(("VALIDATED", "REFUSED", "WAITING_LIST"))
    ops = differences({"status": before}, {"status": after})
    head = {"_id": patch_id, "ref": ref, "date": at, "ops": ops}
    record.ref = str(ref)
    record.patches = [{**head, "modelName": "young", "modelId": ref, "__v": 0}]
    record.states = [State(record.ref, str(patch_id), at, f'{{"status":"{after}"}}')]
    event = status_event("young", before, after) or ""
    record.events = [Event(record.ref, str(patch_id), at, event, "status", before, after)]
    return record
