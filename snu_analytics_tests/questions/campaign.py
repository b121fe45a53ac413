"""Three young people, five applications, two missions and two structures in March 2024.

Ada (Paris, priority neighbourhood): IN_PROGRESS on the 1st, complete on the 2nd, VALIDATED on the
5th, WITHDRAWN on the 8th. Bob (Rhône, rural): created on the WAITING_LIST on the 2nd, VALIDATED on
the 6th. Cid: IN_PROGRESS on the 1st, moves from Paris to the Rhône and changes his cohort to and
fro on the 7th, ABANDONED on the 9th.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any

import polars as pl

from snu_analytics_tests.fixtures.histories import PSEUDONYMS, add, document, patch, replace

ADA, BOB, CID = ("65e000000000000000000001", "65e000000000000000000002", "65e000000000000000000003")
APPLICATIONS = [f"65e0000000000000000001{n:02d}" for n in range(1, 6)]
MISSIONS = [f"65e0000000000000000002{n:02d}" for n in range(1, 3)]
ASSOCIATION, TOWN = "65e000000000000000000301", "65e000000000000000000302"

PARIS: dict[str, Any] = {"department": "Paris", "region": "Île-de-France"}
RHONE: dict[str, Any] = {"department": "Rhône", "region": "Auvergne-Rhône-Alpes"}


def at(day: int, hour: int = 10) -> str:
    return f"2024-03-{day:02d}T{hour}:00"


def changed(ref: str, day: int, field: str, before, after, hour: int = 10) -> dict:
    return patch(at(day, hour), replace(f"/{field}", before, after), ref=ref)


def course(ref: str, *steps: tuple[int, str], field: str = "status", **first) -> list[dict]:
    """A creation with its status, and the changes of status after it."""
    added = {field: steps[0][1], **first}
    patches = [patch(at(steps[0][0]), *(add(f"/{n}", v) for n, v in added.items()), ref=ref)]
    for (_, before), (day, after) in pairwise(steps):
        patches.append(changed(ref, day, field, before, after))
    return patches


def young(ref: str, gender: str, year: int, status: str, place: dict, **fields: Any) -> dict:
    return document(
        ref,
        gender=gender,
        birthdateAt=datetime(year, 1, 15, 11),
        status=status,
        cohort="Juillet 2024",
        source="VOLONTAIRE",
        **place,
        **fields,
    )


YOUNGS = [
    young(ADA, "female", 2008, "WITHDRAWN", PARIS, qpv="true", populationDensity="DENSE"),
    young(BOB, "male", 2007, "VALIDATED", RHONE, qpv="false", populationDensity="PEU DENSE"),
    young(CID, "male", 2008, "ABANDONED", RHONE, qpv="false"),
]
YOUNG_PATCHES = [
    *course(ADA, (1, "IN_PROGRESS"), (2, "WAITING_VALIDATION"), (5, "VALIDATED"), (8, "WITHDRAWN")),
    *course(BOB, (2, "WAITING_LIST"), (6, "VALIDATED")),
    *course(CID, (1, "IN_PROGRESS"), (9, "ABANDONED")),
    changed(CID, 7, "department", "Paris", "Rhône"),
    changed(CID, 7, "region", "Île-de-France", "Auvergne-Rhône-Alpes", 11),
    changed(CID, 7, "cohort", "Juillet 2024", "Toussaint 2024", 12),
    changed(CID, 7, "cohort", "Toussaint 2024", "Juillet 2024", 13),
]

# Accepted, done; refused; declined by Bob himself; cancelled; accepted on its file, abandoned.
_COURSES = [
    (
        ADA,
        MISSIONS[0],
        ASSOCIATION,
        "WAITING_VALIDATION",
        [(5, "VALIDATED"), (10, "IN_PROGRESS"), (20, "DONE")],
    ),
    (BOB, MISSIONS[1], TOWN, "WAITING_VALIDATION", [(7, "REFUSED")]),
    (BOB, MISSIONS[0], ASSOCIATION, "WAITING_ACCEPTATION", [(5, "REFUSED")]),
    (CID, MISSIONS[1], TOWN, "WAITING_VALIDATION", [(8, "CANCEL")]),
    (CID, MISSIONS[1], TOWN, "WAITING_VERIFICATION", [(6, "VALIDATED"), (12, "ABANDON")]),
]
_PLACE = {MISSIONS[0]: PARIS, MISSIONS[1]: RHONE}


def _application(ref: str, who: str, mission: str, structure: str, status: str) -> dict:
    place = _PLACE[mission]
    return document(
        ref,
        status=status,
        youngId=who,
        missionId=mission,
        structureId=structure,
        youngCohort="Juillet 2024",
        missionDepartment=place["department"],
        missionRegion=place["region"],
    )


APPLICATION_DOCUMENTS = [
    _application(ref, who, mission, structure, steps[-1][1])
    | ({"contractStatus": "VALIDATED"} if ref == APPLICATIONS[0] else {})
    for ref, (who, mission, structure, _, steps) in zip(APPLICATIONS, _COURSES, strict=True)
]
APPLICATION_PATCHES = [
    change
    for ref, (who, mission, structure, first, steps) in zip(APPLICATIONS, _COURSES, strict=True)
    for change in course(
        ref, (3, first), *steps, youngId=who, missionId=mission, structureId=structure
    )
] + [
    patch(at(5, 14), add("/contractStatus", "DRAFT"), ref=APPLICATIONS[0]),
    changed(APPLICATIONS[0], 6, "contractStatus", "DRAFT", "VALIDATED"),
]

MISSION_DOCUMENTS = [
    document(
        MISSIONS[0], status="VALIDATED", mainDomain="CULTURE", structureId=ASSOCIATION, **PARIS
    ),
    document(MISSIONS[1], status="REFUSED", mainDomain="SPORT", structureId=TOWN, **RHONE),
]
MISSION_PATCHES = [
    *course(MISSIONS[0], (1, "DRAFT"), (2, "WAITING_VALIDATION"), (3, "VALIDATED")),
    *course(MISSIONS[1], (2, "WAITING_VALIDATION"), (4, "REFUSED")),
]
STRUCTURE_DOCUMENTS = [
    document(
        ASSOCIATION,
        status="VALIDATED",
        legalStatus="ASSOCIATION",
        types=["Corps en uniforme", "Agrément Service Civique"],
    ),
    document(
        TOWN,
        status="VALIDATED",
        legalStatus="PUBLIC",
        types=["Collectivité territoriale"],
        sousType="Commune",
    ),
]
STRUCTURE_PATCHES = [
    *course(
        ASSOCIATION,
        (1, "VALIDATED"),
        legalStatus="ASSOCIATION",
        types=["Corps en uniforme", "Agrément Service Civique"],
    ),
    *course(TOWN, (1, "VALIDATED"), legalStatus="PRIVATE", types=["Collectivité territoriale"]),
    changed(TOWN, 9, "legalStatus", "PRIVATE", "PUBLIC"),
]

COLLECTIONS = {
    "youngs": YOUNGS,
    "young_patches": YOUNG_PATCHES,
    "applications": APPLICATION_DOCUMENTS,
    "application_patches": APPLICATION_PATCHES,
    "missions": MISSION_DOCUMENTS,
    "mission_patches": MISSION_PATCHES,
    "structures": STRUCTURE_DOCUMENTS,
    "structure_patches": STRUCTURE_PATCHES,
}


def pseudonym_of(namespace: str, ref: str) -> str:
    """How the tables name a document."""
    return PSEUDONYMS.series(namespace, pl.Series([ref]))[0]
