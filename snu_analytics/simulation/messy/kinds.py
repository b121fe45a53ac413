"""What kind of value each field holds, as the application's own schema has it."""

from typing import Literal

Kind = Literal["text", "boolean", "region", "department", "number", "date", "birth", "array"]


def _of(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


# Ids are left out: they are the same in every document that names one.
KINDS: dict[str, dict[str, Kind]] = {
    "young": {
        **_of(
            "text",
            """
            status statusPhase1 statusPhase2 statusPhase3 gender academy cohort originalCohort
            cohortChangeReason source accountStatus situation grade populationDensity
            inscriptionStep2023 reinscriptionStep2023 withdrawnReason
            statusMilitaryPreparationFiles status_equivalence
            """,
        ),
        **_of(
            "boolean",
            """
            schooled employed jdc isRegionRural qpv parentAllowSNU parent1AllowSNU
            cohesionStayPresence presenceJDM departInform youngPhase1Agreement
            hasMeetingInformation isTravelingByPlane
            """,
        ),
        **_of("region", "region"),
        **_of("department", "department"),
        **_of("number", "phase2NumberHoursDone phase2NumberHoursEstimated"),
        **_of(
            "date",
            "inscriptionDoneDate lastStatusAt statusPhase2OpenedAt departSejourAt createdAt",
        ),
        **_of("birth", "birthdateAt"),
        **_of("array", "domains phase2ApplicationStatus statusPhase2Contract"),
    },
    "application": {
        **_of("text", "status youngCohort contractStatus priority"),
        **_of("boolean", "isJvaMission hidden"),
        **_of("region", "missionRegion"),
        **_of("department", "youngDepartment missionDepartment"),
        **_of("number", "missionDuration"),
        **_of("date", "createdAt"),
        **_of("array", "filesType"),
    },
    "mission": {
        **_of("text", "status mainDomain placesStatus visibility format"),
        **_of("boolean", "isMilitaryPreparation isJvaMission hebergement remote"),
        **_of("region", "region"),
        **_of("department", "department"),
        **_of("number", "placesTotal placesLeft pendingApplications duration"),
        **_of("date", "startAt endAt createdAt"),
        **_of("array", "domains period"),
    },
    "structure": {
        **_of("text", "status legalStatus sousType"),
        **_of("boolean", "isNetwork isMilitaryPreparation isJvaStructure"),
        **_of("region", "region"),
        **_of("department", "department"),
        **_of("date", "createdAt"),
        **_of("array", "types"),
    },
    "classe": {
        **_of(
            "text",
            "status statusPhase1 cohort academy coloration type trimester filiere schoolYear",
        ),
        **_of("region", "region"),
        **_of("department", "department"),
        **_of("number", "estimatedSeats totalSeats seatsTaken"),
        **_of("date", "createdAt deletedAt"),
        **_of("array", "grades"),
    },
    "mission_equivalence": {
        **_of("text", "status type sousType"),
        **_of("number", "missionDuration"),
        **_of("date", "startDate endDate createdAt"),
    },
}

CLOSED: tuple[Kind, ...] = ("text", "boolean", "region", "department")

# Free text, names and the like, which no reader of histories keeps.
DROPPED_TEXTS = {
    "young": ("firstName", "lastName", "address", "motivations", "schoolName", "phone"),
    "application": ("youngFirstName", "youngCity", "missionName", "statusComment"),
    "mission": ("name", "description", "tutorName", "address"),
    "structure": ("name", "description", "website"),
    "classe": ("name", "comments", "uniqueKey"),
    "mission_equivalence": ("desc", "structureName", "contactFullName"),
}
