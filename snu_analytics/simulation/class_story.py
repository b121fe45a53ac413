"""The history of a school class: declared, checked, filled by its pupils, sent on its stay."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.simulation.campaigns import CLE, NOWHERE, campaign_of, choose_stay, cohort_id
from snu_analytics.simulation.classes import PUPILS, SchoolClass
from snu_analytics.simulation.clock import Clock
from snu_analytics.simulation.life import JOB, Life
from snu_analytics.simulation.people import identifier, sentence, staff, word
from snu_analytics.simulation.recorder import OverError, Recorder

_COLORATIONS = ("SPORT", "ENVIRONMENT", "DEFENSE", "RESILIENCE")
_BRANCHES = ("Générale et technologique", "Professionnelle", "Apprentissage", "Mixte",
             "Enseignement adapté")  # fmt: skip
_EVENT = "classe_status_changed"

# Pupils who are decided on within so long are counted by one save.
_COUNTED_WITHIN = timedelta(hours=6)


def class_record(
    random: Random, group: SchoolClass, pupils: list[Life], days: DayRange
) -> Recorder:
    """The class's document and history, until it ends or the simulated time does."""
    record = Recorder("classe", random, days.end)
    user = staff(random, "administrateur_cle", group.place)
    try:
        _declare(record, random, group, user, days)
        _decide(record, random, group, user, days.start)
        _fill(record, random, group, pupils)
    except OverError:
        pass
    return record


def _declare(
    record: Recorder, random: Random, group: SchoolClass, user: dict[str, Any], days: DayRange
) -> None:
    year = campaign_of(group.begun_at.date())
    seats = random.randrange(PUPILS - 5, PUPILS + 8)
    terms = {"trimester": random.choice(("T1", "T2", "T3"))}
    fields = {
        "_id": ObjectId(group.class_id),
        "name": f"2nde {word(random, 2)} {word(random, 3)}",
        "uniqueKey": f"{group.place.code}-{word(random, 3)}",
        "uniqueKeyAndId": f"{group.place.code}-{word(random, 3)}-{random.randrange(1000)}",
        "status": "CREATED",
        "statusPhase1": "WAITING_AFFECTATION",
        "cohort": group.stay.cohort,
        "cohortId": cohort_id(group.stay.cohort),
        "region": group.place.region,
        "department": group.place.department,
        "academy": group.place.academy,
        "estimatedSeats": seats,
        "totalSeats": seats,
        "seatsTaken": 0,
        "coloration": random.choice(_COLORATIONS),
        "type": random.choice(("FULL", "GROUP")),
        "filiere": random.choice(_BRANCHES),
        "grades": random.choice((["2ndeGT"], ["2ndeGT", "1ereGT"], ["2ndePro", "CAP"])),
        "schoolYear": f"{year - 1}-{year}",
        "etablissementId": group.school_id,
        "referentClasseIds": [identifier(random)],
        "comments": sentence(random),
        **(terms if random.random() < 0.5 else {}),
    }
    if group.declared_at >= days.start:
        record.create(group.declared_at, fields, user)
    else:
        # Declared before anything was recorded: an old document.
        stamps = {"createdAt": group.declared_at, "updatedAt": group.declared_at}
        record.inherit({**fields, **stamps})


def _decide(
    record: Recorder, random: Random, group: SchoolClass, user: dict[str, Any], since: datetime
) -> None:
    """From the declaration to the day on which pupils may register: all before `begun_at`."""
    referent = staff(random, "referent_region", group.place)
    steps = ("VERIFIED", "ASSIGNED", "OPEN")
    start = max(group.declared_at, since)
    room = (group.begun_at - start) / (len(steps) + 1)
    for number, status in enumerate(steps, 1):
        at = _whole(start + number * room)
        changes: dict[str, Any] = {"status": status}
        if status == "VERIFIED" and random.random() < 0.3:
            changes["estimatedSeats"] = record.document["estimatedSeats"] + random.choice((-2, 3))
            changes["totalSeats"] = changes["estimatedSeats"]
        record.save(at, changes, user if status == "VERIFIED" else referent, _EVENT)


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _fill(record: Recorder, random: Random, group: SchoolClass, pupils: list[Life]) -> None:
    """Seats are taken as pupils are validated or leave; then the stay, or the withdrawal."""
    stay_over = _stay(random, group)
    steps = sorted([*_seats(pupils, group), *stay_over], key=lambda step: step[0])
    last = group.begun_at
    for at, changes in steps:
        if record.document["status"] == "WITHDRAWN":
            break
        seats = changes.pop("seats", None)
        if seats is not None:
            changes["seatsTaken"] = seats
            full = seats >= record.document["totalSeats"]
            if record.document["status"] in ("OPEN", "CLOSED"):
                changes["status"] = "CLOSED" if full else "OPEN"
        last = max(at, last + timedelta(milliseconds=1))
        event = _EVENT if "status" in changes else None
        record.save(last, changes, JOB, event)
    _clear(record, random, group, last)


def _seats(pupils: list[Life], group: SchoolClass) -> list[tuple[datetime, dict[str, Any]]]:
    """How many pupils are validated, after each while in which that changed."""
    moves: list[tuple[datetime, int]] = []
    for life in pupils:
        counted = False
        for event in life.young.events:
            if event.field == "source" and event.to_value != CLE:
                moves += [(event.date, -1)] if counted else []
                break
            if event.field == "status" and (event.to_value == "VALIDATED") != counted:
                counted = not counted
                moves.append((event.date, 1 if counted else -1))
    steps: list[tuple[datetime, dict[str, Any]]] = []
    taken, due = 0, None
    for at, move in sorted(moves):
        taken += move
        if due is None or at > due:
            due = at + _COUNTED_WITHIN
            steps.append((due, {}))
        steps[-1][1]["seats"] = taken
    return steps


def _stay(random: Random, group: SchoolClass) -> list[tuple[datetime, dict[str, Any]]]:
    if group.withdrawn_at:
        return [(group.withdrawn_at, {"status": "WITHDRAWN"})]
    stay, steps = group.stay, []
    if random.random() < 0.06:
        moved = choose_stay(random, CLE, group.begun_at.date(), stay.cohort)
        if moved is not NOWHERE:
            at = Clock(random, group.begun_at.date() + timedelta(days=10), staff=True).now
            cohort = {"cohort": moved.cohort, "cohortId": cohort_id(moved.cohort)}
            steps.append((at, cohort))
            stay = moved
    if stay is NOWHERE:
        return steps
    fate = random.random()
    for day, status in (
        (stay.start - timedelta(days=30), "AFFECTED"),
        (stay.end + timedelta(days=1), "DONE" if fate < 0.93 else "NOT_DONE"),
    ):
        at = Clock(random, day, staff=True).now
        steps.append((max(at, group.begun_at), {"statusPhase1": status}))
    return steps


def _clear(record: Recorder, random: Random, group: SchoolClass, last: datetime) -> None:
    """Of withdrawn classes some are deleted, which is a date and no status."""
    if record.document["status"] == "WITHDRAWN" and random.random() < 0.3:
        at = Clock(random, last.date() + timedelta(days=20), staff=True).now
        record.save(at, {"deletedAt": at}, staff(random, "admin", group.place))
