"""Which fields the truth tells, which ones the plugin leaves out, and the names of events.

Written from the application's own schema, not from the catalogue: a field forgotten there shows as
a difference from the truth.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Everything about a young person or an application that is not identifying, free text or plumbing.
TOLD = {
    "young": _names(
        """
        status statusPhase1 statusPhase2 statusPhase3 gender birthdateAt region department academy
        cohort originalCohort cohortChangeReason source accountStatus situation grade schooled
        employed jdc isRegionRural qpv populationDensity inscriptionStep2023 reinscriptionStep2023
        inscriptionDoneDate lastStatusAt statusPhase2OpenedAt departSejourAt createdAt deletedAt
        hasStartedReinscription withdrawnReason parentAllowSNU parent1AllowSNU cohesionStayPresence
        presenceJDM departInform youngPhase1Agreement hasMeetingInformation isTravelingByPlane
        statusPhase2Contract phase2ApplicationStatus phase2NumberHoursDone
        phase2NumberHoursEstimated statusMilitaryPreparationFiles status_equivalence domains
        classeId etablissementId sessionPhase1Id
        """
    ),
    "application": _names(
        """
        status youngId missionId structureId youngCohort youngDepartment missionDepartment
        missionRegion isJvaMission contractStatus missionDuration priority hidden filesType
        createdAt
        """
    ),
}

# The plugin is told to leave these out of patches.
UNTRACKED = _names(
    """
    _id __v updatedAt statusPhase2UpdatedAt statusPhase2ValidatedAt statusPhase3UpdatedAt
    statusPhase3ValidatedAt lastLoginAt lastActivityAt lastLogoutAt loginAttempts userIps password
    """
)

CREATION = {"young": "inscription_created", "application": "application_created"}

# A change of one of these fields is this event. What a change of status means depends on the story,
# which names it itself.
EVENTS = {
    "young": {
        "inscriptionStep2023": "inscription_step_changed",
        "reinscriptionStep2023": "reinscription_step_changed",
        "statusPhase1": "phase1_status_changed",
        "statusPhase2": "phase2_status_changed",
        "statusPhase3": "phase3_status_changed",
        "cohort": "cohort_changed",
        "source": "source_changed",
        "department": "department_changed",
        "region": "region_changed",
        "cohesionStayPresence": "stay_presence_recorded",
        "departSejourAt": "stay_departure_recorded",
        "phase2NumberHoursDone": "phase2_hours_changed",
    },
    "application": {"contractStatus": "contract_status_changed"},
}

_YOUNG_STATUS = {
    "WAITING_VALIDATION": "inscription_reexamined",
    "WAITING_CORRECTION": "inscription_correction_requested",
    "VALIDATED": "inscription_validated",
    "REFUSED": "inscription_refused",
    "WAITING_LIST": "inscription_waitlisted",
    "WITHDRAWN": "inscription_withdrawn",
    "ABANDONED": "inscription_abandoned",
    "NOT_ELIGIBLE": "inscription_not_eligible",
    "NOT_AUTORISED": "inscription_not_authorised",
    "REINSCRIPTION": "reinscription_started",
    "IN_PROGRESS": "inscription_reopened",
    "DELETED": "young_deleted",
}
_APPLICATION_STATUS = {
    "WAITING_VERIFICATION": "application_verification_requested",
    "WAITING_VALIDATION": "application_completed",
    "WAITING_ACCEPTATION": "application_offered",
    "VALIDATED": "application_validated",
    "REFUSED": "application_refused",
    "CANCEL": "application_cancelled",
    "IN_PROGRESS": "mission_started",
    "DONE": "mission_done",
    "ABANDON": "mission_abandoned",
}
_UNFINISHED = ("IN_PROGRESS", "REINSCRIPTION", "NOT_AUTORISED", None)


def status_event(model: str, before: str | None, after: str) -> str:
    """What a change of status means where no story says it: saves that damage adds or moves."""
    if model == "application":
        declined = (before, after) == ("WAITING_ACCEPTATION", "REFUSED")
        return "application_declined" if declined else _APPLICATION_STATUS[after]
    if after == "WAITING_VALIDATION" and before == "WAITING_CORRECTION":
        return "inscription_resubmitted"
    if after == "WAITING_VALIDATION" and before in _UNFINISHED:
        return "inscription_completed"
    return _YOUNG_STATUS[after]
